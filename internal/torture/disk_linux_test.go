package torture

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"qunyan/internal/store/storetest"
)

// fault is something a disk does to a running server, and its end.
type fault struct {
	name, code string
	begin, end func(s *server)
}

func faults(d *storetest.Disk) []fault {
	return []fault{
		{"a full disk", "store.disk_full", func(*server) { d.Fill() }, func(*server) { d.Free() }},
		// The kernel refuses every write past a process's own bound on the size of files, which reaches SQLite as an error of
		// the disk. Nothing else brings one about, and takes it back, under any file system and without being root.
		{"an I/O error", "store.io", func(s *server) { s.boundFiles(0) }, func(s *server) { s.boundFiles(unbounded) }},
	}
}

const unbounded = ^uint64(0)

// boundFiles sets the size to which the running server may write files.
func (s *server) boundFiles(size uint64) {
	s.t.Helper()
	const fileSize = 1 // RLIMIT_FSIZE
	limit := struct{ soft, hard uint64 }{size, unbounded}
	if _, _, err := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(s.cmd.Process.Pid), fileSize, uintptr(unsafe.Pointer(&limit)), 0, 0, 0); err != 0 {
		s.t.Fatalf("bound the server's files: %v", err)
	}
}

func TestABadDiskRefusesWritesGoesOnReadingAndHeals(t *testing.T) {
	if os.Getenv("TEST_DATABASE_URL") != "" {
		return // the database's disk is the database's; what it says of it is tested in store
	}
	storetest.WithDisk(t, "64", func(d *storetest.Disk) {
		binary := binary(t)
		w := newWorld(t, d.Path, "sqlite:"+filepath.Join(d.Path, "qunyan.db"), 1, 0)
		s := start(t, binary, w.data, w.db)
		var clients []*client
		for range 6 {
			clients = append(clients, signIn(t, s.url, "keeper"))
		}
		before := readBook(t, w)
		for _, f := range faults(d) {
			for range 3 {
				s.suffer(f, w.shops[0], clients)
			}
		}
		s.kill()
		compare(t, before, readBook(t, w), clients)
		verify(t, binary, w.data, w.db)
	})
}

// suffer has the fault come and go while clients write.
func (s *server) suffer(f fault, at shop, clients []*client) {
	t := s.t
	t.Helper()
	everybody := func(want int, code string) {
		t.Helper()
		var wg sync.WaitGroup
		for _, c := range clients {
			wg.Go(func() { c.try(t, f.name, want, code) })
		}
		wg.Wait()
	}
	for _, c := range clients {
		c.log = append(c.log, at.goods())
	}
	everybody(http.StatusCreated, "")
	f.begin(s)
	for _, c := range clients {
		c.log = append(c.log, at.goods())
	}
	for range 3 {
		everybody(http.StatusServiceUnavailable, f.code)
	}
	if status, body := s.get("/readyz"); status != http.StatusServiceUnavailable || strings.TrimSpace(body) != f.code {
		t.Errorf("%s: /readyz says %d %s, want 503 %s", f.name, status, body, f.code)
	}
	for _, path := range []string{"/healthz", "/p/" + at.village.String()} {
		if status, body := s.get(path); status != http.StatusOK {
			t.Errorf("%s: %s: %d %s", f.name, path, status, body)
		}
	}
	for _, path := range []string{"/redemptions", "/items", "/claims"} {
		if status, answer, err := clients[0].do(http.MethodGet, at.path(path), "", nil, ""); err != nil || status != http.StatusOK {
			t.Errorf("%s: reading %s: %d %s %v", f.name, path, status, answer, err)
		}
	}
	f.end(s)
	if status, body := s.get("/readyz"); status != http.StatusOK {
		t.Errorf("after %s /readyz still says %d %s", f.name, status, body)
	}
	everybody(http.StatusCreated, "") // the same wishes, under their keys
}

// A server that starts on such a disk says what is wrong and ends; whatever watches over it starts it again.
func TestAStartOnABadDiskSaysWhy(t *testing.T) {
	if os.Getenv("TEST_DATABASE_URL") != "" {
		return
	}
	storetest.WithDisk(t, "24", func(d *storetest.Disk) {
		binary := binary(t)
		w := newWorld(t, d.Path, "sqlite:"+filepath.Join(d.Path, "qunyan.db"), 1, 0)
		start(t, binary, w.data, w.db).stop() // the first start makes its keys
		for _, bad := range []struct {
			name       string
			begin, end func()
			code       string
		}{
			{"full", d.Fill, d.Free, "store.disk_full"},
			{"read-only", d.Protect, d.Unprotect, "store.read_only"},
		} {
			bad.begin()
			out, err := exec.Command(binary, "serve", "--data", w.data, "--db", w.db, "--addr", "127.0.0.1:0").CombinedOutput()
			if err == nil || !strings.Contains(string(out), bad.code) {
				t.Errorf("a start on a %s disk: %v\n%s", bad.name, err, out)
			}
			bad.end()
			start(t, binary, w.data, w.db).stop()
		}
	})
}
