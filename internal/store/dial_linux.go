package store

import (
	"errors"
	"strings"
	"syscall"
)

const tcpUserTimeout = 0x12 // TCP_USER_TIMEOUT, in milliseconds; package syscall does not name it everywhere

// endUnanswered has the kernel end a connection whose other side confirms nothing of what was sent. Keep-alive probes do
// not: they wait until nothing is under way, and by itself the kernel goes on sending for a quarter of an hour.
func endUnanswered(network, _ string, c syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(pgSilentMost.Milliseconds()))
	})
	return errors.Join(err, failed)
}
