package files

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"qunyan/internal/core"
)

// folder keeps contents by their hash, each village's in a directory of its own. Everything goes through os.Root, so
// that no path leads out of it, not even through a link.
type folder struct {
	dir string
	ids *core.IDs

	mu   sync.Mutex
	root *os.Root // nil until first used
}

func newFolder(dir string, ids *core.IDs) *folder { return &folder{dir: dir, ids: ids} }

func (f *folder) open() (*os.Root, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.root != nil {
		return f.root, nil
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(f.dir)
	if err == nil {
		f.root = root
	}
	return root, err
}

// Endings of what is kept.
const (
	photoEnd = ".jpg"
	smallEnd = ".small.jpg" // made of a photo, and made again when it is missing: no backup holds it
	memoEnd  = ".memo"
)

func endOf(mime string) string {
	if mime == MIME {
		return photoEnd
	}
	return memoEnd
}

// KeptAs is the name, with slashes and below the folder, of the content that a row of this media type and hash names.
func KeptAs(village core.Area, hash []byte, mime string) string {
	_, name := place(village, hash, endOf(mime))
	return name
}

// place is where a content stands: nothing but digits and letters of our own making.
func place(village core.Area, hash []byte, end string) (dir, name string) {
	dir = village.String()
	return dir, dir + "/" + hex.EncodeToString(hash) + end
}

// put keeps content under its hash. A reader sees all of it or nothing, also after a power cut: it is written beside its
// place, flushed, and then moved there.
func (f *folder) put(village core.Area, hash []byte, end string, content []byte) error {
	root, err := f.open()
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	dir, name := place(village, hash, end)
	if info, err := root.Stat(name); err == nil && info.Size() == int64(len(content)) {
		return nil // the same picture was sent before
	}
	if err := root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("files: %w", err)
	}
	beside := dir + "/" + f.ids.Next().String() + ".part"
	if err := writeWhole(root, beside, content); err != nil {
		_ = root.Remove(beside) // what failed to be written is worth nothing
		return fmt.Errorf("files: %w", err)
	}
	if err := root.Rename(beside, name); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	return flush(root, dir)
}

func writeWhole(root *os.Root, name string, content []byte) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}

// flush makes the directory's entry as lasting as the file.
func flush(root *os.Root, dir string) error {
	d, err := root.Open(dir)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// get opens what put kept.
func (f *folder) get(village core.Area, hash []byte, end string) (io.ReadCloser, error) {
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	_, name := place(village, hash, end)
	return root.Open(name)
}

// remove takes a content away; one that is not there is no error.
func (f *folder) remove(village core.Area, hash []byte, end string) error {
	root, err := f.open()
	if err != nil {
		return err
	}
	_, name := place(village, hash, end)
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("files: %w", err)
	}
	return nil
}
