package storetest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// Disk is a small file system of a test's own, in memory, that the test can fill, free and make read-only.
type Disk struct {
	t    testing.TB
	Path string // an empty folder at first
}

// WithDisk runs test with a disk of a few MiB. Mounting one is root's right; for anybody else the whole test is run
// once more in a namespace in which it is root, and what it prints and whether it fails is taken from there.
func WithDisk(t *testing.T, mib string, test func(d *Disk)) {
	t.Helper()
	if os.Geteuid() != 0 {
		asRootOfANamespace(t)
		return
	}
	d := &Disk{t, filepath.Join(t.TempDir(), "disk")}
	if err := os.Mkdir(d.Path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", d.Path, "tmpfs", 0, "size="+mib+"m"); err != nil {
		t.Fatalf("this test needs a small disk of its own and may not mount one: %v; run it as root, in a container with CAP_SYS_ADMIN, "+
			"or on a system that allows user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0)", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.Path, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount the test's disk: %v", err)
		}
	})
	test(d)
}

func asRootOfANamespace(t *testing.T) {
	t.Helper()
	pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(t.Name()), "/", "$/^") + "$"
	cmd := exec.Command(os.Args[0], "-test.run="+pattern, "-test.v")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if err == nil && bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		return
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatalf("this test needs a small disk of its own, and may neither mount one nor make a namespace to do so: %v; run it as root, or "+
			"allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0)", err)
	}
	t.Fatalf("in a namespace of its own: %v\n%s", err, out)
}

// Fill takes all the room that is left.
func (d *Disk) Fill() {
	d.t.Helper()
	f, err := os.OpenFile(d.filler(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatalf("fill the disk: %v", err)
	}
}

// Free gives the room back.
func (d *Disk) Free() {
	d.t.Helper()
	if err := os.Remove(d.filler()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *Disk) filler() string { return filepath.Join(d.Path, "filler") }

// Protect makes the disk read-only. The kernel refuses while a file of it is open for writing.
func (d *Disk) Protect() { d.remount(syscall.MS_RDONLY) }

// Unprotect makes it writable again.
func (d *Disk) Unprotect() { d.remount(0) }

func (d *Disk) remount(flags uintptr) {
	d.t.Helper()
	if err := syscall.Mount("tmpfs", d.Path, "tmpfs", syscall.MS_REMOUNT|flags, ""); err != nil {
		d.t.Fatalf("remount the disk: %v", err)
	}
}
