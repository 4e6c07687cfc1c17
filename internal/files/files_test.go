package files_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/files"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

type setup struct {
	*files.Service
	st      *store.Store
	clock   *storetest.Clock
	dir     string
	village core.Area
	clerk   core.Actor
}

func open(t *testing.T) setup {
	t.Helper()
	clock := storetest.NewClock(20260301)
	st, dir, village := storetest.Open(t), filepath.Join(t.TempDir(), "files"), storetest.Village()
	clerk := core.Actor{Kind: core.StaffActor, ID: 7, Name: "文书", Grants: []core.Grant{{Role: core.RoleClerk, Area: village}}}
	return setup{files.New(st, clock, core.NewIDs(clock), dir), st, clock, dir, village, clerk}
}

// quarters is a picture whose corners differ: red, green, blue, white from the upper left by rows.
func quarters(width, height int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := [...]color.NRGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}
			p.Set(x, y, c[store.Flag(2*x >= width)+2*store.Flag(2*y >= height)])
		}
	}
	return p
}

func asJPEG(t *testing.T, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t *testing.T, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts metadata behind the start marker: an orientation, and text as a camera would put a position there.
func withEXIF(picture []byte, orientation uint16, order binary.AppendByteOrder) []byte {
	tiff := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	for _, entry := range [][2]uint16{{0x010F, 1}, {0x0112, orientation}} {
		tiff = order.AppendUint16(tiff, entry[0])
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, entry[1])
		tiff = order.AppendUint16(tiff, 0)
	}
	segment := append([]byte("Exif\x00\x00"), tiff...)
	segment = append(segment, "GPSLatitude 26.6635 N"...)
	out := append([]byte{}, picture[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(segment)+2))
	out = append(out, segment...)
	return append(out, picture[2:]...)
}

func (s setup) put(t *testing.T, upload []byte) (files.File, error) {
	t.Helper()
	return s.Put(context.Background(), s.clerk, s.village, bytes.NewReader(upload))
}

// kept reads back what was kept of an upload.
func (s setup) kept(t *testing.T, upload []byte) []byte {
	t.Helper()
	f, err := s.put(t, upload)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(context.Background(), s.clerk, s.village, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func decode(t *testing.T, content []byte) image.Image {
	t.Helper()
	p, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("what is kept is no JPEG: %v", err)
	}
	return p
}

// corner names the colour in a corner, read a little inside.
func corner(p image.Image, right, bottom bool) string {
	x, y := p.Bounds().Dx()/8, p.Bounds().Dy()/8
	if right {
		x = p.Bounds().Dx() - 1 - x
	}
	if bottom {
		y = p.Bounds().Dy() - 1 - y
	}
	r, g, b, _ := p.At(x, y).RGBA()
	switch {
	case r > 0xC000 && g > 0xC000 && b > 0xC000:
		return "w"
	case r > 0xC000:
		return "r"
	case g > 0xC000:
		return "g"
	}
	return "b"
}

func TestPicturesAreTurnedUpright(t *testing.T) {
	t.Parallel()
	s := open(t)
	picture := asJPEG(t, quarters(64, 32))
	for orientation, want := range map[uint16]string{1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb", 0: "rgbw", 9: "rgbw"} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			p := decode(t, s.kept(t, withEXIF(picture, orientation, order)))
			got := corner(p, false, false) + corner(p, true, false) + corner(p, false, true) + corner(p, true, true)
			across := orientation >= 5 && orientation <= 8
			if got != want || across != (p.Bounds().Dy() > p.Bounds().Dx()) {
				t.Errorf("orientation %d (%v): corners %s of %v, want %s", orientation, order, got, p.Bounds(), want)
			}
		}
	}
}

func TestNothingOfTheMetadataIsKept(t *testing.T) {
	t.Parallel()
	s := open(t)
	content := s.kept(t, withEXIF(asJPEG(t, quarters(64, 32)), 6, binary.LittleEndian))
	for _, trace := range []string{"GPS", "Exif", "26.6635"} {
		if bytes.Contains(content, []byte(trace)) {
			t.Errorf("%q is still in the kept picture", trace)
		}
	}
}

