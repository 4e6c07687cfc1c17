package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
)

var keptName = regexp.MustCompile(`^[0-9]{12}/[0-9a-f]{64}\.(jpg|memo)$`)

// Kept says whether name, with slashes and below the folder, is one that a content is kept under.
func Kept(name string) bool { return keptName.MatchString(name) }

// Walk gives every content of a folder to visit, ordered by name, for a backup. Every content that a row named when the
// walk began is among them, unless it was swept meanwhile. A folder that is not there has none.
func Walk(ctx context.Context, dir string, visit func(name string, size int64, content io.Reader) error) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case !entry.Type().IsRegular() || !Kept(name):
			return nil
		}
		return visitContent(root, name, visit)
	})
}

func visitContent(root *os.Root, name string, visit func(name string, size int64, content io.Reader) error) error {
	file, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) { // swept a moment ago
		return nil
	}
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil {
		err = visit(name, info.Size(), file)
	}
	return errors.Join(err, file.Close())
}
