package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// call runs the program as a shell would.
func call(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), &program{stdout: &out, stderr: &err, environ: environ, stdin: strings.NewReader("")}, args)
	return code, out.String(), err.String()
}

func TestHelpTellsEveryCommand(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"help"}, {"-h"}, {"--help"}, {"help", "help"}} {
		code, out, _ := call(t, nil, args...)
		if code != exitDone {
			t.Errorf("%v: exit %d", args, code)
		}
		for _, c := range commands() {
			if !strings.Contains(out, "  "+c.name+" ") || !strings.Contains(out, c.short) {
				t.Errorf("%v does not tell of %s", args, c.name)
			}
		}
	}
	for _, c := range commands() {
		for _, args := range [][]string{{"help", c.name}, {c.name, "-h"}} {
			if code, out, errs := call(t, nil, args...); code != exitDone || !strings.Contains(out+errs, "sage: qunyan") {
				t.Errorf("%v: exit %d, %q", args, code, out+errs)
			}
		}
	}
}

func TestMistakesOnTheCommandLineExitTwo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		nil, {"nothing"}, {"serve", "--port", "1"}, {"serve", "extra"}, {"verify", "extra"}, {"help", "nothing"}, {"migrate", "--log-level", "loud"},
		{"serve", "--idle-minutes", "x"}, {"version", "--all"}, {"setup", "--public-url", "x"}, {"openapi", "x"}, {"serve", "--public-url", "x"}, {"backup"}, {"restore"}, {"backup", "x"}, {"restore", "x"},
		{"serve", "--backup-keep", "forever"}, {"serve", "--backup-every", "0"},
	} {
		if code, out, errs := call(t, nil, args...); code != exitUsage || errs == "" || out != "" {
			t.Errorf("%v: exit %d, %q, %q", args, code, out, errs)
		}
	}
	code, _, errs := call(t, []string{"QUNYAN_DBS=x"}, "migrate")
	if code != exitUsage || !strings.Contains(errs, "did you mean QUNYAN_DB?") {
		t.Errorf("an unknown variable: exit %d, %q", code, errs)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if code, out, _ := call(t, nil, "version"); code != exitDone || out != version+"\n" {
		t.Errorf("exit %d, %q", code, out)
	}
}

