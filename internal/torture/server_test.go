package torture

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// binary builds the program as it ships and gives its path. The compiler keeps the parts, so only the first build of a
// machine takes long; the place is fixed, so a second run finds the file up to date.
func binary(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "bin", "torture", "qunyan")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "./cmd/qunyan")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the binary: %v\n%s", err, out)
	}
	return path
}

// server is a running `qunyan serve`.
type server struct {
	t    *testing.T
	url  string
	cmd  *exec.Cmd
	log  *logBuffer
	once sync.Once
	end  error
}

// start runs the server and waits until it listens. It is killed when the test ends, unless it ended before.
func start(t *testing.T, binary, data, db string, flags ...string) *server {
	t.Helper()
	return startLogging(t, newLogBuffer(), binary, data, db, flags...)
}

func startLogging(t *testing.T, log *logBuffer, binary, data, db string, flags ...string) *server {
	t.Helper()
	args := append([]string{"serve", "--data", data, "--db", db, "--addr", "127.0.0.1:0", "--log-level", "warn",
		"--calls-per-minute", "0", "--sign-ins-per-minute", "0"}, flags...)
	s := &server{t: t, cmd: exec.Command(binary, args...), log: log}
	s.cmd.Stderr = s.log
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		s.kill()
		t.Fatalf("the server did not start: %v\n%s", err, s.log)
	}
	s.url = strings.TrimSpace(line)
	return s
}

// kill ends the server as a power cut would: no signal handler, no last flush.
func (s *server) kill() {
	s.once.Do(func() {
		_ = s.cmd.Process.Kill() // it may have ended by itself, which the test then finds in the answers
		s.end = s.cmd.Wait()
	})
}

// stop asks the server to end and wants it to do so in good order.
func (s *server) stop() {
	s.t.Helper()
	s.once.Do(func() {
		s.end = errors.Join(s.cmd.Process.Signal(syscall.SIGTERM), s.cmd.Wait())
		if s.end != nil {
			s.t.Errorf("the stop was not orderly: %v\n%s", s.end, s.log)
		}
	})
}

// get reads a page.
func (s *server) get(path string) (status int, body string) {
	s.t.Helper()
	res, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// verify has the binary recompute every book.
func verify(t *testing.T, binary, data, db string) {
	t.Helper()
	if out, err := exec.Command(binary, "verify", "--data", data, "--db", db).CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

// logBuffer takes what processes write while a test reads.
type logBuffer struct {
	mu   sync.Mutex
	more *sync.Cond
	buf  bytes.Buffer
}

func newLogBuffer() *logBuffer {
	b := &logBuffer{}
	b.more = sync.NewCond(&b.mu)
	return b
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.more.Broadcast()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// await waits until a text was written.
func (b *logBuffer) await(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !bytes.Contains(b.buf.Bytes(), []byte(text)) {
		b.more.Wait()
	}
}
