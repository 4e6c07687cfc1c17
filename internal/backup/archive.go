package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"qunyan/internal/errs"
	"qunyan/internal/files"
)

// The entries that every archive has, and the folder of the photos.
const (
	manifestName = "manifest.json"
	sumsName     = "SHA256SUMS"
	filesFolder  = "files/"
)

// keyNames are the files in the data folder that an archive has only if it was asked for them: the key of PINs and ID
// numbers, which is the one a manifest has the mark of, and the one that signs checkpoints.
var keyNames = []string{"secret.key", signKeyName}

const signKeyName = "sign.key"

// archive is being written. Sums collect in a file beside it, because a county's photos are many.
type archive struct {
	ctx  context.Context
	at   time.Time
	file *os.File
	gz   *gzip.Writer
	tar  *tar.Writer
	sums *os.File
}

func newArchive(ctx context.Context, dir string, at time.Time) (*archive, error) {
	file, err := os.OpenFile(filepath.Join(dir, "archive"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	sums, err := os.OpenFile(filepath.Join(dir, sumsName), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	gz, _ := gzip.NewWriterLevel(file, gzip.BestSpeed) // beside a serving process; photos do not get smaller anyway
	return &archive{ctx: ctx, at: at, file: file, gz: gz, tar: tar.NewWriter(gz), sums: sums}, nil
}

func (a *archive) add(name string, size int64, content io.Reader) error {
	hash := sha256.New()
	if err := a.entry(name, size, io.TeeReader(content, hash)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, err := fmt.Fprint(a.sums, sumLine(hash.Sum(nil), name))
	return err
}

func (a *archive) entry(name string, size int64, content io.Reader) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: a.at}
	if err := a.tar.WriteHeader(header); err != nil {
		return err
	}
	_, err := io.CopyN(a.tar, patient{a.ctx, content}, size)
	return err
}

func (a *archive) addFile(name, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil {
		err = a.add(name, info.Size(), file)
	}
	return errors.Join(err, file.Close())
}

// finish writes the sums and flushes everything to the disk.
func (a *archive) finish() error {
	size, err := a.sums.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = a.sums.Seek(0, io.SeekStart)
	}
	if err == nil {
		err = a.entry(sumsName, size, a.sums)
	}
	if err == nil {
		err = errors.Join(a.tar.Close(), a.gz.Close())
	}
	if err == nil {
		err = a.file.Sync()
	}
	return err
}

func (a *archive) close() error { return errors.Join(a.sums.Close(), a.file.Close()) }

// sumLine is a line as sha256sum writes it, so that an unpacked archive is checked with `sha256sum -c SHA256SUMS`.
func sumLine(hash []byte, name string) string { return fmt.Sprintf("%x  %s\n", hash, name) }

// patient is a reader that ends with a context: an archive of gigabytes can be interrupted.
type patient struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// damaged is what a reader answers whatever it stumbles over: a reader of archives cannot tell a flipped bit from a
// missing end.
func damaged(cause error) error {
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return errs.New(errs.Invalid, "backup.damaged").Because(cause)
}

// read goes through a whole archive and checks every sum. visit is given each entry but the sums, the manifest first,
// and reads all of it; what it has written is to be trusted only if read answers nil.
func read(ctx context.Context, r io.Reader, sums io.ReadWriteSeeker, visit func(name string, content io.Reader) error) error {
	gz, err := gzip.NewReader(patient{ctx, r})
	if err != nil {
		return errs.New(errs.Invalid, "backup.foreign").Because(err)
	}
	in := tar.NewReader(gz)
	seen := entries{}
	for !seen.end {
		header, err := in.Next()
		if err != nil { // also the end: it came before the sums
			return damaged(err)
		}
		if err := seen.take(header); err != nil {
			return err
		}
		if seen.end {
			if err := sameSums(in, sums); err != nil {
				return err
			}
			break
		}
		if err := visitOne(header.Name, in, sums, visit); err != nil {
			return err
		}
	}
	if _, err := in.Next(); err != io.EOF {
		return damaged(fmt.Errorf("something follows the sums: %v", err))
	}
	// The stream's own checksum stands at its very end.
	if _, err := io.Copy(io.Discard, gz); err != nil {
		return damaged(err)
	}
	return nil
}

func visitOne(name string, in io.Reader, sums io.Writer, visit func(name string, content io.Reader) error) error {
	hash := sha256.New()
	content := &faulty{r: io.TeeReader(in, hash)}
	if err := visit(name, content); err != nil {
		if content.err != nil {
			return damaged(content.err)
		}
		return err
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return damaged(err)
	}
	_, err := fmt.Fprint(sums, sumLine(hash.Sum(nil), name))
	return err
}

// faulty remembers that reading failed, so that it is not taken for a failure to write.
type faulty struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (f *faulty) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// sameSums compares the archive's sums with the ones just computed; both are in the order of the entries.
func sameSums(theirs io.Reader, ours io.ReadSeeker) error {
	if _, err := ours.Seek(0, io.SeekStart); err != nil {
		return err
	}
	a, b := bufio.NewReader(theirs), bufio.NewReader(ours)
	for {
		left, errLeft := a.ReadBytes('\n')
		right, errRight := b.ReadBytes('\n')
		switch {
		case !bytes.Equal(left, right):
			return damaged(fmt.Errorf("the sum differs: %q", right))
		case errLeft == io.EOF && errRight == io.EOF:
			return nil
		case errLeft != nil || errRight != nil:
			return damaged(errors.Join(errLeft, errRight))
		}
	}
}

// entries holds an archive to its layout. Nothing in it names a path of its own choosing: there are a few fixed names,
// and photos under their village and hash.
type entries struct {
	first, second, end bool
}

func (e *entries) take(h *tar.Header) error {
	if h.Typeflag != tar.TypeReg {
		return errs.New(errs.Invalid, "backup.foreign").Because(fmt.Errorf("entry %q is no file", h.Name))
	}
	known := false
	switch {
	case !e.first:
		known = h.Name == manifestName
		e.first = true
	case !e.second:
		known = h.Name == (Manifest{Engine: "sqlite"}).database() || h.Name == (Manifest{Engine: "postgres"}).database()
		e.second = true
	case h.Name == sumsName:
		known, e.end = true, true
	default:
		known = slices.Contains(keyNames, h.Name) || len(h.Name) > len(filesFolder) && h.Name[:len(filesFolder)] == filesFolder && files.Kept(h.Name[len(filesFolder):])
	}
	if !known {
		return errs.New(errs.Invalid, "backup.foreign").Because(fmt.Errorf("entry %q does not belong there", h.Name))
	}
	return nil
}
