package claims

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Filter narrows a list of claims. Household and Sheet exclude each other; the zero value takes everything.
type Filter struct {
	State     State
	Month     core.Month
	Household core.ID
	Sheet     core.ID
}

// Claims lists a village's claims for its staff. Submitted, returned, approved and frozen ones come oldest first, ended
// ones and mixed lists newest first, a sheet's in the order of the paper. next is "" on the last page.
func (s *Service) Claims(ctx context.Context, by core.Actor, village core.Area, f Filter, page core.Page) (list []Claim, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	if f.State != "" && !f.State.Valid() {
		return nil, "", errs.New(errs.Invalid, "claims.bad_state").At("state")
	}
	if f.Month != 0 && !f.Month.Valid() {
		return nil, "", errs.New(errs.Invalid, "claims.bad_month").At("month")
	}
	return s.claims(ctx, by, village, f, page)
}

// OwnClaims lists what the card's household submitted or was credited, newest first.
func (s *Service) OwnClaims(ctx context.Context, by core.Actor, page core.Page) (list []Claim, next string, err error) {
	if err := access.Require(by, access.OpReadCard, by.Village); err != nil {
		return nil, "", err
	}
	return s.claims(ctx, by, by.Village, Filter{Household: by.Household}, page)
}

// Claim is one claim for the village's staff.
func (s *Service) Claim(ctx context.Context, by core.Actor, village core.Area, id core.ID) (Claim, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return Claim{}, err
	}
	return s.find(ctx, by, village, id)
}

func (s *Service) claims(ctx context.Context, by core.Actor, village core.Area, f Filter, page core.Page) (list []Claim, next string, err error) {
	at, err := readCursor(page.Cursor)
	if err != nil {
		return nil, "", err
	}
	limit := page.Size() + 1 // one more tells whether there is another page
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		closed, err := closedMonth(ctx, tx, village)
		if err != nil {
			return err
		}
		tied, err := tiesOf(ctx, tx, by, village, core.DayOf(s.clock.Now()))
		if err != nil {
			return err
		}
		state, from, to := f.stored(closed)
		scan := func(r store.Row) error {
			c, err := scanClaim(village, r)
			tied.mark(&c)
			list = append(list, c)
			return err
		}
		switch {
		case f.Household != 0:
			return tx.Rows(ctx, sqlClaimsByHousehold, scan, village, f.Household, string(state), from, to, at.before(), limit)
		case f.Sheet != 0:
			return tx.Rows(ctx, sqlClaimsBySheet, scan, village, f.Sheet, string(state), from, to, max(at.id, f.Sheet), limit)
		case f.State == "":
			return tx.Rows(ctx, sqlClaimsMixed, scan, village, from, to, at.before(), limit)
		case f.State.Ended() || f.State == Noticed:
			return tx.Rows(ctx, sqlClaimsNewest, scan, village, string(state), from, to, at.month(to), at.before(), limit)
		}
		return tx.Rows(ctx, sqlClaimsOldest, scan, village, string(state), from, to, at.last, at.id, limit)
	})
	if err == nil && len(list) == limit {
		list = list[:limit-1]
		last := list[limit-2]
		next = cursor{last.Month, last.ID}.String()
	}
	return list, next, err
}

// stored says how the claims of the filter are kept: in which state, and in the months from … to. Posted claims are the
// noticed ones of closed months.
func (f Filter) stored(closed core.Month) (state State, from, to core.Month) {
	state, from, to = f.State, 0, lastMonth
	if f.Month != 0 {
		from, to = f.Month, f.Month
	}
	switch f.State {
	case Posted:
		return Noticed, from, min(to, closed)
	case Noticed:
		return Noticed, max(from, closed+1), to
	}
	return state, from, to
}

const sqlClosedMonth = `SELECT closed FROM book WHERE village = $1`

// closedMonth is the newest closed month of a village, 0 if none is closed.
func closedMonth(ctx context.Context, tx *store.Tx, village core.Area) (closed core.Month, err error) {
	err = tx.Row(ctx, sqlClosedMonth, village).Scan(&closed)
	if errors.Is(err, store.ErrNone) {
		return 0, nil
	}
	return closed, err
}

// cursor is the last row a reader has seen.
type cursor struct {
	last core.Month
	id   core.ID
}

// Ends of the lists that run backwards.
const (
	lastID    core.ID    = math.MaxInt64
	lastMonth core.Month = 999912
)

func (c cursor) String() string { return strconv.Itoa(int(c.last)) + "." + c.id.String() }

// before is the id for lists that run backwards: at the start, an id greater than all.
func (c cursor) before() core.ID {
	if c.id == 0 {
		return lastID
	}
	return c.id
}

// month is the month for lists that run backwards from to.
func (c cursor) month(to core.Month) core.Month {
	if c.id == 0 {
		return to
	}
	return c.last
}

func readCursor(text string) (cursor, error) {
	if text == "" {
		return cursor{}, nil
	}
	left, right, _ := strings.Cut(text, ".")
	month, err := strconv.ParseInt(left, 10, 32)
	if err != nil {
		return cursor{}, errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
	}
	id, err := core.ParseID(right)
	if err != nil {
		return cursor{}, errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
	}
	return cursor{core.Month(month), id}, nil
}

// readID reads the cursor of a list that is ordered by id alone, newest first.
func readID(text string) (core.ID, error) {
	if text == "" {
		return lastID, nil
	}
	id, err := core.ParseID(text)
	if err != nil {
		return 0, errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
	}
	return id, nil
}

// SheetHead is a sheet in a list.
type SheetHead struct {
	ID        core.ID
	Rule      string
	Day       core.Day
	Title     string
	Claims    int64
	Points    core.Points
	ByName    string
	CreatedMs int64
}

const sqlSheets = `SELECT id, rule, day, title, claims, points, by_name, created_ms FROM sheet
	WHERE village = $1 AND id < $2 ORDER BY id DESC LIMIT $3`

// Sheets lists a village's sheets, newest first.
func (s *Service) Sheets(ctx context.Context, by core.Actor, village core.Area, page core.Page) (list []SheetHead, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	before, err := readID(page.Cursor)
	if err != nil {
		return nil, "", err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, sqlSheets, func(r store.Row) error {
			var h SheetHead
			err := r.Scan(&h.ID, &h.Rule, &h.Day, &h.Title, &h.Claims, &h.Points, &h.ByName, &h.CreatedMs)
			list = append(list, h)
			return err
		}, village, before, page.Size()+1)
	})
	if len(list) > page.Size() {
		list = list[:page.Size()]
		next = list[len(list)-1].ID.String()
	}
	return list, next, err
}

// Objections lists a village's objections for its staff, newest first; state "" takes all. How to reach who objected is
// shown only to those who answer.
func (s *Service) Objections(ctx context.Context, by core.Actor, village core.Area, state string, page core.Page) (list []Objection, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	if state != "" && state != "open" && state != Upheld && state != Dismissed {
		return nil, "", errs.New(errs.Invalid, "claims.bad_state").At("state")
	}
	before, err := readID(page.Cursor)
	if err != nil {
		return nil, "", err
	}
	answers := access.Can(by, access.OpAnswerObjection, village)
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, sqlObjections, func(r store.Row) error {
			o, err := scanObjection(r)
			if !answers {
				o.Contact = ""
			}
			list = append(list, o)
			return err
		}, village, state, before, page.Size()+1)
	})
	if len(list) > page.Size() {
		list = list[:page.Size()]
		next = list[len(list)-1].ID.String()
	}
	return list, next, err
}
