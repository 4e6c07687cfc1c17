package appraisal

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/commands"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Service runs the commands and queries of appraisals. It is safe for concurrent use.
type Service struct {
	desk   commands.Desk
	claims *claims.Service
}

// New makes the service. Its claims go into the book by the service of claims and by no other way.
func New(st *store.Store, clock core.Clock, ids *core.IDs, claims *claims.Service) *Service {
	return &Service{desk: commands.Desk{Store: st, Clock: clock, IDs: ids, Subject: "appraisal"}, claims: claims}
}

// command is one running command of a village.
type command struct{ *commands.Command }

// run runs fn as one command, once for the actor's intent.
func run[T any](ctx context.Context, s *Service, by core.Actor, op access.Op, village core.Area, fn func(ctx context.Context, c *command) (T, error)) (T, error) {
	return commands.Run(ctx, s.desk, by, op, village, func(ctx context.Context, c *commands.Command) (T, error) {
		return fn(ctx, &command{c})
	})
}

// ChooseWay records how the village voted to make one grade of several marks. Appraisals that are open keep their way.
func (s *Service) ChooseWay(ctx context.Context, by core.Actor, village core.Area, method Method, minutesNo string) (Way, error) {
	if err := access.Require(by, access.OpAdoptRules, village); err != nil {
		return Way{}, err
	}
	if !method.Valid() {
		return Way{}, errs.New(errs.Invalid, "appraisal.bad_method").At("method")
	}
	minutesNo, err := claims.NeedLine(minutesNo, "minutes_no", maxNumber)
	if err != nil {
		return Way{}, err
	}
	return run(ctx, s, by, access.OpAdoptRules, village, func(ctx context.Context, c *command) (Way, error) {
		before, err := wayOf(ctx, c.Tx, village)
		if err != nil {
			return Way{}, err
		}
		way := Way{Method: method, MinutesNo: minutesNo, ByName: by.Name, ChangedMs: c.Now}
		if _, err := c.Tx.Exec(ctx, sqlPutWay, village, string(method), minutesNo, by.Name, c.Now); err != nil {
			return Way{}, err
		}
		return way, c.Log(ctx, "appraisal.choose_way", 0, map[string]any{"method": before.Method}, map[string]any{"method": method, "minutes_no": minutesNo})
	})
}

// Open begins an appraisal of a month by a rule that peers rate. There is one for each rule and month; a cancelled one
// does not count.
func (s *Service) Open(ctx context.Context, by core.Actor, village core.Area, in Plan) (Appraisal, error) {
	in, err := in.clean()
	if err != nil {
		return Appraisal{}, errors.Join(access.Require(by, access.OpHoldAppraisal, village), err)
	}
	id, err := run(ctx, s, by, access.OpHoldAppraisal, village, func(ctx context.Context, c *command) (core.ID, error) {
		// The book is taken first, so that of two who open the same month the second sees the first.
		if _, err := ledger.Lock(ctx, c.Tx, village); err != nil {
			return 0, err
		}
		return c.open(ctx, in)
	})
	if err != nil {
		return Appraisal{}, err
	}
	return commands.Find(ctx, s.desk, village, id, read)
}

func (c *command) open(ctx context.Context, in Plan) (core.ID, error) {
	rule, _, err := rulebook.RuleAt(ctx, c.Tx, c.Village, in.Day, in.Rule)
	if err != nil {
		return 0, err
	}
	if err := fits(rule); err != nil {
		return 0, err
	}
	var same int64
	if err := c.Tx.Row(ctx, sqlSame, c.Village, in.Month, in.Rule).Scan(&same); err != nil {
		return 0, err
	}
	if same > 0 {
		return 0, errs.New(errs.Conflict, "appraisal.exists", "rule", in.Rule, "month", in.Month.String())
	}
	for _, r := range in.Raters {
		if r.Household == 0 {
			continue
		}
		if code, err := claims.HouseholdCode(ctx, c.Tx, c.Village, r.Household); err != nil || code != "" {
			return 0, errors.Join(err, refusal(code))
		}
	}
	way, err := wayOf(ctx, c.Tx, c.Village)
	if err != nil {
		return 0, err
	}
	id := c.NextID()
	if _, err := c.Tx.Exec(ctx, sqlInsert, c.Village, id, in.Rule, in.Month, in.Day, in.Title, string(way.Method), c.By.ID, c.By.Name, c.Now); err != nil {
		return 0, err
	}
	if err := c.Tx.Many(ctx, sqlInsertRater, len(in.Raters), func(i int) []any {
		return []any{c.Village, id, in.Raters[i].No, in.Raters[i].Name, in.Raters[i].Household}
	}); err != nil {
		return 0, err
	}
	return id, c.Log(ctx, "appraisal.open", id, nil, map[string]any{"rule": in.Rule, "month": in.Month, "day": in.Day, "title": in.Title, "raters": len(in.Raters), "method": way.Method})
}

