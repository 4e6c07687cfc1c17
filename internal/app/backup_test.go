package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"qunyan/internal/store/storetest"
)

// Two processes share a database and a folder; a fortnight passes, a day of it with a folder that cannot be written to.
func TestScheduledBackupsAreMadeOnceKeptAndTriedAgain(t *testing.T) {
	t.Parallel()
	clock, dir := storetest.NewClock(20260908), t.TempDir()
	db := storetest.URL(t)
	cfg := DefaultConfig()
	cfg.Data, cfg.DB, cfg.Clock = filepath.Join(dir, "data"), db, clock
	cfg.BackupTo, cfg.BackupKeep = filepath.Join(dir, "backups"), "3"
	var apps [2]*App
	for i := range apps {
		var err error
		if apps[i], err = New(context.Background(), cfg, quiet()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = apps[i].Close() })
	}
	look := func() {
		var wg sync.WaitGroup
		for i, a := range apps {
			wg.Go(func() { a.lookAfterBackups(context.Background(), string(rune('a'+i))) })
		}
		wg.Wait()
	}
	there := func() int {
		names, err := filepath.Glob(filepath.Join(cfg.BackupTo, "*.tar.gz"))
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	for step, want := range []int{1, 2, 3, 3} {
		look()
		clock.Advance(time.Hour.Milliseconds())
		look() // not due again
		if got := there(); got != want {
			t.Fatalf("day %d: %d backups, want %d", step, got, want)
		}
		clock.Advance(23 * time.Hour.Milliseconds())
	}
	newest := clock.Now() - 24*time.Hour.Milliseconds()

	blocked(t, cfg.BackupTo, look)
	look() // too soon after a failure
	if got := apps[0].backedUp.Load(); got != newest || there() != 3 {
		t.Fatalf("after a failure: %d, want %d; %d backups", got, newest, there())
	}
	clock.Advance(backupAgain.Milliseconds())
	look()
	look() // the process that stood aside learns of it
	for i, a := range apps {
		if got := a.backedUp.Load(); got != clock.Now() {
			t.Errorf("process %d believes the newest backup is of %d, not %d", i, got, clock.Now())
		}
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		if !strings.Contains(w.Body.String(), "\nqunyan_backup_last_success_seconds 1.") {
			t.Error("/metrics does not tell of the backup")
		}
	}
}

// blocked puts a file where a folder should be while do runs; to root every folder can be written.
func blocked(t *testing.T, dir string, do func()) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Rename(dir, dir+".aside"))
	must(os.WriteFile(dir, nil, 0o600))
	do()
	must(os.Remove(dir))
	must(os.Rename(dir+".aside", dir))
}
