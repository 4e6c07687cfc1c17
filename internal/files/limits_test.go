package files_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/files"
	"qunyan/internal/store"
)

func (s setup) card() core.Actor {
	return core.Actor{Kind: core.CardActor, ID: 31, Village: s.village, Household: 30, Unlocked: true}
}

// sentToday sets how much a sender has sent today.
func (s setup) sentToday(t *testing.T, kind string, id core.ID, n int) {
	t.Helper()
	if err := s.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO file_day (village, day, by_kind, by_id, files, bytes) VALUES ($1, $2, $3, $4, $5, 0)
			ON CONFLICT (village, day, by_kind, by_id) DO UPDATE SET files = excluded.files`, s.village, core.DayOf(s.clock.Now()), kind, id, n)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func (s setup) rows(t *testing.T) (n int) {
	t.Helper()
	if err := s.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT COUNT(*) FROM file WHERE village = $1`, s.village).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// A day's number is exact under a flood from all sides, what was kept stays, and the next day begins anew.
func TestADaysNumber(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), context.Background()
	card := s.card()
	send := func(by core.Actor, shade int) error {
		p := image.NewGray(image.Rect(0, 0, 8, 8))
		p.Pix[0] = uint8(shade)
		_, err := s.Put(ctx, by, s.village, bytes.NewReader(asPNG(t, p)))
		return err
	}
	const room = 3
	s.sentToday(t, "household", card.Household, files.HouseholdDaily-room)
	var all sync.WaitGroup
	refused := make(chan string, 4*room)
	for i := range 4 * room {
		all.Go(func() {
			if err := send(card, i); err != nil {
				refused <- errs.CodeOf(err)
			}
		})
	}
	all.Wait()
	close(refused)
	n := 0
	for code := range refused {
		if n++; code != "files.too_many_today" {
			t.Errorf("refused with %s", code)
		}
	}
	if n != 3*room || s.rows(t) != room {
		t.Errorf("%d refused and %d kept, want %d and %d", n, s.rows(t), 3*room, room)
	}
	another := card
	another.ID = 99 // a new card of the same household
	if err := send(another, 1); errs.CodeOf(err) != "files.too_many_today" {
		t.Errorf("with a new card: %v", err)
	}
	if err := send(s.clerk, 1); err != nil {
		t.Errorf("the clerk: %v", err)
	}
	s.sentToday(t, "village", 0, files.VillageDaily)
	if err := send(s.clerk, 2); errs.CodeOf(err) != "files.village_full_today" {
		t.Errorf("a full village: %v", err)
	}
	s.clock.SetDay(20260302)
	if err := send(card, 3); err != nil {
		t.Errorf("the next day: %v", err)
	}
	s.clock.SetDay(20260320)
	if _, err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	var days int
	if err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT COUNT(*) FROM file_day WHERE village = $1`, s.village).Scan(&days)
	}); err != nil || days != 0 {
		t.Errorf("%d counted days stay, %v", days, err)
	}
}

// The last photo of a day whose answer was lost is sent again and answered, not refused.
func TestTheLastOfADaySentAgain(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), context.Background()
	card := s.card()
	card.Intent = core.Intent{Key: "k1", Hash: sha256.Sum256([]byte("photo"))}
	s.sentToday(t, "household", card.Household, files.HouseholdDaily-1)
	picture := asPNG(t, quarters(4, 4))
	first, err := s.Put(ctx, card, s.village, bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Put(ctx, card, s.village, bytes.NewReader(picture))
	if err != nil || again.ID != first.ID || s.rows(t) != 1 {
		t.Errorf("again: %v, %v", again.ID, err)
	}
}

// Small pictures are made with the photo, made again when they are missing, and swept with it.
func TestSmallPictures(t *testing.T) {
	t.Parallel()
	s, ctx := open(t), context.Background()
	f, err := s.put(t, asPNG(t, quarters(1000, 500)))
	if err != nil {
		t.Fatal(err)
	}
	read := func() []byte {
		t.Helper()
		r, err := s.OpenSmall(ctx, s.clerk, s.village, f.ID)
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
	first := read()
	if p := decode(t, first); p.Bounds().Dx() != 240 || p.Bounds().Dy() != 120 || len(first) > 12<<10 {
		t.Errorf("%v in %d bytes", p.Bounds(), len(first))
	}
	names, err := filepath.Glob(filepath.Join(s.dir, "*", "*.small.jpg"))
	if err != nil || len(names) != 1 {
		t.Fatalf("%v, %v", names, err)
	}
	if err := os.Remove(names[0]); err != nil {
		t.Fatal(err)
	}
	if p := decode(t, read()); p.Bounds().Dx() != 240 {
		t.Errorf("made again: %v", p.Bounds())
	}
	if files.Kept(filepath.Base(filepath.Dir(names[0])) + "/" + filepath.Base(names[0])) {
		t.Error("a backup would hold small pictures")
	}
	if _, err := s.OpenSmall(ctx, s.card(), s.village, f.ID); errs.CodeOf(err) != "files.no_file" {
		t.Errorf("for another household: %v", err)
	}
	s.clock.SetDay(20260320)
	if n, err := s.Sweep(ctx); n != 1 || err != nil {
		t.Fatalf("swept %d, %v", n, err)
	}
	if left, err := filepath.Glob(filepath.Join(s.dir, "*", "*.jpg")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Small files that would take gigabytes or hours to decode are refused before they are.
func TestBombs(t *testing.T) {
	t.Parallel()
	s := open(t)
	baseline := asJPEG(t, quarters(64, 64))
	scans := append([]byte{}, baseline[:len(baseline)-2]...)
	at := bytes.Index(baseline, []byte{0xFF, 0xDA})
	for range 101 {
		scans = append(scans, baseline[at:at+14]...)
	}
	passes := bytes.Replace(baseline, []byte{0xFF, 0xC0}, []byte{0xFF, 0xC2}, 1)
	frame := bytes.Index(passes, []byte{0xFF, 0xC2})
	large := bytes.Clone(passes)
	copy(large[frame+5:], []byte{0x17, 0x70, 0x17, 0x70}) // 6,000 × 6,000
	for what, c := range map[string]struct {
		upload []byte
		code   string
	}{"painted over a hundred times": {scans, "files.not_image"}, "a large one in passes": {large, "files.too_large"}} {
		if _, err := s.put(t, c.upload); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", what, err, c.code)
		}
	}
	if s.rows(t) != 0 {
		t.Error("something was kept")
	}
	if _, err := s.put(t, baseline); err != nil {
		t.Error(fmt.Errorf("the picture itself: %w", err))
	}
}