func TestEveryFormatIsKeptAsAJPEG(t *testing.T) {
	t.Parallel()
	s := open(t)
	webp, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
	if err != nil {
		t.Fatal(err)
	}
	for name, upload := range map[string][]byte{"JPEG": asJPEG(t, quarters(40, 40)), "PNG": asPNG(t, quarters(40, 40)), "WebP": webp} {
		if p := decode(t, s.kept(t, upload)); p.Bounds().Dx() < 1 {
			t.Errorf("%s: %v", name, p.Bounds())
		}
	}
	transparent := decode(t, s.kept(t, asPNG(t, image.NewNRGBA(image.Rect(0, 0, 20, 20)))))
	if corner(transparent, false, false) != "w" {
		t.Error("what was transparent is not white")
	}
	if b := decode(t, s.kept(t, asPNG(t, quarters(3000, 20)))).Bounds(); b.Dx() != 1600 || b.Dy() != 10 {
		t.Errorf("a wide picture is kept as %v", b)
	}
	if b := decode(t, s.kept(t, asPNG(t, quarters(1, 3200)))).Bounds(); b.Dx() != 1 || b.Dy() != 1600 {
		t.Errorf("a line is kept as %v", b)
	}
}

// claiming is the head of a PNG that says how large it is, and nothing more.
func claiming(width, height uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	head = append(binary.BigEndian.AppendUint32(head, height), 8, 6, 0, 0, 0)
	png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(png, crc32.ChecksumIEEE(head))
}

func TestRefusesWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	s := open(t)
	whole := asJPEG(t, quarters(64, 64))
	for name, c := range map[string]struct {
		upload []byte
		code   string
	}{
		"nothing":                {nil, "files.not_image"},
		"text":                   {[]byte("<script>alert(1)</script>"), "files.not_image"},
		"SVG":                    {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "files.not_image"},
		"GIF":                    {[]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"), "files.not_image"},
		"half a JPEG":            {whole[:len(whole)/2], "files.not_image"},
		"only a head":            {claiming(100, 100), "files.not_image"},
		"a billion pixels":       {claiming(40_000, 40_000), "files.too_large"},
		"more than 10 MB":        {append(bytes.Clone(whole), make([]byte, files.MaxBytes)...), "files.too_large"},
		"no width":               {claiming(0, 100), "files.not_image"},
		"metadata that runs out": {[]byte("\xff\xd8\xff\xe1\xff\xffExif\x00\x00II*\x00\xff\xff\xff\xff"), "files.not_image"},
	} {
		if _, err := s.put(t, c.upload); err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if left, err := os.ReadDir(s.dir); err == nil && len(left) > 0 {
		t.Errorf("something of them was kept: %v", left)
	}
}

func TestOnlyItsVillageSeesAPicture(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := context.Background()
	f, err := s.put(t, asJPEG(t, quarters(32, 32)))
	if err != nil {
		t.Fatal(err)
	}
	other := storetest.Village()
	staff := func(role core.Role, area core.Area) core.Actor {
		return core.Actor{Kind: core.StaffActor, ID: 8, Grants: []core.Grant{{Role: role, Area: area}}}
	}
	card := core.Actor{Kind: core.CardActor, ID: 9, Village: s.village, Household: 77, Unlocked: true}
	for name, c := range map[string]struct {
		by      core.Actor
		village core.Area
		code    string
	}{
		"nobody":                                 {core.Actor{}, s.village, "access.sign_in"},
		"another village's clerk":                {staff(core.RoleClerk, other), s.village, "access.forbidden"},
		"another village's clerk, own village":   {staff(core.RoleClerk, other), other, "files.no_file"},
		"a card that did not send it":            {card, s.village, "files.no_file"},
		"a file that is not there, by its clerk": {s.clerk, s.village, "files.no_file"},
	} {
		id := f.ID
		if strings.HasPrefix(name, "a file that is not there") {
			id++
		}
		if r, err := s.Open(ctx, c.by, c.village, id); err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, %v, want %s", name, r, err, c.code)
		}
	}
	if _, err := s.Put(ctx, staff(core.RoleAuditor, s.village), s.village, bytes.NewReader(asJPEG(t, quarters(8, 8)))); errs.CodeOf(err) != "access.forbidden" {
		t.Errorf("an auditor sends a picture: %v", err)
	}
	own, err := s.Put(ctx, card, s.village, bytes.NewReader(asJPEG(t, quarters(16, 8))))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(ctx, card, s.village, own.ID)
	if err != nil {
		t.Fatalf("a card does not see what it sent: %v", err)
	}
	_ = r.Close()
	if _, err := s.OpenItemPhoto(ctx, s.village, own.ID); errs.CodeOf(err) != "files.no_file" {
		t.Errorf("a claim's picture is public: %v", err)
	}
}

func TestSendingTwiceKeepsOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.clerk.Intent = core.Intent{Key: "photo-0001", Hash: [32]byte{1}}
	picture := asJPEG(t, quarters(32, 32))
	first, err := s.put(t, picture)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.put(t, picture)
	if err != nil || again.ID != first.ID {
		t.Errorf("sent again: %v, %v; first %v", again.ID, err, first.ID)
	}
	s.clerk.Intent = core.Intent{}
	var together sync.WaitGroup
	for range 8 {
		together.Add(1)
		go func() {
			defer together.Done()
			if _, err := s.Put(context.Background(), s.clerk, s.village, bytes.NewReader(picture)); err != nil {
				t.Error(err)
			}
		}()
	}
	together.Wait()
	kept := 0
	err = filepath.WalkDir(s.dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			kept++
			if !strings.HasSuffix(name, ".jpg") {
				t.Errorf("left behind: %s", filepath.Base(name))
			}
		}
		return err
	})
	if err != nil || kept != 2 {
		t.Errorf("one picture and its small one are kept in %d files (%v)", kept, err)
	}
}

// A link inside the folder must not lead out of it.
func TestNoLinkLeadsOutOfTheFolder(t *testing.T) {
	t.Parallel()
	s := open(t)
	outside := t.TempDir()
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(s.dir, s.village.String())); err != nil {
		t.Fatal(err)
	}
	if _, err := s.put(t, asJPEG(t, quarters(8, 8))); err == nil {
		t.Error("a picture was written through a link")
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) > 0 {
		t.Errorf("outside the folder: %v, %v", left, err)
	}
}

func TestWhatNothingTookIsSwept(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := context.Background()
	put := func(side int) files.File {
		t.Helper()
		f, err := s.put(t, asPNG(t, quarters(side, side)))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	there := func(f files.File) bool {
		t.Helper()
		r, err := s.Open(ctx, s.clerk, f.Village, f.ID)
		if err == nil {
			return r.Close() == nil
		}
		if errs.CodeOf(err) != "files.no_file" {
			t.Fatal(err)
		}
		return false
	}
	taken, shared, loose := put(8), put(8), put(9)
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE file SET owner_id = 5 WHERE village = $1 AND id = $2`, s.village, taken.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Sweep(ctx); n != 0 || err != nil {
		t.Errorf("swept %d that are new (%v)", n, err)
	}
	s.clock.Advance(7*24*60*60*1000 + 1)
	young := put(9)
	if n, err := s.Sweep(ctx); n != 2 || err != nil {
		t.Errorf("swept %d, want 2 (%v)", n, err)
	}
	if !there(taken) || there(shared) || there(loose) || !there(young) {
		t.Errorf("taken %v, shared %v, loose %v, young %v", there(taken), there(shared), there(loose), there(young))
	}
	s.clock.Advance(8 * 24 * 60 * 60 * 1000)
	if n, err := s.Sweep(ctx); n != 1 || err != nil || there(young) || !there(taken) {
		t.Errorf("swept %d, want 1 (%v)", n, err)
	}
	kept, err := os.ReadDir(filepath.Join(s.dir, s.village.String()))
	if err != nil || len(kept) != 2 { // the whole and the small one
		t.Errorf("%d contents are left (%v)", len(kept), err)
	}
}
