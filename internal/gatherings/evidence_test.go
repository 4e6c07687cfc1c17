package gatherings_test

import (
	"context"
	"slices"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/gatherings"
	"qunyan/internal/store"
)

// photo puts the row of an uploaded photo that nothing has taken yet.
func (h *hall) photo() core.ID {
	h.T.Helper()
	id := h.IDs.Next()
	h.Wants(h.Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO file (village, id, sha256, mime, size, owner, owner_id, by_kind, by_id, created_ms)
			VALUES ($1, $2, $3, 'image/jpeg', 1, 'claim', 0, 'staff', 1, $4)`, h.Village, id, []byte{1}, h.Clock.Now())
		return err
	}), "")
	return id
}

// A reviewer sees the line of the roll a claim was made of, with the paper it was called from.
func TestTheLineBehindAClaim(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, 3), context.Background()
	p := meeting()
	p.Counts = []gatherings.Counts{{Rule: "A01", Who: gatherings.Whole}, {Rule: "A03", Who: gatherings.Present}}
	g := h.plan(p)
	late := gatherings.Mark{Household: h.Homes[1], Arrival: gatherings.ArrivedLate, Spoke: true}
	h.mark(g.ID, h.whole(0), late)
	first := h.photo()
	_, err := h.svc.AddPhoto(ctx, h.Clerk, h.Village, g.ID, first)
	h.Wants(err, "")
	_, err = h.svc.AddPhoto(ctx, h.Clerk, h.Village, g.ID, first)
	h.Wants(err, "claims.no_photo")
	_, err = h.svc.MakeClaims(ctx, h.Clerk, h.Village, g.ID)
	h.Wants(err, "")
	_, err = h.svc.AddPhoto(ctx, h.Clerk, h.Village, g.ID, h.photo()) // the paper is photographed after the evening
	h.Wants(err, "")

	for _, claim := range slices.Concat(h.ClaimsOf(0), h.ClaimsOf(1)) {
		line, found, err := h.svc.LineOf(ctx, h.Supervisor, h.Village, claim.Sheet, claim.Household)
		h.Wants(err, "")
		want := late
		if claim.Household == h.Homes[0] {
			want = h.whole(0)
		}
		if !found || line.Of.ID != g.ID || line.Mark.Mark != want || line.Mark.ByName != h.Clerk.Name || len(line.Photos) != 2 || line.More {
			t.Errorf("the line of %s: %v %+v", claim.Rule, found, line)
		}
	}
	for _, sheet := range []core.ID{0, 4711} {
		if _, found, err := h.svc.LineOf(ctx, h.Supervisor, h.Village, sheet, h.Homes[0]); found || err != nil {
			t.Errorf("sheet %d: %v, %v", sheet, found, err)
		}
	}
	_, _, err = h.svc.LineOf(ctx, h.Card(0), h.Village, 1, h.Homes[0])
	h.Wants(err, "access.forbidden")
	h.Wants(h.svc.RemovePhoto(ctx, h.Clerk, h.Village, g.ID, first), "gatherings.claimed")
}

// The photos of a gathering are bounded, listed page by page, and a refused one takes none of the others away.
func TestPhotosOfAGathering(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, 1), context.Background()
	g := h.plan(meeting())
	var all []core.ID
	for range gatherings.MaxPhotos {
		id := h.photo()
		_, err := h.svc.AddPhoto(ctx, h.Clerk, h.Village, g.ID, id)
		h.Wants(err, "")
		all = append(all, id)
	}
	more := h.photo()
	_, err := h.svc.AddPhoto(ctx, h.Clerk, h.Village, g.ID, more)
	h.Wants(err, "gatherings.too_many_photos")
	_, err = h.svc.AddPhoto(ctx, h.Supervisor, h.Village, g.ID, more)
	h.Wants(err, "access.forbidden")
	var read []core.ID
	for cursor := ""; ; {
		list, next, err := h.svc.Photos(ctx, h.Auditor, h.Village, g.ID, core.Page{Cursor: cursor, Limit: 15})
		h.Wants(err, "")
		for _, p := range list {
			read = append(read, p.ID)
		}
		if cursor = next; next == "" {
			break
		}
	}
	if !slices.Equal(read, all) {
		t.Errorf("%d photos on the pages, want %d", len(read), len(all))
	}
	h.Wants(h.svc.RemovePhoto(ctx, h.Clerk, h.Village, g.ID, all[3]), "")
	h.Wants(h.svc.RemovePhoto(ctx, h.Clerk, h.Village, g.ID, all[3]), "claims.no_photo")
	_, err = h.svc.AddPhoto(ctx, h.Clerk, h.Village, g.ID, more)
	h.Wants(err, "")
	_, _, err = h.svc.Photos(ctx, h.Clerk, h.Village, g.ID, core.Page{Cursor: "x"})
	h.Wants(err, "input.bad_cursor")
	_, err = h.svc.Cancel(ctx, h.Clerk, h.Village, g.ID, "下雨")
	h.Wants(err, "")
	_, err = h.svc.AddPhoto(ctx, h.Clerk, h.Village, g.ID, h.photo())
	h.Wants(err, "gatherings.cancelled")
}
