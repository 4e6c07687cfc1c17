package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/files"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Target is where a backup is put back.
type Target struct {
	DB      string // address of a database that has nothing of ours
	Data    string // folder of the key file and the photos
	KeyMark string // of the key that is there already, or of Key; "" if there is none
	Key     []byte // text of a key file to put there as well; nil if there is one or none
	LostKey bool   // go on without the key; PINs have to be set anew
	Clock   core.Clock
	// Mark computes the mark of a key file's text, for a key that comes with the archive.
	Mark func(text []byte) (string, error)
}

// Restored is what came back.
type Restored struct {
	Manifest
	Books    ledger.Report
	Photos   int64 // contents put back
	Missing  int64 // rows of photos whose content the archive does not have
	Migrated int   // scripts that brought an older schema up to date
}

// restore is one run of Restore.
type restore struct {
	Target
	found    Restored
	lite     string // path of a SQLite database; "" on PostgreSQL
	beside   string // folder in which photos and key are unpacked
	database string // unpacked copy of the database
}

// Restore puts an archive back. It refuses (and has then changed nothing) a target that is in use, an archive that is
// damaged, cut short, no backup, of another engine or of a newer schema, a key that is not the one the data was written
// with, and books with a fault. On PostgreSQL the database is filled before its books can be read; the error says so.
func Restore(ctx context.Context, path string, to Target) (found Restored, err error) {
	r := &restore{Target: to}
	if rest, ok := strings.CutPrefix(to.DB, "sqlite:"); ok {
		r.lite = strings.TrimPrefix(rest, "//")
	}
	if err := r.vacant(ctx); err != nil {
		return found, err
	}
	if _, missing := os.Stat(to.Data); missing != nil {
		if err := os.MkdirAll(to.Data, 0o700); err != nil {
			return found, err
		}
		defer func() {
			if err != nil {
				_ = os.Remove(to.Data) // as if we had never been there
			}
		}()
	}
	if r.beside, err = os.MkdirTemp(to.Data, ".restore-*"); err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.beside)) }()
	dbBeside := r.beside
	if r.lite != "" { // it may live on another disk, and only a rename on the same one is at once
		if dbBeside, err = os.MkdirTemp(filepath.Dir(r.lite), ".restore-*"); err != nil {
			return found, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dbBeside)) }()
	}
	if err := r.unpack(ctx, path, dbBeside); err != nil {
		return found, err
	}
	if err := r.judge(ctx); err != nil {
		return found, err
	}
	return r.found, r.place()
}

