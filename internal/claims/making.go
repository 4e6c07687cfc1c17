package claims

import (
	"context"
	"slices"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/commands"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

// Submit judges a sheet, and perhaps writes it, as a step of something larger.
type Submit func(ctx context.Context, in Sheet) (SheetResult, error)

// Judging is JudgeSheet for the sheets of one actor in one view, each of which counts towards the caps of the next.
func (s *Service) Judging(tx *store.Tx, by core.Actor, village core.Area) Submit {
	beside := Beside{}
	return func(ctx context.Context, in Sheet) (SheetResult, error) {
		return s.JudgeSheet(ctx, tx, by, village, in, beside)
	}
}

// Putting is PutSheet for the sheets of one running command.
func (s *Service) Putting(tx *store.Tx, by core.Actor, village core.Area) Submit {
	return func(ctx context.Context, in Sheet) (SheetResult, error) { return s.PutSheet(ctx, tx, by, village, in) }
}

// Brought is what a list of any length brings by one rule.
type Brought struct {
	Sheets []core.ID // once claims are made; one for each MaxRows households
	Claims int64
	Points core.Points
}

// Submit puts the rows on as many sheets like in as they need, and gives what became of each of them in their order.
func (b *Brought) Submit(ctx context.Context, in Sheet, rows []SheetRow, submit Submit) (results []RowResult, err error) {
	for few := range slices.Chunk(rows, MaxRows) {
		in.Rows = few
		result, err := submit(ctx, in)
		if err != nil {
			return nil, err
		}
		results = append(results, result.Rows...)
		if result.Sheet != 0 {
			b.Sheets = append(b.Sheets, result.Sheet)
		}
		b.Claims += result.Claims
		b.Points += result.Points
	}
	return results, nil
}

// Keep has write note each sheet with its part of the sums, which stand on the first.
func (b Brought) Keep(write func(sheet core.ID, claims int64, points core.Points) error) error {
	claims, points := b.Claims, b.Points
	for _, sheet := range b.Sheets {
		if err := write(sheet, claims, points); err != nil {
			return err
		}
		claims, points = 0, 0
	}
	return nil
}

// Add takes in a sheet as Keep had it noted.
func (b *Brought) Add(sheet core.ID, claims int64, points core.Points) {
	b.Sheets, b.Claims, b.Points = append(b.Sheets, sheet), b.Claims+claims, b.Points+points
}

// Making is how a list that a village keeps, a roll-call or grades, becomes claims, once. S is what the list belongs to,
// O what it brings.
type Making[S, O any] struct {
	Desk    commands.Desk
	Op      access.Op // who keeps the list
	Nothing string    // code of the error where nobody would get a claim

	Read  commands.Read[S]
	Take  func(ctx context.Context, c *commands.Command, id core.ID) (S, error) // Read, held until the command ends; fails unless it is open
	Made  func(of S) bool
	Judge func(ctx context.Context, tx *store.Tx, of S, submit Submit) (O, error)
	Count func(O) int64                                                     // claims
	Keep  func(ctx context.Context, c *commands.Command, of S, out O) error // notes what it became
	Kept  func(ctx context.Context, tx *store.Tx, of S) (O, error)          // and reads it
}

// Try says what making the claims would bring now, with the caps applied. It writes nothing. Where they are made it gives
// what was made.
func (m Making[S, O]) Try(ctx context.Context, s *Service, by core.Actor, village core.Area, id core.ID) (out O, err error) {
	if err := access.Require(by, m.Op, village); err != nil {
		return out, err
	}
	return commands.Find(ctx, m.Desk, village, id, func(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (none O, err error) {
		of, err := m.Read(ctx, tx, village, id)
		if err != nil {
			return none, err
		}
		if m.Made(of) {
			return m.Kept(ctx, tx, of)
		}
		return m.Judge(ctx, tx, of, s.Judging(tx, by, village))
	})
}

// Make makes the claims, all in one command: whoever is left out is recorded with the reason. A second time it changes
// nothing and gives what was made. It fails with Nothing when nobody is left.
func (m Making[S, O]) Make(ctx context.Context, s *Service, by core.Actor, village core.Area, id core.ID) (out O, err error) {
	if err := access.Require(by, access.OpSubmitClaim, village); err != nil {
		return out, err
	}
	_, err = commands.Run(ctx, m.Desk, by, m.Op, village, func(ctx context.Context, c *commands.Command) (core.ID, error) {
		// The book is taken first, as by every command that puts something on the road to it.
		if _, err := ledger.Lock(ctx, c.Tx, village); err != nil {
			return 0, err
		}
		of, err := m.Take(ctx, c, id)
		if m.Made(of) {
			return id, nil
		}
		if err != nil {
			return 0, err
		}
		out, err := m.Judge(ctx, c.Tx, of, s.Putting(c.Tx, by, village))
		if err != nil {
			return 0, err
		}
		if m.Count(out) == 0 {
			return 0, errs.New(errs.Conflict, m.Nothing)
		}
		return id, m.Keep(ctx, c, of, out)
	})
	if err != nil {
		return out, err
	}
	return commands.Find(ctx, m.Desk, village, id, func(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (none O, err error) {
		of, err := m.Read(ctx, tx, village, id)
		if err != nil {
			return none, err
		}
		return m.Kept(ctx, tx, of)
	})
}

// HouseholdCode says why a household can have no claim, and so no mark on a list of them: claims.no_household or
// claims.household_closed; "" if it can.
func HouseholdCode(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (string, error) {
	err := CheckHousehold(ctx, tx, village, id)
	if err == nil || errs.KindOf(err) != errs.NotFound && errs.KindOf(err) != errs.Conflict {
		return "", err
	}
	return errs.CodeOf(err), nil
}

// CheckHousehold is HouseholdCode as an error at the field household.
func CheckHousehold(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) error {
	_, err := activeHousehold(ctx, tx, village, id)
	return err
}

// CleanLine is CleanText for what has to stand in one line of a list.
func CleanLine(text, field string, most int) (string, error) {
	return CleanText(oneLine(text), field, most)
}

// NeedLine is NeedText for what has to stand in one line of a list.
func NeedLine(text, field string, most int) (string, error) {
	return NeedText(oneLine(text), field, most)
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " ") }
