package torture

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"qunyan/internal/store"
)

// postgres is a PostgreSQL server that the test owns: it may stop it, kill it and have another take its place.
type postgres struct {
	t        *testing.T
	bin      string
	home     string // of everything it writes
	port     int
	password string
	running  bool
}

// newPostgres makes a server and starts it with these settings. Each is a line of postgresql.conf.
func newPostgres(t *testing.T, settings ...string) *postgres {
	t.Helper()
	p := emptyPostgres(t)
	p.password = rand.Text() // other accounts of the machine can reach the port
	secret := filepath.Join(p.home, "password")
	if err := os.WriteFile(secret, []byte(p.password+"\n"), 0o644); err != nil { // the folder keeps others out
		t.Fatal(err)
	}
	p.run("initdb", "-D", p.data(), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256", "--pwfile", secret, "--no-sync")
	p.set(append([]string{"max_connections = 100", "shared_buffers = 32MB", "listen_addresses = '127.0.0.1'",
		fmt.Sprintf("unix_socket_directories = '%s'", p.home)}, settings...)...)
	p.start()
	return p
}

// emptyPostgres is a place and a port for a server whose data comes from elsewhere.
func emptyPostgres(t *testing.T) *postgres {
	t.Helper()
	home, err := os.MkdirTemp("", "qunyan-pg-") // short: a socket's path has at most a hundred characters
	if err != nil {
		t.Fatal(err)
	}
	p := &postgres{t: t, bin: postgresBin(t), home: home, port: freePort(t)}
	t.Cleanup(func() {
		if p.running {
			p.stop("immediate")
		}
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	if os.Geteuid() == 0 { // the server refuses to run as root; Debian's package brings the account it wants
		p.runHere("chown", "postgres", home)
	}
	return p
}

func postgresBin(t *testing.T) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) > 0 {
		return found[len(found)-1]
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		t.Fatal("this test starts a PostgreSQL server of its own and finds none; run scripts/setup.sh")
	}
	return filepath.Dir(initdb)
}

// freePort is a port that nobody listened on a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (p *postgres) data() string { return filepath.Join(p.home, "data") }

// url is the address of its database; of several servers, of whichever of them takes writes.
func (p *postgres) url(others ...*postgres) string {
	hosts := fmt.Sprintf("127.0.0.1:%d", p.port)
	for _, o := range others {
		hosts += fmt.Sprintf(",127.0.0.1:%d", o.port)
	}
	return fmt.Sprintf("postgres://postgres:%s@%s/postgres?sslmode=disable&target_session_attrs=read-write", p.password, hosts)
}

// set adds lines to the configuration.
func (p *postgres) set(lines ...string) {
	p.t.Helper()
	f, err := os.OpenFile(filepath.Join(p.data(), "postgresql.conf"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
	if err := f.Close(); err != nil {
		p.t.Error(err)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *postgres) start() {
	p.t.Helper()
	p.run("pg_ctl", "-D", p.data(), "-o", fmt.Sprintf("-p %d", p.port), "-l", filepath.Join(p.home, "log"), "-w", "-t", "60", "start")
	p.running = true
}

// stop ends it in pg_ctl's mode: fast, or immediate.
func (p *postgres) stop(mode string) {
	p.t.Helper()
	p.run("pg_ctl", "-D", p.data(), "-m", mode, "-w", "stop")
	p.running = false
}

// kill ends the server and all its backends as a power cut would.
func (p *postgres) kill() {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.data(), "postmaster.pid"))
	if err != nil {
		p.t.Fatal(err)
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(string(line))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil { // it must not bring up a child that outlives it
		p.t.Fatal(err)
	}
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		p.t.Fatal(err)
	}
	for _, child := range strings.Fields(string(children)) {
		if n, err := strconv.Atoi(child); err == nil {
			_ = syscall.Kill(n, syscall.SIGKILL) // it may have seen that its parent is gone
		}
	}
	p.running = false
}

// run runs one of PostgreSQL's programs as the account that owns the server.
func (p *postgres) run(program string, args ...string) {
	p.t.Helper()
	if program != "touch" {
		program = filepath.Join(p.bin, program)
	}
	args = append([]string{program}, args...)
	if os.Geteuid() == 0 {
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	p.runHere(args[0], args[1:]...)
}

// runHere runs a program and waits for it, not for what it leaves running with its output.
func (p *postgres) runHere(program string, args ...string) {
	p.t.Helper()
	out, err := os.CreateTemp(p.home, "out-")
	if err != nil {
		p.t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.home, out, out
	cmd.Env = append(os.Environ(), "PGPASSWORD="+p.password)
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		p.t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, text)
	}
}

// open gives a store on a server's database that is closed when the test ends.
func open(t *testing.T, url string) *store.Store {
	t.Helper()
	st, err := store.Open(context.Background(), url, store.Options{Readers: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}