// vacant refuses a target that holds something.
func (r *restore) vacant(ctx context.Context) error {
	taken := func(what string) error { return errs.New(errs.Conflict, "backup.in_use", "what", what) }
	if old, err := os.ReadDir(filepath.Join(r.Data, filesFolder)); err == nil && len(old) > 0 {
		return taken(filepath.Join(r.Data, filesFolder))
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if r.lite != "" {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			if _, err := os.Lstat(r.lite + suffix); err == nil {
				return taken(r.lite + suffix)
			} else if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return nil
	}
	st, err := store.Open(ctx, r.DB, store.Options{Readers: 2})
	if err != nil {
		return err
	}
	version, err := st.Schema(ctx)
	if err := errors.Join(err, st.Close()); err != nil {
		return err
	}
	if version > 0 {
		return taken("postgres")
	}
	return nil
}

// unpack writes the archive beside its place and checks every sum.
func (r *restore) unpack(ctx context.Context, path, dbBeside string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	sums, err := os.CreateTemp(r.beside, "sums-*")
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(r.beside)
	if err != nil {
		return errors.Join(err, sums.Close())
	}
	err = read(ctx, file, sums, func(name string, content io.Reader) error { return r.entry(root, dbBeside, name, content) })
	return errors.Join(err, root.Close(), sums.Close(), os.Remove(sums.Name()))
}

func (r *restore) entry(root *os.Root, dbBeside, name string, content io.Reader) (err error) {
	switch {
	case name == manifestName:
		if r.found.Manifest, err = readManifest(content); err != nil {
			return err
		}
		return r.fits()
	case name == r.found.database():
		r.database = filepath.Join(dbBeside, name)
		file, err := os.OpenFile(r.database, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		return writeOut(file, content)
	case strings.HasPrefix(name, filesFolder):
		r.found.Photos++
		if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return writeOut(file, content)
}

func writeOut(file *os.File, content io.Reader) error {
	_, err := io.Copy(file, content)
	return errors.Join(err, file.Sync(), file.Close())
}

// fits refuses early what cannot be put back here.
func (r *restore) fits() error {
	m, engine := r.found.Manifest, "postgres"
	if r.lite != "" {
		engine = "sqlite"
	}
	if m.Engine != engine {
		return errs.New(errs.Conflict, "backup.wrong_engine", "have", m.Engine, "want", engine)
	}
	known, err := store.Newest()
	if err != nil {
		return err
	}
	if m.Schema > known {
		return errs.New(errs.Conflict, "store.schema_newer", "have", m.Schema, "know", known)
	}
	switch {
	case m.KeyMark == "", m.KeyMark == r.KeyMark:
		return nil
	case r.KeyMark != "":
		return errs.New(errs.Conflict, "backup.wrong_key")
	case !m.WithKey && !r.LostKey:
		return errs.New(errs.NotFound, "backup.no_key")
	}
	return nil
}

// judge brings the unpacked database up to date, reads every book of it, and compares it with the manifest. Nobody uses
// the database yet, so a fault costs nothing.
func (r *restore) judge(ctx context.Context) error {
	if err := r.judgeKey(); err != nil {
		return err
	}
	address := "sqlite:" + r.database
	if r.lite == "" {
		if err := undump(ctx, r.DB, r.database); err != nil {
			return err
		}
		address = r.DB
	}
	st, err := store.Open(ctx, address, store.Options{})
	if err != nil {
		return err
	}
	if err := errors.Join(r.judgeBooks(ctx, st), st.Close()); err != nil {
		return err
	}
	if r.lite == "" {
		return nil
	}
	return syncFile(r.database)
}

// judgeKey holds the keys that came along to the manifest and to those that are there already.
func (r *restore) judgeKey() error {
	if !r.found.WithKey {
		return nil
	}
	for _, name := range keyNames {
		there, err := os.ReadFile(filepath.Join(r.Data, name))
		came, err2 := os.ReadFile(filepath.Join(r.beside, name))
		if err == nil && err2 == nil && !bytes.Equal(bytes.TrimSpace(there), bytes.TrimSpace(came)) {
			return errs.New(errs.Conflict, "backup.wrong_key").Because(fmt.Errorf("%s differs from the one in the backup", name))
		}
	}
	text, err := os.ReadFile(filepath.Join(r.beside, keyNames[0]))
	if err != nil {
		return damaged(err)
	}
	if mark, err := r.Mark(text); err != nil || mark != r.found.KeyMark {
		return errs.New(errs.Conflict, "backup.wrong_key").Because(err)
	}
	return nil
}

func (r *restore) judgeBooks(ctx context.Context, st *store.Store) (err error) {
	if version, err := st.Schema(ctx); err != nil {
		return err
	} else if version != r.found.Schema {
		return damaged(fmt.Errorf("the manifest says schema %d; it is %d", r.found.Schema, version))
	}
	if r.found.Migrated, err = st.Migrate(ctx, r.Clock.Now()); err != nil {
		return err
	}
	have, err := countAll(ctx, st)
	if err != nil {
		return err
	}
	if have != r.found.Contents {
		return damaged(fmt.Errorf("the manifest counts %+v; the database holds %+v", r.found.Contents, have))
	}
	if r.found.Books, err = ledger.Verify(ctx, st, nil, nil); err != nil {
		return err
	}
	if fault := r.found.Books.Fault; fault != nil {
		return errs.New(errs.Conflict, "backup.fault", "fault", fault.String())
	}
	return st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, photosSQL, func(row store.Row) error {
			var village core.Area
			var hash []byte
			var mime string
			if err := row.Scan(&village, &hash, &mime); err != nil {
				return err
			}
			_, err := os.Stat(filepath.Join(r.beside, filesFolder, filepath.FromSlash(files.KeptAs(village, hash, mime))))
			if errors.Is(err, fs.ErrNotExist) {
				r.found.Missing++
				err = nil
			}
			return err
		})
	})
}

// photosSQL leaves out the pictures that nothing took: they may have been swept while the backup was made.
const photosSQL = `SELECT village, sha256, mime FROM file WHERE owner_id <> 0`

// place moves everything where it belongs. The database comes last: before it is there, nothing has been restored.
func (r *restore) place() error {
	if r.Key != nil {
		file, err := os.OpenFile(filepath.Join(r.beside, keyNames[0]), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err == nil {
			err = writeOut(file, bytes.NewReader(r.Key))
		}
		if err != nil {
			return err
		}
	}
	for _, name := range keyNames {
		to := filepath.Join(r.Data, name)
		if _, err := os.Lstat(to); err == nil { // it is the same
			continue
		}
		if err := os.Rename(filepath.Join(r.beside, name), to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if r.found.Photos > 0 {
		to := filepath.Join(r.Data, filesFolder)
		if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty one
			return err
		}
		if err := os.Rename(filepath.Join(r.beside, filesFolder), to); err != nil {
			return err
		}
	}
	if err := flush(r.Data); err != nil || r.lite == "" {
		return err
	}
	if err := os.Rename(r.database, r.lite); err != nil {
		return err
	}
	return flush(filepath.Dir(r.lite))
}

func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
