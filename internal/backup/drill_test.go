package backup_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"qunyan/internal/backup"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

const mark = "a mark"

// living is an installation whose books are written by several people at once.
type living struct {
	backup.Source
	t     *testing.T
	dir   string
	books []*book
}

// book is a village with one household, written by one goroutine. acknowledged counts the lines that were answered.
type book struct {
	village      core.Area
	household    core.ID
	acknowledged atomic.Int64
}

func newLiving(t *testing.T, villages int) *living {
	t.Helper()
	l := &living{t: t, dir: t.TempDir()}
	clock, db := storetest.NewClock(20260908), storetest.URL(t)
	l.Source = backup.Source{Store: storetest.OpenURL(t, db), DB: db, Data: filepath.Join(l.dir, "data"), KeyMark: mark, Version: "test", Clock: clock}
	ids := core.NewIDs(clock)
	for i := range villages {
		b := &book{village: storetest.Village(), household: ids.Next()}
		l.books = append(l.books, b)
		l.tx(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO household (village, id, grp, number, head, pinyin, initials, sort, cadre, members, state, version, created_ms, changed_ms)
				VALUES ($1, $2, 0, 1, '王建国', 'wang jian guo', 'wjg', 'wangjianguo', 0, 1, 'active', 1, 0, 0)`, b.village, b.household)
			if err != nil {
				return err
			}
			_, err = ledger.OpenHouseholds(ctx, tx, ledger.Stamp{Village: b.village, NowMs: clock.Now()}, ledger.OpeningPoints, b.household)
			return err
		})
		b.acknowledged.Store(1)
		l.photo(b.village, ids.Next(), fmt.Sprintf("the picture of village %d", i))
	}
	for _, name := range []string{"secret.key", "sign.key"} {
		if err := os.WriteFile(filepath.Join(l.Data, name), []byte("the key\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func (l *living) tx(fn func(ctx context.Context, tx *store.Tx) error) {
	l.t.Helper()
	if err := l.Store.Tx(context.Background(), fn); err != nil {
		l.t.Fatal(err)
	}
}

// photo keeps a content as package files does, with its row.
func (l *living) photo(village core.Area, id core.ID, content string) {
	l.t.Helper()
	hash := sha256.Sum256([]byte(content))
	dir := filepath.Join(l.Data, "files", village.String())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%x.jpg", hash)), []byte(content), 0o600); err != nil {
		l.t.Fatal(err)
	}
	l.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO file (village, id, sha256, mime, size, owner, owner_id, by_kind, by_id, created_ms)
			VALUES ($1, $2, $3, 'image/jpeg', $4, 'claim', 7, 'staff', 1, 0)`, village, id, hash[:], len(content))
		return err
	})
}

// earn posts one line.
func (b *book) earn(st *store.Store, now int64) error {
	return st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := ledger.PostMany(ctx, tx, ledger.Stamp{Village: b.village, NowMs: now, Actor: 1},
			[][]ledger.Entry{{{Kind: ledger.Earned, Category: "council", Owner: b.household, Amount: 2, MemoZh: "按时参加群众会"}}})
		return err
	})
}

// write lets every book be written until stop is called, and returns once each has some lines.
func (l *living) write() (stop func()) {
	done := make(chan struct{})
	var all, under sync.WaitGroup
	for _, b := range l.books {
		under.Add(1)
		all.Go(func() {
			for n := 0; ; n++ {
				if n == 5 {
					under.Done()
				}
				select {
				case <-done:
					if n >= 5 {
						return
					}
				default:
				}
				if err := b.earn(l.Store, l.Clock.Now()); err != nil {
					l.t.Error(err)
				}
				b.acknowledged.Add(1)
			}
		})
	}
	under.Wait()
	return func() { close(done); all.Wait() }
}

// elsewhere is an empty place of the same engine.
func (l *living) elsewhere() backup.Target {
	dir := filepath.Join(l.t.TempDir(), "restored")
	return backup.Target{DB: storetest.Elsewhere(l.t, l.DB, dir), Data: dir, KeyMark: mark, Clock: l.Clock,
		Mark: func(text []byte) (string, error) {
			if string(text) != "the key\n" {
				return "", fmt.Errorf("no key")
			}
			return mark, nil
		}}
}

func (l *living) make(name string) backup.Made {
	l.t.Helper()
	made, err := backup.Make(context.Background(), l.Source, filepath.Join(l.dir, name))
	if err != nil {
		l.t.Fatal(err)
	}
	return made
}

