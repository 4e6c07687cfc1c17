package backup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"qunyan/internal/backup"
	"qunyan/internal/core"
)

func TestRetentionKeepsTheNewestOfEachPeriod(t *testing.T) {
	t.Parallel()
	for keep, want := range map[string]int{
		"1":       1,
		"14":      14,
		"7d":      7,
		"7d4w12m": 7 + 2 + 11, // two weeks and a month are among the days already
		"2m":      2,
		"400":     400,
	} {
		dir := t.TempDir()
		at := time.Date(2026, 9, 8, 3, 0, 0, 0, core.China())
		for i := range 400 {
			day := at.AddDate(0, 0, -i)
			touch(t, dir, fmt.Sprintf("qunyan-%s.tar.gz", day.Format("20060102-150405")))
		}
		touch(t, dir, "qunyan-before-the-move.tar.gz")
		touch(t, dir, "notes.txt")
		r, err := backup.ParseRetention(keep)
		if err != nil {
			t.Fatal(err)
		}
		removed, err := backup.Prune(dir, r)
		if err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		names := make([]string, len(left))
		for i, e := range left {
			names[i] = e.Name()
		}
		if len(left) != want+2 || removed != 400-want {
			t.Errorf("%s: %d left, want %d: %v", keep, len(left)-2, want, names)
		}
		for _, stays := range []string{"qunyan-20260908-030000.tar.gz", "qunyan-before-the-move.tar.gz", "notes.txt"} {
			if !slices.Contains(names, stays) {
				t.Errorf("%s: %s is gone", keep, stays)
			}
		}
	}
	for _, bad := range []string{"", "0", "d", "7", "-1", "4w7d", "7days", "0d", "7d 4w", "99999"} {
		if r, err := backup.ParseRetention(bad); err == nil && bad != "7" {
			t.Errorf("%q is read as %+v", bad, r)
		}
	}
}

func touch(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
