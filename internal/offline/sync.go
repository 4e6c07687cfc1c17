package offline

import (
	"context"
	"errors"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/market"
	"qunyan/internal/store"
)

// Result says what became of one redemption that a till sent.
type Result string

// The results.
const (
	Done       Result = "done"       // booked
	Already    Result = "already"    // came before; State says what became of it
	Review     Result = "review"     // does not fit; a second person decides
	Unreadable Result = "unreadable" // not sealed by this till for this village: kept by nobody but the sender
)

// Answer is the server's word on one envelope.
type Answer struct {
	Key        string
	Result     Result
	State      string // of the record: done review accepted returned lost; "" where there is none
	ID         core.ID
	Redemption core.ID
	No         int64 // number in the book; 0 while it has none
	Reason     *errs.Error
}

// Synced is what a till hears.
type Synced struct {
	Till    string // Active, or Revoked: then the phone wipes itself once it is rid of its queue
	Answers []Answer
}

// clockSlackMs is how far a till's idea of the time may be off before a person looks at it.
const clockSlackMs = 12 * 3_600_000

// Sync takes in what a till handed out offline, in its order, each as a command of its own: booked, or put aside for
// review with the reason. What came before is answered as it was. An error of the server's ends the batch; the till sends
// it again.
func (s *Service) Sync(ctx context.Context, by core.Actor, village core.Area, till core.ID, batch []Envelope) (Synced, error) {
	if err := access.Require(by, access.OpRedeem, village); err != nil {
		return Synced{}, err
	}
	return s.takeIn(ctx, by, village, till, batch, "offline.sync")
}

// Import is Sync for a file that a till exported, by the office.
func (s *Service) Import(ctx context.Context, by core.Actor, village core.Area, till core.ID, batch []Envelope) (Synced, error) {
	if err := access.Require(by, access.OpManageTills, village); err != nil {
		return Synced{}, err
	}
	return s.takeIn(ctx, by, village, till, batch, "offline.import")
}

func (s *Service) takeIn(ctx context.Context, by core.Actor, village core.Area, till core.ID, batch []Envelope, action string) (Synced, error) {
	if len(batch) > MaxBatch {
		return Synced{}, errs.New(errs.TooLarge, "offline.batch_too_large", "most", MaxBatch)
	}
	var t Till
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		t, err = tillOf(ctx, tx, village, till)
		return err
	})
	if err != nil {
		return Synced{}, err
	}
	out := Synced{Till: t.State, Answers: make([]Answer, len(batch))}
	counts := map[Result]int{}
	for i, env := range batch {
		if out.Answers[i], err = s.takeOne(ctx, by, t, env); err != nil {
			return Synced{}, err
		}
		counts[out.Answers[i].Result]++
	}
	now := s.clock.Now()
	return out, s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, sqlSeen, now, village, till); err != nil || len(batch) == 0 {
			return err
		}
		return s.log(ctx, tx, by, now, audit.Entry{
			Area: village, Action: action, Subject: "till", SubjectID: till.String(), After: counts,
		})
	})
}

// takeOne books one envelope, or puts it aside.
func (s *Service) takeOne(ctx context.Context, by core.Actor, t Till, env Envelope) (Answer, error) {
	in, err := s.open(t.Village, t.ID, env)
	if e, ours := fits(ctx, err); err != nil && ours {
		return Answer{Key: env.Key, Result: Unreadable, Reason: e}, nil
	} else if err != nil {
		return Answer{}, err
	}
	now := s.clock.Now()
	var out Answer
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = s.book(ctx, tx, by, t, env.Key, in, now)
		return err
	})
	if err == nil {
		return out, nil
	}
	fault, ours := fits(ctx, err)
	if !ours {
		return Answer{}, err
	}
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = s.putAside(ctx, tx, t, env.Key, in, fault, now)
		return err
	})
	return out, err
}

// book is the command for what fits.
func (s *Service) book(ctx context.Context, tx *store.Tx, by core.Actor, t Till, key string, in intent, now int64) (Answer, error) {
	// One after the other for a till: what an allowance has paid for is added up before each is booked, and from the moment
	// a till is revoked nothing of it is.
	if _, err := tx.Exec(ctx, sqlTouchTill, t.Village, t.ID); err != nil {
		return Answer{}, err
	}
	t, err := tillOf(ctx, tx, t.Village, t.ID)
	if err != nil {
		return Answer{}, err
	}
	prior, err := byKey(ctx, tx, t.Village, key)
	if err == nil {
		return s.again(ctx, tx, t, prior, key, in, now)
	} else if !errors.Is(err, store.ErrNone) {
		return Answer{}, err
	}
	allowed, err := s.mayPost(ctx, tx, t, in, now)
	if err != nil {
		return Answer{}, err
	}
	r := record{ID: s.ids.Next(), Key: key, Code: Code(key), State: string(Done), CameMs: now, Maker: allowed.staff, MakerName: allowed.staffName}
	// Written before anything moves: of two that come at once one waits here, and finds the other's row.
	if first, err := insertRecord(ctx, tx, t, r, in); err != nil {
		return Answer{}, err
	} else if !first {
		prior, err := byKey(ctx, tx, t.Village, key)
		if err != nil {
			return Answer{}, err
		}
		return s.again(ctx, tx, t, prior, key, in, now)
	}
	done, err := s.market.RedeemLate(ctx, tx, allowed.maker(by), market.Late{
		RedeemInput: market.RedeemInput{Village: t.Village, Household: in.Household, Items: in.items(), Points: in.Points}, Code: r.Code,
	}, now)
	if err != nil {
		return Answer{}, err
	}
	if _, err := tx.Exec(ctx, sqlSetRedemption, done.ID, t.Village, r.ID); err != nil {
		return Answer{}, err
	}
	return Answer{Key: key, Result: Done, State: string(Done), ID: r.ID, Redemption: done.ID, No: done.No}, nil
}

