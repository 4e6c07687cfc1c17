package torture

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAPromotedStandbyHasEveryAcknowledgedLine is opt-in, by `make test-failover`: it is about what operators set
// up (deploy/failover), takes half a minute, and its figures are for reading.
func TestAPromotedStandbyHasEveryAcknowledgedLine(t *testing.T) {
	if os.Getenv("TEST_FAILOVER") == "" {
		return
	}
	binary := binary(t)
	for range 3 {
		failover(t, binary, true)
	}
	if os.Getenv("TEST_FAILOVER") == "compare" { // what it would be without
		failover(t, binary, false)
	}
}

func failover(t *testing.T, binary string, synchronous bool) {
	data := t.TempDir()
	primary := newPostgres(t, include(t, "primary.conf"))
	if !synchronous {
		primary.set("synchronous_standby_names = ''")
		primary.stop("fast")
		primary.start()
	}
	standby := primary.standby()
	// From here on every commit waits until the standby has it, the first one too.
	url := primary.url(standby)
	w := newWorld(t, data, url, 3, 0)
	before := readBook(t, w)
	s := start(t, binary, data, url)
	c := gather(t, s.url, w)
	c.await(300)
	if synchronous { // nobody confirms: commits wait, and the probe says so
		standby.stop("fast")
		if status, body := s.get("/readyz"); status != http.StatusServiceUnavailable || strings.TrimSpace(body) != "store.busy" {
			t.Errorf("/readyz without a standby: %d %s", status, body)
		}
		standby.start()
		c.await(100)
	}
	told := c.answered()
	primary.kill()
	standby.run("pg_ctl", "-D", standby.data(), "-w", "promote")
	c.await(300)
	c.stop()
	s.stop()
	lost := compareIf(t, synchronous, before, readBook(t, w), c.clients)
	verify(t, binary, data, url)
	t.Logf("synchronous %t: %d writes answered before the kill, %d in all; lost %d; longest time without an answer %d ms", synchronous, told, c.answered(), lost, c.gap(told))
}

// include is a file of the set-up that operators are given.
func include(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", "failover", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// compareIf counts what is lost; only where nothing may be lost it is an error.
func compareIf(t *testing.T, strict bool, before, now book, clients []*client) (lost int) {
	if strict {
		return compare(t, before, now, clients)
	}
	for _, c := range clients {
		for _, r := range c.log {
			if _, found := now.keys[r.key]; r.answered && !found {
				lost++
			}
		}
	}
	return lost
}

// standby is a second server that streams from this one and takes over when it is promoted.
func (p *postgres) standby() *postgres {
	p.t.Helper()
	s := emptyPostgres(p.t)
	s.password = p.password
	s.run("pg_basebackup", "-D", s.data(), "-h", "127.0.0.1", "-p", fmt.Sprint(p.port), "-U", "postgres", "-X", "stream", "-c", "fast")
	// Its own synchronous_standby_names stay empty: after a promotion there is nobody who could confirm.
	s.set(include(p.t, "standby.conf"), fmt.Sprintf("unix_socket_directories = '%s'", s.home),
		fmt.Sprintf("primary_conninfo = 'host=127.0.0.1 port=%d user=postgres password=%s application_name=standby'", p.port, p.password))
	s.run("touch", filepath.Join(s.data(), "standby.signal"))
	s.start()
	return s
}
