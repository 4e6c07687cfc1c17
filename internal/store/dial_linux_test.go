package store

import (
	"context"
	"net"
	"syscall"
	"testing"
)

// A machine that vanishes sends no farewell; only these settings of the connection tell that it is gone.
func TestAConnectionToAVanishedServerEnds(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := dialer().DialContext(context.Background(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for option, want := range map[int]int{
		tcpUserTimeout: int(pgSilentMost.Milliseconds()), syscall.TCP_KEEPIDLE: int(pgKeepAlive.Seconds()),
		syscall.TCP_KEEPINTVL: int(pgKeepAlive.Seconds()), syscall.TCP_KEEPCNT: 3,
	} {
		err := raw.Control(func(fd uintptr) {
			if got, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, option); err != nil || got != want {
				t.Errorf("option %d is %d, want %d: %v", option, got, want, err)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
}