func TestABackupOfALivingInstallationComesBackWithEveryAcknowledgedLine(t *testing.T) {
	t.Parallel()
	l := newLiving(t, 4)
	stop := l.write()
	before := make([]int64, len(l.books))
	for i, b := range l.books {
		before[i] = b.acknowledged.Load()
	}
	made := l.make("living.tar.gz")
	stop()
	to := l.elsewhere()
	found, err := backup.Restore(context.Background(), made.Path, to)
	if err != nil {
		t.Fatal(err)
	}
	if found.Photos != 4 || found.Missing != 0 || found.Books.Villages != 4 || found.Books.Lines != made.Contents.Lines {
		t.Errorf("restored %+v", found)
	}
	st := storetest.OpenURL(t, to.DB)
	for i, b := range l.books {
		report, err := ledger.VerifyVillage(context.Background(), st, b.village, nil)
		if err != nil || report.Fault != nil {
			t.Errorf("village %d: %v, %v", i, report.Fault, err)
		}
		if after := b.acknowledged.Load(); report.Lines < before[i] || report.Lines > after {
			t.Errorf("village %d has %d lines; %d were acknowledged before the backup began, %d in all", i, report.Lines, before[i], after)
		}
		if err := b.earn(st, l.Clock.Now()); err != nil {
			t.Errorf("the restored book cannot be written: %v", err)
		}
	}
	nothingBeside(t, to.Data)
	nothingBeside(t, l.dir)
}

// nothingBeside looks for what is only there while work goes on.
func nothingBeside(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s was left in %s", e.Name(), dir)
		}
	}
}

func refused(t *testing.T, what, path string, to backup.Target, code string) {
	t.Helper()
	if _, err := backup.Restore(context.Background(), path, to); err == nil || errs.CodeOf(err) != code {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
	nothingBeside(t, to.Data)
}

func TestARestoreRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	l := newLiving(t, 1)
	made := l.make("one.tar.gz")
	to := l.elsewhere()

	other := to
	other.KeyMark = "another mark"
	refused(t, "another key", made.Path, other, "backup.wrong_key")
	other.KeyMark = ""
	refused(t, "no key", made.Path, other, "backup.no_key")
	refused(t, "the place it came from", made.Path, backup.Target{DB: l.DB, Data: l.dir, KeyMark: mark, Clock: l.Clock}, "backup.in_use")
	other = to
	other.Data = l.Data
	refused(t, "a folder with photos", made.Path, other, "backup.in_use")
	engines := backup.Target{DB: "sqlite:" + filepath.Join(t.TempDir(), "x.db"), Data: to.Data, KeyMark: mark, Clock: l.Clock}
	wrong := rewritten(t, made.Path, func(e *entry) bool {
		e.content = []byte(strings.NewReplacer(`"sqlite"`, `"postgres"`, `"postgres"`, `"sqlite"`).Replace(string(e.content)))
		return e.name == "manifest.json"
	})
	if l.Store.Engine() == "sqlite" {
		refused(t, "the other engine", wrong, engines, "backup.wrong_engine")
	} else {
		refused(t, "the other engine", made.Path, engines, "backup.wrong_engine")
	}
	newer := rewritten(t, made.Path, func(e *entry) bool {
		e.content = []byte(strings.Replace(string(e.content), `"schema": `, `"schema": 9`, 1))
		return e.name == "manifest.json"
	})
	refused(t, "a newer schema", newer, to, "store.schema_newer")

	lost := to
	lost.KeyMark, lost.LostKey = "", true
	if _, err := backup.Restore(context.Background(), made.Path, lost); err != nil {
		t.Errorf("with the key lost: %v", err)
	}
	refused(t, "a second time", made.Path, lost, "backup.in_use")
}

func TestTheKeyTravelsOnlyWhenAskedTo(t *testing.T) {
	t.Parallel()
	l := newLiving(t, 1)
	for _, e := range entriesOf(t, l.make("without.tar.gz").Path) {
		if strings.HasSuffix(e.name, ".key") {
			t.Error("the key is in the backup")
		}
	}
	l.WithKey = true
	to := l.elsewhere()
	to.KeyMark = ""
	if _, err := backup.Restore(context.Background(), l.make("with.tar.gz").Path, to); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"secret.key", "sign.key"} {
		if text, err := os.ReadFile(filepath.Join(to.Data, name)); err != nil || string(text) != "the key\n" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	to = l.elsewhere()
	if err := os.MkdirAll(to.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to.Data, "sign.key"), []byte("another key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, "another signing key", filepath.Join(l.dir, "with.tar.gz"), to, "backup.wrong_key")
}

// A book with a fault is not put in place, though every checksum is right.
func TestBooksWithAFaultAreNotPutBack(t *testing.T) {
	t.Parallel()
	l := newLiving(t, 1)
	l.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE account SET balance = balance + 1 WHERE village = $1 AND owner <> 0`, l.books[0].village)
		return err
	})
	to := l.elsewhere()
	refused(t, "a fault", l.make("faulty.tar.gz").Path, to, "backup.fault")
	if path, ok := strings.CutPrefix(to.DB, "sqlite:"); ok {
		if _, err := os.Stat(path); err == nil {
			t.Error("the database was put in place")
		}
	}
}

func TestABackupNeverOverwritesAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l := newLiving(t, 1)
	made := l.make("one.tar.gz")
	if _, err := backup.Make(context.Background(), l.Source, made.Path); err == nil || errs.CodeOf(err) != "backup.exists" {
		t.Errorf("a second backup under the same name: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := backup.Make(ctx, l.Source, filepath.Join(l.dir, "never.tar.gz")); err == nil {
		t.Error("a backup went on after its context had ended")
	}
	if _, err := os.Stat(filepath.Join(l.dir, "never.tar.gz")); err == nil {
		t.Error("half a backup stands under its final name")
	}
	nothingBeside(t, l.dir)
}
