package backup_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"qunyan/internal/backup"
	"qunyan/internal/errs"
)

// entry is one file of an archive.
type entry struct {
	name, link string
	kind       byte
	content    []byte
}

func entriesOf(t *testing.T, path string) (all []entry) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	gz, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(gz); ; {
		h, err := in.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entry{name: h.Name, kind: h.Typeflag, content: content})
	}
}

// archiveOf writes entries with sums that are right, as somebody who means harm would.
func archiveOf(t *testing.T, all []entry) string {
	t.Helper()
	var out, sums bytes.Buffer
	gz := gzip.NewWriter(&out)
	w := tar.NewWriter(gz)
	put := func(e entry) {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Linkname: e.link, Size: int64(len(e.content)), Mode: 0o600}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.content); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range all {
		put(e)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(e.content), e.name)
	}
	put(entry{name: "SHA256SUMS", kind: tar.TypeReg, content: sums.Bytes()})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "made.tar.gz")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// rewritten changes the entries of an archive until change answers true, and makes its sums right again.
func rewritten(t *testing.T, path string, change func(*entry) bool) string {
	t.Helper()
	all := entriesOf(t, path)
	for i := range all {
		if change(&all[i]) {
			break
		}
	}
	return archiveOf(t, all[:len(all)-1])
}

func TestNothingInAnArchiveLeadsOutOfItsPlace(t *testing.T) {
	t.Parallel()
	l := newLiving(t, 1)
	good := entriesOf(t, l.make("good.tar.gz").Path)
	good = good[:len(good)-1]
	outside := filepath.Join(l.dir, "outside")
	for what, bad := range map[string]entry{
		"a path upwards":     {name: "files/../../outside", kind: tar.TypeReg},
		"an absolute path":   {name: outside, kind: tar.TypeReg},
		"a link":             {name: "files/520524001001", kind: tar.TypeSymlink, link: l.dir},
		"a hard link":        {name: "secret.key", kind: tar.TypeLink, link: outside},
		"a folder":           {name: "files/", kind: tar.TypeDir},
		"a stranger":         {name: "crontab", kind: tar.TypeReg},
		"a second manifest":  {name: "manifest.json", kind: tar.TypeReg},
		"a second database":  {name: good[1].name, kind: tar.TypeReg},
		"a photo up a level": {name: "files/520524001001/../x.jpg", kind: tar.TypeReg},
	} {
		refused(t, what, archiveOf(t, append(good[:len(good):len(good)], bad)), l.elsewhere(), "backup.foreign")
	}
	refused(t, "no manifest", archiveOf(t, good[1:]), l.elsewhere(), "backup.foreign")
	refused(t, "no database", archiveOf(t, good[:1]), l.elsewhere(), "backup.foreign")
	twice := append(good[:len(good):len(good)], good[len(good)-1])
	if _, err := backup.Restore(context.Background(), archiveOf(t, twice), l.elsewhere()); err == nil {
		t.Error("a photo that comes twice is accepted")
	}
	if _, err := os.Lstat(outside); err == nil {
		t.Error("something was written outside")
	}
}

// Whatever happens to an archive's bytes, it is refused, or what comes back is what went in.
func TestADamagedArchiveIsRefusedOrIdentical(t *testing.T) {
	t.Parallel()
	l := newLiving(t, 2)
	whole, err := os.ReadFile(l.make("whole.tar.gz").Path)
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	path := filepath.Join(l.dir, "hurt.tar.gz")
	for i := range 300 {
		hurt := damage(rng, bytes.Clone(whole))
		if err := os.WriteFile(path, hurt, 0o600); err != nil {
			t.Fatal(err)
		}
		err := backup.Check(context.Background(), path)
		if err == nil && !sameEntries(entriesOf(t, path), l) {
			t.Fatalf("damage %d was not noticed", i)
		}
		if code := errs.CodeOf(orUnchanged(err)); code != "backup.damaged" && code != "backup.foreign" && code != "unchanged" {
			t.Fatalf("damage %d: %v", i, err)
		}
		// A restore reads with the same code; a few go all the way.
		if i%100 == 0 && err != nil {
			to := l.elsewhere()
			refused(t, "a damaged archive", path, to, errs.CodeOf(err))
		}
	}
}

// orUnchanged gives no error a code, so that codes can be compared.
func orUnchanged(err error) error {
	if err == nil {
		return errs.New(errs.Conflict, "unchanged")
	}
	return err
}

func sameEntries(got []entry, l *living) bool {
	want := entriesOf(l.t, filepath.Join(l.dir, "whole.tar.gz"))
	if len(got) != len(want) {
		return false
	}
	for i := range want {
		if got[i].name != want[i].name || !bytes.Equal(got[i].content, want[i].content) {
			return false
		}
	}
	return true
}

// damage cuts, lengthens, overwrites or flips.
func damage(rng *rand.Rand, b []byte) []byte {
	at := rng.IntN(len(b))
	switch rng.IntN(6) {
	case 0:
		return b[:at]
	case 1:
		return append(b, byte(rng.Uint32()), 0, 1)
	case 2:
		n := min(1+rng.IntN(600), len(b)-at)
		for i := range n {
			b[at+i] = byte(rng.Uint32())
		}
	case 3: // a block that was never written
		clear(b[at:min(at+512, len(b))])
	case 4: // a piece is missing
		return append(b[:at], b[min(at+1+rng.IntN(600), len(b)):]...)
	default:
		b[at] ^= 1 << rng.IntN(8)
	}
	return b
}