// refusal makes an error of a household's code; nil for "".
func refusal(code string) error {
	switch code {
	case "":
		return nil
	case "claims.no_household":
		return errs.New(errs.NotFound, "claims.no_household").At("raters")
	}
	return errs.New(errs.Conflict, "claims.household_closed").At("raters")
}

// Cancel ends an appraisal that will make no claims. Its marks stay on record.
func (s *Service) Cancel(ctx context.Context, by core.Actor, village core.Area, id core.ID, reason string) (Appraisal, error) {
	reason, err := claims.NeedLine(reason, "reason", maxReason)
	if err != nil {
		return Appraisal{}, errors.Join(access.Require(by, access.OpHoldAppraisal, village), err)
	}
	_, err = run(ctx, s, by, access.OpHoldAppraisal, village, func(ctx context.Context, c *command) (core.ID, error) {
		if _, err := c.take(ctx, id); err != nil {
			return 0, err
		}
		if _, err := c.Tx.Exec(ctx, sqlCancel, reason, c.Now, village, id); err != nil {
			return 0, err
		}
		return id, c.Log(ctx, "appraisal.cancel", id, nil, map[string]any{"reason": reason})
	})
	if err != nil {
		return Appraisal{}, err
	}
	return commands.Find(ctx, s.desk, village, id, read)
}

// take takes the row of an open appraisal until the command ends, and reads it.
func (c *command) take(ctx context.Context, id core.ID) (Appraisal, error) {
	if _, err := c.Tx.Exec(ctx, sqlTake, c.Village, id); err != nil {
		return Appraisal{}, err
	}
	a, err := read(ctx, c.Tx, c.Village, id)
	if err == nil && a.State != Open {
		err = errs.New(errs.Conflict, "appraisal."+string(a.State))
	}
	return a, err
}

// Mark writes marks of one rater; the write is idempotent, and a mark replaces the rater's earlier one for the household.
// Marks that cannot be taken (the own household, outside the scale, a closed household) are answered and stop no other.
func (s *Service) Mark(ctx context.Context, by core.Actor, village core.Area, id core.ID, rater int64, marks []Mark) ([]Refused, error) {
	if len(marks) == 0 || len(marks) > MaxMarks {
		return nil, errors.Join(access.Require(by, access.OpHoldAppraisal, village),
			errs.New(errs.Invalid, "appraisal.bad_number_of_marks", "most", MaxMarks).At("marks"))
	}
	return run(ctx, s, by, access.OpHoldAppraisal, village, func(ctx context.Context, c *command) ([]Refused, error) {
		a, err := c.take(ctx, id)
		if err != nil {
			return nil, err
		}
		if rater < 1 || rater > int64(len(a.Raters)) {
			return nil, errs.New(errs.Invalid, "appraisal.no_rater").At("rater")
		}
		var refused []Refused
		var trace []map[string]any
		for _, m := range marks {
			code, err := c.mark(ctx, a, a.Raters[rater-1], m)
			if err != nil {
				return nil, err
			}
			if code != "" {
				refused = append(refused, Refused{m.Household, code})
				continue
			}
			trace = append(trace, map[string]any{"household": m.Household, "mark": m.Mark})
		}
		if len(trace) == 0 {
			return refused, nil
		}
		return refused, c.Log(ctx, "appraisal.mark", id, nil, map[string]any{"rater": rater, "marks": trace})
	})
}

func (c *command) mark(ctx context.Context, a Appraisal, rater Rater, m Mark) (code string, err error) {
	switch {
	case m.Mark == -1:
		_, err := c.Tx.Exec(ctx, sqlUnmark, c.Village, a.ID, m.Household, rater.No)
		return "", err
	case m.Mark < 0 || m.Mark > int64(len(a.Grades)):
		return codeBadMark, nil
	case m.Household == rater.Household:
		return codeOwn, nil
	}
	if code, err := claims.HouseholdCode(ctx, c.Tx, c.Village, m.Household); err != nil || code != "" {
		return code, err
	}
	_, err = c.Tx.Exec(ctx, sqlMark, c.Village, a.ID, m.Household, rater.No, m.Mark, c.By.Name, c.Now)
	return "", err
}