func TestTheContractIsTheOneInTheRepository(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(filepath.Join("..", "..", "api", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if code, out, _ := call(t, nil, "openapi"); code != exitDone || out != string(want) {
		t.Errorf("exit %d; `qunyan openapi` and api/openapi.yaml differ", code)
	}
}

func TestMigrateVerifyAndAFaultFound(t *testing.T) {
	t.Parallel()
	db := storetest.URL(t)
	environ := []string{"QUNYAN_DATA=" + t.TempDir(), "QUNYAN_DB=" + db, "QUNYAN_LOG_LEVEL=error"}
	for _, want := range []string{"migrations applied", "0 migrations applied"} { // the second time there is nothing to do
		if code, out, errs := call(t, environ, "migrate"); code != exitDone || !strings.Contains(out, want) {
			t.Fatalf("migrate: exit %d, %q, %q", code, out, errs)
		}
	}
	if strings.HasPrefix(db, "sqlite:") {
		code, out, errs := call(t, environ, "migrate", "--distribute")
		if code != exitFailed || !strings.Contains(out, "0 migrations applied") || !strings.Contains(errs, "needs PostgreSQL with the Citus extension") {
			t.Fatalf("migrate --distribute on SQLite: exit %d, %q, %q", code, out, errs)
		}
	}
	if code, out, errs := call(t, environ, "verify"); code != exitDone || !strings.HasPrefix(out, "clean: ") {
		t.Fatalf("verify: exit %d, %q, %q", code, out, errs)
	}
	st := storetest.OpenURL(t, db)
	err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO book (village, last_no, last_ms, closed) VALUES (520524100201, 7, 0, 0)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if code, out, _ := call(t, environ, "verify"); code != exitFault || !strings.HasPrefix(out, "FAULT: village 520524100201") {
		t.Errorf("verify: exit %d, %q", code, out)
	}
}

func TestAMissingDatabaseExitsOne(t *testing.T) {
	t.Parallel()
	db := "sqlite:" + filepath.Join(t.TempDir(), "no", "folder", "x.db")
	for _, command := range []string{"migrate", "verify", "serve", "setup"} {
		if code, out, errs := call(t, nil, command, "--data", t.TempDir(), "--db", db); code != exitFailed || out != "" || !strings.HasPrefix(errs, "qunyan "+command+": ") {
			t.Errorf("%s: exit %d, %q, %q", command, code, out, errs)
		}
	}
}

// Checking the wrong place must not look like checking the books: nothing is made there, and nothing is called clean.
func TestVerifyOfNoDatabaseSaysSo(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mistyped.db")
	code, out, errs := call(t, nil, "verify", "--data", t.TempDir(), "--db", "sqlite:"+file)
	if code != exitFailed || out != "" || !strings.Contains(errs, "There is no database") {
		t.Errorf("no file: exit %d, %q, %q", code, out, errs)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("a file was made: %v", err)
	}
	empty := storetest.URL(t)
	if path, lite := strings.CutPrefix(empty, "sqlite:"); lite {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs = call(t, nil, "verify", "--data", t.TempDir(), "--db", empty)
	if code != exitFailed || out != "" || !strings.Contains(errs, "qunyan migrate") {
		t.Errorf("no tables: exit %d, %q, %q", code, out, errs)
	}
}

// Looked at, put right, brought in, and brought in again without a change: a village's first list.
func TestAListOfHouseholdsIsImported(t *testing.T) {
	t.Parallel()
	environ := []string{"QUNYAN_DATA=" + t.TempDir(), "QUNYAN_DB=" + storetest.MigratedURL(t), "QUNYAN_LOG_LEVEL=error"}
	if code, _, errs := call(t, environ, "setup", "--login", "county"); code != exitDone {
		t.Fatalf("setup: exit %d, %q", code, errs)
	}
	list := filepath.Join(t.TempDir(), "农户.csv")
	for _, step := range []struct {
		born string
		args []string
		code int
		want []string
	}{
		{"不详", []string{"--dry"}, exitFailed, []string{"D2\timport.bad_birth\t", "dry: "}},
		{"不详", nil, exitFailed, []string{"failed: "}},
		{"1970", []string{"--dry"}, exitDone, []string{"dry: ", " 0 faults"}},
		{"1970", nil, exitDone, []string{"done: ", "1 created, 0 changed, 0 unchanged"}},
		{"1970", nil, exitDone, []string{"0 created, 0 changed, 1 unchanged"}},
	} {
		if err := os.WriteFile(list, []byte("户编号,户主,姓名,出生年份\n1,王建国,王建国,"+step.born+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errs := call(t, environ, append(append([]string{"import", "--area", "520524114211", "--create-groups"}, step.args...), list)...)
		if code != step.code {
			t.Errorf("%s %v: exit %d, %q", step.born, step.args, code, errs)
		}
		for _, want := range step.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s %v: says %q, want %q", step.born, step.args, out, want)
			}
		}
	}
}

// Set up, serve on a free port, stop on a signal: what a newcomer does first.
func TestSetUpServeAndStop(t *testing.T) {
	t.Parallel()
	environ := []string{"QUNYAN_DATA=" + t.TempDir(), "QUNYAN_DB=" + storetest.URL(t), "QUNYAN_LOG_LEVEL=error"}
	code, out, errs := call(t, environ, "setup", "--login", "county", "--name", "赵县官")
	if code != exitDone || !strings.Contains(out, "county") || !strings.Contains(out, "password") {
		t.Fatalf("setup: exit %d, %q, %q", code, out, errs)
	}
	if code, _, errs := call(t, environ, "setup", "--login", "county"); code != exitFailed || !strings.Contains(errs, "access.login_taken") {
		t.Errorf("setting up the same account again: exit %d, %q", code, errs)
	}
	ctx, stop := context.WithCancel(context.Background())
	read, write := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, &program{stdout: write, stderr: io.Discard, environ: environ}, []string{"serve", "--addr", "127.0.0.1:0"})
		write.Close()
	}()
	line := make([]byte, 100)
	n, err := read.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(strings.TrimSpace(string(line[:n])) + "/readyz")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%v, %v", response, err)
	} else {
		response.Body.Close()
	}
	stop()
	if code := <-done; code != exitDone {
		t.Errorf("after the signal: exit %d", code)
	}
}
