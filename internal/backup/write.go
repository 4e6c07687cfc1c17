package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/files"
	"qunyan/internal/store"
)

// Source is what is backed up.
type Source struct {
	Store   *store.Store
	DB      string // its address; pg_dump needs it
	Data    string // folder of the key file and the photos
	KeyMark string // tells the installation's key from any other, without giving it away; "" if it has none
	WithKey bool   // put the key files in as well
	SignKey string // file of the key that signs checkpoints; "" is the one in Data
	Version string // of the program
	Clock   core.Clock
}

// Made is a finished backup.
type Made struct {
	Path   string
	Bytes  int64
	Photos int64
	Manifest
}

// Make writes a backup to a file that must not exist, or under a name of its own into a folder (one that exists, or a
// path that ends with a slash). Until it is whole nothing stands under that name.
func Make(ctx context.Context, from Source, to string) (made Made, err error) {
	at := time.UnixMilli(from.Clock.Now()).In(core.China())
	if made.Path, err = target(to, at); err != nil {
		return made, err
	}
	dir := filepath.Dir(made.Path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return made, err
	}
	if err := sweep(dir, at); err != nil {
		return made, err
	}
	work, err := os.MkdirTemp(dir, partPrefix+"*"+partSuffix)
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err := write(ctx, from, work, at, &made); err != nil {
		return made, err
	}
	if err := Check(ctx, filepath.Join(work, "archive")); err != nil {
		return made, fmt.Errorf("what was written cannot be read back: %w", err)
	}
	if err := vacant(made.Path); err != nil {
		return made, err
	}
	// A rename and not a link: memory sticks and network shares, where backups go, have no links.
	if err := os.Rename(filepath.Join(work, "archive"), made.Path); err != nil {
		return made, err
	}
	return made, flush(dir)
}

// target is the path of the archive.
func target(to string, at time.Time) (string, error) {
	info, err := os.Stat(to)
	if err == nil && info.IsDir() || strings.HasSuffix(to, "/") {
		to = filepath.Join(to, nameOf(at))
	}
	path, err := filepath.Abs(to)
	if err != nil {
		return "", err
	}
	return path, vacant(path)
}

func vacant(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return errs.New(errs.Conflict, "backup.exists", "name", filepath.Base(path))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func write(ctx context.Context, from Source, work string, at time.Time, made *Made) (err error) {
	made.Manifest = Manifest{Format: format, Version: from.Version, Time: at.Format(time.RFC3339), Engine: from.Store.Engine(),
		KeyMark: from.KeyMark, WithKey: from.WithKey}
	if made.Schema, err = from.Store.Schema(ctx); err != nil {
		return err
	}
	if made.Schema == 0 {
		return errs.New(errs.NotFound, "backup.no_database")
	}
	copied := filepath.Join(work, made.database())
	// The database first: a photo's content is kept before its row, so every row of the copy finds its content.
	if made.Contents, err = copyDatabase(ctx, from, copied); err != nil {
		return err
	}
	a, err := newArchive(ctx, work, at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := fill(ctx, from, a, copied, made); err != nil {
		return err
	}
	if err := a.finish(); err != nil {
		return err
	}
	made.Bytes, err = a.file.Seek(0, io.SeekCurrent)
	return err
}

func copyDatabase(ctx context.Context, from Source, to string) (c Counts, err error) {
	if from.Store.Engine() == "postgres" {
		return dump(ctx, from, to)
	}
	if err := from.Store.CopyTo(ctx, to); err != nil {
		return c, err
	}
	st, err := store.Open(ctx, "sqlite:"+to, store.Options{Readers: 1, CacheKiB: 1024})
	if err != nil {
		return c, err
	}
	c, err = countAll(ctx, st)
	return c, errors.Join(err, st.Close())
}

func fill(ctx context.Context, from Source, a *archive, copied string, made *Made) error {
	text, err := json.MarshalIndent(made.Manifest, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if err := a.add(manifestName, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	if err := a.addFile(made.database(), copied); err != nil {
		return err
	}
	if err := os.Remove(copied); err != nil { // the disk may be small
		return err
	}
	if from.WithKey {
		for _, name := range keyNames {
			path := filepath.Join(from.Data, name)
			if name == signKeyName && from.SignKey != "" {
				path = from.SignKey
			}
			if err := a.addFile(name, path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return files.Walk(ctx, filepath.Join(from.Data, filesFolder), func(name string, size int64, content io.Reader) error {
		made.Photos++
		return a.add(filesFolder+name, size, content)
	})
}

// Check reads an archive from its beginning to its end and compares every sum (backup.damaged, backup.foreign). It writes
// nothing but a list of sums beside it, and does not look into the database.
func Check(ctx context.Context, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	sums, err := os.CreateTemp(filepath.Dir(path), "sums-*")
	if err != nil {
		return err
	}
	err = read(ctx, file, sums, func(string, io.Reader) error { return nil })
	return errors.Join(err, sums.Close(), os.Remove(sums.Name()))
}

// flush makes a folder's entries as lasting as its files.
func flush(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
