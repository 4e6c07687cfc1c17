package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// Set up, back up, restore elsewhere, verify: what an operator's drill does.
func TestBackUpAndRestore(t *testing.T) {
	t.Parallel()
	dir, db := t.TempDir(), storetest.URL(t)
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "kept.tar.gz")
	environ := []string{"QUNYAN_DATA=" + data, "QUNYAN_DB=" + db, "QUNYAN_LOG_LEVEL=error"}
	if code, _, errs := call(t, environ, "setup"); code != exitDone {
		t.Fatal(errs)
	}
	code, out, errs := call(t, environ, "backup", "--to", file)
	if code != exitDone || !strings.HasPrefix(out, file+": ") || !strings.Contains(errs, "secret.key") {
		t.Fatalf("backup: exit %d, %q, %q", code, out, errs)
	}
	if code, _, errs := call(t, environ, "backup", "--to", file); code != exitFailed || !strings.Contains(errs, "There is a file called") {
		t.Errorf("the same name again: exit %d, %q", code, errs)
	}
	if code, out, _ := call(t, environ, "backup", "--to", dir, "--with-key"); code != exitDone || !strings.HasPrefix(out, filepath.Join(dir, "qunyan-")) {
		t.Errorf("into a folder: exit %d, %q", code, out)
	}
	elsewhere := filepath.Join(dir, "county.key")
	if err := os.Rename(filepath.Join(data, "sign.key"), elsewhere); err != nil {
		t.Fatal(err)
	}
	keyed := filepath.Join(dir, "keyed.tar.gz")
	code, _, errs = call(t, append(environ, "QUNYAN_SIGN_KEY="+elsewhere), "backup", "--to", keyed, "--with-key")
	if names := archived(t, keyed); code != exitDone || !slices.Contains(names, "sign.key") || !slices.Contains(names, "secret.key") {
		t.Errorf("with a key that is kept elsewhere: exit %d, %q, %v", code, errs, names)
	}
	if code, _, errs := call(t, environ, "restore", "--from", file); code != exitFailed || !strings.Contains(errs, "backup.in_use") {
		t.Errorf("over what is there: exit %d, %q", code, errs)
	}

	other := filepath.Join(dir, "other")
	environ[0], environ[1] = "QUNYAN_DATA="+other, "QUNYAN_DB="+storetest.Elsewhere(t, db, other)
	if code, _, errs := call(t, environ, "restore", "--from", file); code != exitFailed || !strings.Contains(errs, "backup.no_key") {
		t.Errorf("without the key: exit %d, %q", code, errs)
	}
	key := filepath.Join(data, "secret.key")
	if code, out, errs := call(t, environ, "restore", "--from", file, "--key", key); code != exitDone || !strings.HasPrefix(out, "restored the backup of ") {
		t.Fatalf("restore: exit %d, %q, %q", code, out, errs)
	}
	for _, args := range [][]string{{"verify"}, {"migrate"}} {
		if code, _, errs := call(t, environ, args...); code != exitDone {
			t.Errorf("%v on what was restored: exit %d, %q", args, code, errs)
		}
	}
	had, _ := os.ReadFile(key)
	if has, err := os.ReadFile(filepath.Join(other, "secret.key")); err != nil || string(has) != string(had) {
		t.Errorf("the key did not come along: %v", err)
	}
	if code, _, _ := call(t, environ, "setup", "--login", "admin"); code != exitFailed {
		t.Error("the first account was not restored")
	}
}

func TestABackupOfNothingIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, args := range [][]string{
		{"backup", "--data", filepath.Join(dir, "mistyped"), "--to", dir},
		{"backup", "--db", storetest.URL(t), "--data", dir, "--to", dir},
	} {
		if code, out, errs := call(t, nil, args...); code != exitFailed || out != "" || !strings.Contains(errs, "backup.no_database") {
			t.Errorf("%v: exit %d, %q, %q", args, code, out, errs)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("something was left: %v, %v", left, err)
	}
}

// A database that a newer program has had is left alone by every command, with a sentence that says what to do.
func TestANewerSchemaIsRefusedByEveryCommand(t *testing.T) {
	t.Parallel()
	db, dir := storetest.URL(t), t.TempDir()
	st := storetest.OpenURL(t, db)
	err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO schema_version (version, name, sum, applied_ms) VALUES (9999, 'future', 'x', 0)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve"}, {"migrate"}, {"setup"}, {"backup", "--to", dir}} {
		code, out, errs := call(t, []string{"QUNYAN_DATA=" + dir, "QUNYAN_DB=" + db}, args...)
		if code != exitFailed || out != "" || !strings.Contains(errs, "store.schema_newer") || !strings.Contains(errs, "newer") {
			t.Errorf("%v: exit %d, %q, %q", args, code, out, errs)
		}
	}
}

// archived lists what is in a backup.
func archived(t *testing.T, path string) (names []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if err != nil {
			return names
		}
		names = append(names, h.Name)
	}
}
