package api_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

// shot is a photo in an answer.
type shot struct {
	ID  core.ID `json:"id"`
	URL string  `json:"url"`
}

// onePixel is the smallest photo.
func onePixel(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTheRollBesideAClaim follows a claim of an evening back to the roll-call and the paper it was called from.
func TestTheRollBesideAClaim(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	clerk, supervisor := w.As(core.RoleClerk), w.As(core.RoleSupervisor)
	wang := w.Household("王建国")
	made := apitest.Read[shot](clerk.Post(w.In("/gatherings"), map[string]any{"kind": "meeting", "title": "十月群众会", "day": 20261009, "from_min": 1140, "to_min": 1260,
		"rules": []any{map[string]any{"rule": "A01", "who": "whole"}}}).Want(201))
	at := w.In("/gatherings/" + made.ID.String())
	clerk.Put(at+"/marks", map[string]any{"marks": []any{map[string]any{"household": wang, "arrival": "on_time", "stayed": true}}}).Want(200)
	photo := apitest.Read[shot](clerk.With("Content-Type", "image/png").Post(w.In("/files"), onePixel(t)).Want(201))
	clerk.Post(at+"/photos", map[string]any{"photo": photo.ID}).Want(200)
	clerk.Post(at+"/claims", nil).Want(200)
	type origin struct {
		ID   core.ID `json:"id"`
		Roll struct {
			Gathering core.ID `json:"gathering"`
			Arrival   string  `json:"arrival"`
			Stayed    bool    `json:"stayed"`
			ByName    string  `json:"by_name"`
			Photos    []shot  `json:"photos"`
		} `json:"roll"`
	}
	claim := apitest.Read[struct{ Items []origin }](supervisor.Get(w.In("/claims?household=" + wang.String())).Want(200)).Items[0]
	beside := apitest.Read[origin](supervisor.Get(w.In("/claims/" + claim.ID.String())).Want(200)).Roll
	if beside.Gathering != made.ID || beside.Arrival != "on_time" || !beside.Stayed || beside.ByName == "" || len(beside.Photos) != 1 {
		t.Errorf("beside the claim: %+v", beside)
	}
	supervisor.Get(strings.TrimPrefix(beside.Photos[0].URL, "/api/v1")).Want(200)
	if listed := apitest.Read[struct{ Items []shot }](supervisor.Get(at + "/photos").Want(200)).Items; len(listed) != 1 || listed[0] != photo {
		t.Errorf("the photos: %+v", listed)
	}
	clerk.Post(at+"/photos/remove", map[string]any{"photo": photo.ID}).WantProblem(409, "gatherings.claimed")
	w.UnlockedCard(wang).Get("/card/files/"+photo.ID.String()).WantProblem(404, "files.no_file")
}

// TestAQueueOfTenThousandPhotos pages through a village where everybody sent a photo: every page is small, holds no
// picture, and none is left out.
func TestAQueueOfTenThousandPhotos(t *testing.T) {
	t.Parallel()
	const all = 10_000
	w := claimsWorld(t)
	wang := w.Household("王建国")
	one := apitest.Read[shot](w.As(core.RoleClerk).Post(w.In("/claims"), map[string]any{"household": wang, "rule": "C01", "day": 20261009, "proof": "〔2026〕1号"}).Want(201))
	if err := w.Services.Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		ids := make([]core.ID, all-1)
		for i := range ids {
			ids[i] = one.ID + core.ID(i) + 1
		}
		if err := tx.Many(ctx, `INSERT INTO file (village, id, sha256, mime, size, owner, owner_id, by_kind, by_id, created_ms)
			VALUES ($1, $2, $3, 'image/jpeg', 200000, 'claim', $2, 'staff', 1, 1)`, len(ids), func(i int) []any {
			return []any{w.Village, ids[i], []byte{byte(i), byte(i >> 8)}}
		}); err != nil {
			return err
		}
		return tx.Many(ctx, `INSERT INTO claim (village, id, household, version, rule, category, day, month, step, qty, points, asked, event, note,
				proof, photo, state, source, sheet, by_kind, by_id, by_name, reviewer, reviewer_name, reviewed_ms, reason, notice,
				version_no, created_ms, changed_ms, resident, warned_day, warned_no, warned_what)
			VALUES ($1, $2, $3, 1, 'C01', 'harmony', 20261009, 202610, -1, 1, 5, 5, '', '', '', $2, 'submitted', 'clerk', 0, 'staff', 1, '张文书', 0, '', 0, '', 0,
				1, 1, 1, 0, 0, '', '')`, len(ids), func(i int) []any { return []any{w.Village, ids[i], wang} })
	}); err != nil {
		t.Fatal(err)
	}
	supervisor := w.As(core.RoleSupervisor)
	seen := map[core.ID]bool{}
	for cursor, pages := "", 0; ; pages++ {
		answer := supervisor.Get(w.In("/claims?state=submitted&limit=200&cursor=" + cursor)).Want(200)
		page := apitest.Read[struct {
			Items []struct {
				ID       core.ID `json:"id"`
				PhotoURL string  `json:"photo_url"`
			} `json:"items"`
			Next string `json:"next"`
		}](answer)
		if len(page.Items) > 200 || len(answer.Body) > 350<<10 || pages > all/200 {
			t.Fatalf("page %d has %d claims in %d KB", pages, len(page.Items), len(answer.Body)>>10)
		}
		for _, c := range page.Items {
			seen[c.ID] = true
			if (c.PhotoURL == "") != (c.ID == one.ID) {
				t.Fatalf("claim %s has the photo %q", c.ID, c.PhotoURL)
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(seen) != all {
		t.Errorf("%d claims on the pages, want %d", len(seen), all)
	}
}
