//go:build !linux

package storetest

import "testing"

// Disk is a small file system of a test's own; see disk_linux.go.
type Disk struct{ Path string }

// WithDisk fails: only on Linux do the tests know how to mount a disk and take it away.
func WithDisk(t *testing.T, _ string, _ func(d *Disk)) {
	t.Helper()
	t.Fatal("this test needs a small disk of its own, which it can have on Linux only; run it there, or in a container")
}

// Fill is never reached.
func (d *Disk) Fill() {}

// Free is never reached.
func (d *Disk) Free() {}
