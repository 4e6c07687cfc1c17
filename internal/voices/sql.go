package voices

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

const (
	sqlCounts = `SELECT COUNT(CASE WHEN day = $1 THEN 1 END), COUNT(CASE WHEN state IN ('untyped', 'open') THEN 1 END)
		FROM suggestion WHERE village = $2 AND household = $3`
	sqlInsert = `INSERT INTO suggestion (village, id, household, text, named, withheld, state, by_kind, by_id, by_name, day, minutes_no, answer,
			decided_by, decided_name, decided_ms, note, done_name, done_ms, claim, claim_code, version, created_ms, memo)
		VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10, '', '', 0, '', 0, '', '', 0, 0, '', 1, $11, $12)`
	sqlTakeMemo = `UPDATE file SET owner_id = $1 WHERE village = $2 AND id = $3 AND owner = 'suggestion' AND owner_id = 0 AND by_kind = $4 AND by_id = $5`
	sqlType     = `UPDATE suggestion SET state = 'open', text = $1, typed_by = $2, typed_name = $3, version = version + 1
		WHERE village = $4 AND id = $5`
	sqlDecide = `UPDATE suggestion SET state = $1, minutes_no = $2, answer = $3, withheld = $4, decided_by = $5, decided_name = $6,
			decided_ms = $7, claim = $8, claim_code = $9, version = version + 1
		WHERE village = $10 AND id = $11`
	sqlDone = `UPDATE suggestion SET state = 'done', note = $1, done_name = $2, done_ms = $3, version = version + 1
		WHERE village = $4 AND id = $5`
)

const columns = `SELECT s.id, s.household, h.number, COALESCE(g.name, ''), h.head, s.text, s.named, s.withheld, s.state, s.by_kind, s.by_id,
		s.by_name, s.day, s.minutes_no, s.answer, s.decided_name, s.decided_ms, s.note, s.done_name, s.done_ms, s.claim, s.claim_code,
		s.version, s.created_ms, s.memo, s.typed_by, s.typed_name
	FROM suggestion s
	JOIN household h ON h.village = s.village AND h.id = s.household
	LEFT JOIN area g ON g.code = h.grp
	WHERE s.village = $1`

const (
	sqlOne         = columns + ` AND s.id = $2`
	sqlList        = columns + ` AND s.id < $2 AND (s.state = $3 OR $3 = '') ORDER BY s.id DESC LIMIT $4`
	sqlByHousehold = columns + ` AND s.household = $2 AND s.id < $3 ORDER BY s.id DESC LIMIT $4`
)

func scan(r store.Row) (s Suggestion, err error) {
	err = r.Scan(&s.ID, &s.Household, &s.Number, &s.Group, &s.Head, &s.Text, store.Bool(&s.Named), store.Bool(&s.Withheld), &s.State, &s.ByKind,
		&s.ByID, &s.ByName, &s.Day, &s.MinutesNo, &s.Answer, &s.DecidedName, &s.DecidedMs, &s.Note, &s.DoneName, &s.DoneMs, &s.Claim,
		&s.ClaimCode, &s.Version, &s.CreatedMs, &s.Memo, &s.TypedBy, &s.TypedName)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "voices.no_suggestion")
	}
	return s, err
}

func read(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Suggestion, error) {
	return scan(tx.Row(ctx, sqlOne, village, id))
}

// Suggestions lists a village's suggestions for its staff, newest first; state "" takes all. next is "" on the last page.
func (s *Service) Suggestions(ctx context.Context, by core.Actor, village core.Area, state State, page core.Page) ([]Suggestion, string, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	if state != "" && !state.Valid() {
		return nil, "", errs.New(errs.Invalid, "voices.bad_state").At("state")
	}
	return s.page(ctx, village, state, 0, page)
}

// Own lists what the card's household suggested, newest first.
func (s *Service) Own(ctx context.Context, by core.Actor, page core.Page) ([]Suggestion, string, error) {
	if err := access.Require(by, access.OpReadCard, by.Village); err != nil {
		return nil, "", err
	}
	return s.page(ctx, by.Village, "", by.Household, page)
}

// Public lists a village's suggestions as everybody sees them, newest first.
func (s *Service) Public(ctx context.Context, village core.Area, page core.Page) (list []Public, next string, err error) {
	all, next, err := s.page(ctx, village, "", 0, page)
	for _, one := range all {
		list = append(list, one.public())
	}
	return list, next, err
}

func (s *Service) page(ctx context.Context, village core.Area, state State, household core.ID, page core.Page) (list []Suggestion, next string, err error) {
	before, err := page.BeforeID()
	if err != nil {
		return nil, "", err
	}
	limit := page.Size() + 1 // one more tells whether there is another page
	take := func(r store.Row) error {
		one, err := scan(r)
		list = append(list, one)
		return err
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		list = nil
		if household != 0 {
			return tx.Rows(ctx, sqlByHousehold, take, village, household, before, limit)
		}
		return tx.Rows(ctx, sqlList, take, village, before, string(state), limit)
	})
	if err == nil {
		list, next = core.Cut(list, page, func(one Suggestion) string { return one.ID.String() })
	}
	return list, next, err
}
