package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"qunyan/internal/app"
	"qunyan/internal/store/storetest"
)

func config(t *testing.T, dir, db string) app.Config {
	t.Helper()
	cfg := app.DefaultConfig()
	cfg.Data, cfg.DB, cfg.Addr = dir, db, "127.0.0.1:0"
	cfg.Clock = storetest.NewClock(20260908)
	return cfg
}

// running is an app that serves until stop is called; stop gives what Run answered.
type running struct {
	*app.App
	addr string
	stop func() error
}

func start(t *testing.T, cfg app.Config) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.New(ctx, cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	addr, err := a.Listen(ctx)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	r := &running{App: a, addr: addr.String()}
	stopped := false
	r.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *running) signIn(t *testing.T, login, password string) int {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"login": login, "password": password})
	response, err := http.Post("http://"+r.addr+"/api/v1/session", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestASecondStartFindsWhatTheFirstWrote(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := config(t, dir, storetest.URL(t))
	first := start(t, cfg)
	password, err := first.Setup(context.Background(), app.FirstAccount{Login: "admin", Name: "赵县官"})
	if err != nil {
		t.Fatal(err)
	}
	if got := first.signIn(t, "admin", password); got != 200 {
		t.Fatalf("signing in: %d", got)
	}
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	second := start(t, cfg)
	if got := second.signIn(t, "admin", password); got != 200 {
		t.Errorf("signing in after a restart: %d", got)
	}
	if _, err := second.Setup(context.Background(), app.FirstAccount{Login: "admin", Name: "赵县官"}); err == nil {
		t.Error("setting up twice made the account twice")
	}
	if _, err := second.Setup(context.Background(), app.FirstAccount{Login: "second", Name: "钱县官"}); err != nil {
		t.Errorf("a second account: %v", err)
	}
}

// A request that was accepted before the stop gets its answer. The server's "100 Continue" tells that it is inside the
// handler, waiting for the body.
func TestAStopFinishesWhatWasAccepted(t *testing.T) {
	t.Parallel()
	r := start(t, config(t, t.TempDir(), storetest.MigratedURL(t)))
	password, err := r.Setup(context.Background(), app.FirstAccount{Login: "admin", Name: "赵县官"})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := fmt.Sprintf(`{"login":"admin","password":%q}`, password)
	fmt.Fprintf(conn, "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(body))
	reader := bufio.NewReader(conn)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("%q, %v", line, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- r.stop() }()
	for { // the listener closes first
		probe, err := net.Dial("tcp", r.addr)
		if err != nil {
			break
		}
		probe.Close()
	}
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.ReadString('\n'); err != nil { // the blank line after 100 Continue
		t.Fatal(err)
	}
	response, err := http.ReadResponse(reader, nil)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%+v, %v", response, err)
	}
	response.Body.Close()
	if err := <-ended; err != nil {
		t.Errorf("the stop was not orderly: %v", err)
	}
}

func TestAnAddressInUseIsAnErrorAndClosesTheDatabase(t *testing.T) {
	t.Parallel()
	r := start(t, config(t, t.TempDir(), storetest.MigratedURL(t)))
	cfg := config(t, t.TempDir(), storetest.MigratedURL(t))
	cfg.Addr = r.addr
	a, err := app.New(context.Background(), cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Run(context.Background()); err == nil {
		t.Error("two servers on one address")
	}
}

func TestADatabaseThatCannotBeOpenedIsAnError(t *testing.T) {
	t.Parallel()
	for _, db := range []string{"mysql://x", "sqlite:", "sqlite:" + filepath.Join(t.TempDir(), "no", "such", "folder", "x.db"), "postgres://127.0.0.1:1/x?connect_timeout=1"} {
		cfg := config(t, t.TempDir(), db)
		if a, err := app.New(context.Background(), cfg, slog.New(slog.NewTextHandler(io.Discard, nil))); err == nil {
			t.Errorf("%s opens", db)
			_ = a.Close()
		}
	}
}

// Everything the server needs from the outside is in the binary: the front end's folder may be empty, the pages are not.
func TestPagesAndAPIAnswerUnderOneRoof(t *testing.T) {
	t.Parallel()
	r := start(t, config(t, t.TempDir(), storetest.MigratedURL(t)))
	if _, err := r.Setup(context.Background(), app.FirstAccount{Login: "admin", Name: "赵县官"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/api/docs": 200, "/api/v1/areas": 200, "/p/520524001001": 200, "/p/1": 404} {
		response, err := http.Get("http://" + r.addr + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, response.StatusCode, want)
		}
		if response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: is not protected", path)
		}
	}
}