// mayPost says why a redemption does not fit what its till was given; with the allowance if it does.
func (s *Service) mayPost(ctx context.Context, tx *store.Tx, t Till, in intent, now int64) (granted, error) {
	g, err := grantedOf(ctx, tx, t.Village, in.Allowance)
	switch {
	case errors.Is(err, store.ErrNone) || err == nil && g.till != t.ID:
		return g, errs.New(errs.Conflict, "offline.foreign_allowance")
	case err != nil:
		return g, err
	case t.State != Active:
		return g, errs.New(errs.Gone, "offline.till_revoked")
	case in.MadeMs > now+clockSlackMs || in.MadeMs < g.issuedMs-clockSlackMs:
		return g, errs.New(errs.Conflict, "offline.clock")
	case in.MadeMs > g.untilMs:
		return g, errs.New(errs.Conflict, "offline.allowance_expired", "day", core.DayOf(g.untilMs).String())
	}
	if err := checkCard(ctx, tx, t.Village, in); err != nil {
		return g, err
	}
	all, own, err := spentUnder(ctx, tx, t.Village, in.Allowance, in.Household)
	if err != nil {
		return g, err
	}
	if most := limitOf(g.limits, in.Household); own+in.Points > most {
		return g, errs.New(errs.Conflict, "offline.over_limit", "most", most, "sum", own+in.Points)
	}
	if all+in.Points > g.total {
		return g, errs.New(errs.Conflict, "offline.over_total", "most", g.total, "sum", all+in.Points)
	}
	return g, nil
}

// checkCard refuses a card that was revoked, whenever, and one of another household.
func checkCard(ctx context.Context, tx *store.Tx, village core.Area, in intent) error {
	if in.Card == 0 {
		return nil
	}
	household, state, err := cardOf(ctx, tx, village, in.Card)
	switch {
	case errors.Is(err, store.ErrNone):
		return errs.New(errs.NotFound, "access.card_unknown")
	case err != nil:
		return err
	case household != in.Household:
		return errs.New(errs.Conflict, "market.other_card")
	case state != access.Active:
		return errs.New(errs.Gone, "access.card_revoked")
	}
	return nil
}

// again answers what came before. Another body under the same key is put aside beside the first.
func (s *Service) again(ctx context.Context, tx *store.Tx, t Till, prior record, key string, in intent, now int64) (Answer, error) {
	if string(prior.hash) == string(in.hash) {
		return prior.answer(key, Already), nil
	}
	second, err := byKey(ctx, tx, t.Village, otherKey(key, in.hash))
	if err == nil {
		return second.answer(key, Already), nil
	} else if !errors.Is(err, store.ErrNone) {
		return Answer{}, err
	}
	return s.aside(ctx, tx, t, otherKey(key, in.hash), in, errs.New(errs.Conflict, "offline.key_reused", "code", prior.Code), now, key)
}

// putAside is the command for what does not fit.
func (s *Service) putAside(ctx context.Context, tx *store.Tx, t Till, key string, in intent, fault *errs.Error, now int64) (Answer, error) {
	prior, err := byKey(ctx, tx, t.Village, key)
	if err == nil {
		return s.again(ctx, tx, t, prior, key, in, now)
	} else if !errors.Is(err, store.ErrNone) {
		return Answer{}, err
	}
	return s.aside(ctx, tx, t, key, in, fault, now, key)
}

func (s *Service) aside(ctx context.Context, tx *store.Tx, t Till, key string, in intent, fault *errs.Error, now int64, asked string) (Answer, error) {
	r := record{ID: s.ids.Next(), Key: key, Code: Code(asked), State: string(Review), CameMs: now, Reason: fault, Maker: t.Staff, MakerName: t.StaffName}
	first, err := insertRecord(ctx, tx, t, r, in)
	if err == nil && !first { // somebody else put the same one aside at this moment
		if r, err = byKey(ctx, tx, t.Village, key); err == nil {
			return r.answer(asked, Already), nil
		}
	}
	if err != nil {
		return Answer{}, err
	}
	return Answer{Key: asked, Result: Review, State: string(Review), ID: r.ID, Reason: fault}, nil
}

func (r record) answer(key string, result Result) Answer {
	return Answer{Key: key, Result: result, State: r.State, ID: r.ID, Redemption: r.Redemption, No: r.No, Reason: r.Reason}
}

// maker is the keeper who handed the goods out, acting through whoever sent it in.
func (g granted) maker(by core.Actor) core.Actor {
	by.ID, by.Name, by.Village, by.Household = g.staff, g.staffName, g.homeVillage, g.home
	return by
}
