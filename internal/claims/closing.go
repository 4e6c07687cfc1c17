package claims

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// closeStep is how many claims one transaction of a close posts. It is what everybody else has to wait for on SQLite,
// where one transaction at a time writes: a few milliseconds. A month of no more than that is closed by one transaction.
const closeStep = 200

// progress is how far a close has come: the claims up to last are in the book.
type progress struct {
	ledger.Closing
	last place
}

// place is where a claim stands in the order of posting: by household, so that a step touches few accounts, and then by
// id.
type place struct{ household, id core.ID }

func (a place) compare(b place) int {
	return cmp.Or(cmp.Compare(a.household, b.household), cmp.Compare(a.id, b.id))
}

const (
	sqlSteps = `SELECT month, household, claim, first_no, last_no, claims, points, deducted, actor, actor_name FROM closing
		WHERE village = $1`
	sqlBeginSteps = `INSERT INTO closing (village, month, household, claim, first_no, last_no, claims, points, deducted, actor, actor_name, begun_ms)
		VALUES ($1, $2, 0, 0, 0, 0, 0, 0, 0, $3, $4, $5)`
	sqlStep = `UPDATE closing SET household = $1, claim = $2, first_no = $3, last_no = $4, claims = $5, points = $6, deducted = $7
		WHERE village = $8`
	sqlEndSteps    = `DELETE FROM closing WHERE village = $1`
	sqlDueCount    = `SELECT COUNT(*) FROM claim WHERE village = $1 AND state = 'noticed' AND month = $2`
	sqlInterrupted = `SELECT village, month, actor, actor_name FROM closing WHERE begun_ms < $1 ORDER BY village LIMIT 100`
)

// resume is how far the month's close has come; at its beginning if no step was made.
func (c *command) resume(ctx context.Context, month core.Month) (progress, error) {
	switch c.closing {
	case 0:
		return progress{Closing: ledger.Closing{Month: month, Actor: c.by.ID, ActorName: c.by.Name}}, nil
	case month:
		return stepsOf(ctx, c.tx, c.village)
	}
	return progress{}, closingNow(c.closing)
}

// stepsOf is how far a close that was begun has come, or store.ErrNone.
func stepsOf(ctx context.Context, tx *store.Tx, village core.Area) (p progress, err error) {
	err = tx.Row(ctx, sqlSteps, village).Scan(&p.Month, &p.last.household, &p.last.id, &p.FirstNo, &p.LastNo, &p.Claims, &p.Points,
		&p.Deducted, &p.Actor, &p.ActorName)
	return p, err
}

// closingNow is what everybody is told who wants to change a claim between the steps of a close.
func closingNow(month core.Month) error {
	return errs.New(errs.Unavailable, "claims.closing_now", "month", month.String())
}

// postAhead posts a long month in steps, each in a transaction of its own; a short one it leaves to the close itself. It
// may be interrupted at any step, and two of them may be at work. While a step is posted the lines of the steps before
// are read for the checkpoint. all is the sums of the month's claims, nil if not all of them were read.
func (s *Service) postAhead(ctx context.Context, by core.Actor, village core.Area, month core.Month, seal Sealing) (all *sums, err error) {
	long, err := s.beginSteps(ctx, by, village, month)
	if err != nil {
		return nil, err
	}
	reading := beside(func() { _ = seal.Read(ctx) }) // what it could not read, and why, Sign will find
	defer reading.end()
	reading.again()
	for long {
		rest, texts, whole, err := s.dueAfter(ctx, village, month)
		if err != nil || len(rest) == 0 {
			return all, err
		}
		if whole {
			all = sumsOf(rest)
		}
		for from := 0; from < len(rest) && err == nil; from += closeStep {
			err = s.postStep(ctx, by, village, month, rest[from:min(from+closeStep, len(rest))], texts)
			reading.again()
		}
		if !errors.Is(err, errOvertaken) {
			return all, err
		}
		// somebody else's steps: look again where they are
	}
	return nil, nil
}

// besides does one piece of work in the background, again and again, never twice at a time.
type besides struct{ wanted, ended chan struct{} }

func beside(work func()) besides {
	b := besides{make(chan struct{}, 1), make(chan struct{})}
	go func() {
		defer close(b.ended)
		for range b.wanted {
			work()
		}
	}()
	return b
}

// again asks for the work, unless it was asked for and has not begun.
func (b besides) again() {
	select {
	case b.wanted <- struct{}{}:
	default:
	}
}

// end waits until all that was asked for is done.
func (b besides) end() {
	close(b.wanted)
	<-b.ended
}

// beginSteps marks a month as being closed if it is too long for one transaction and nothing stands in its way.
func (s *Service) beginSteps(ctx context.Context, by core.Actor, village core.Area, month core.Month) (long bool, err error) {
	var n int64
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		closed, err := closedMonth(ctx, tx, village)
		if err != nil || closed >= month {
			return err
		}
		return tx.Row(ctx, sqlDueCount, village, month).Scan(&n)
	})
	if err != nil || n <= closeStep {
		return false, err
	}
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := store.Fresh(ctx, tx, by, village); err != nil {
			return err
		}
		c, err := s.take(ctx, tx, by, village)
		if err != nil {
			return err
		}
		if _, closed, err := c.mayClose(ctx, month); err != nil || closed {
			long = false
			return err
		}
		long = true
		switch c.closing {
		case month:
			return nil
		case 0:
		default:
			return closingNow(c.closing)
		}
		if err := ledger.BeginClosing(ctx, tx, village, month); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sqlBeginSteps, village, month, by.ID, by.Name, c.now)
		return err
	})
	return long, err
}

// dueAfter reads what is left to be posted, with the texts of its lines, and says whether that is the whole month. It
// stays as it is: the month is marked.
func (s *Service) dueAfter(ctx context.Context, village core.Area, month core.Month) (rest []due, texts memos, whole bool, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		p, err := stepsOf(ctx, tx, village)
		if errors.Is(err, store.ErrNone) { // closed meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		whole = p.last == place{}
		if rest, err = readDue(ctx, tx, village, month, p.last); err != nil {
			return err
		}
		texts, err = textsOf(ctx, tx, village, rest)
		return err
	})
	return rest, texts, whole, err
}

// errOvertaken says that the claims of a step are in the book already.
var errOvertaken = errors.New("claims: another close of the month has overtaken this one")

// postStep posts some of the claims, in their order, unless somebody else did.
func (s *Service) postStep(ctx context.Context, by core.Actor, village core.Area, month core.Month, some []due, texts memos) error {
	return s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err := s.take(ctx, tx, by, village)
		if err != nil {
			return err
		}
		p, err := stepsOf(ctx, tx, village)
		switch {
		case errors.Is(err, store.ErrNone), err == nil && (p.Month != month || p.last.compare(some[0].place) >= 0):
			return errOvertaken
		case err != nil:
			return err
		}
		if err := p.post(ctx, c, some, texts); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sqlStep, p.last.household, p.last.id, p.FirstNo, p.LastNo, p.Claims, p.Points, p.Deducted, village)
		return err
	})
}

// postRest posts what no step has posted, and counts the month's claims. all is what they come to, if that is known.
func (p *progress) postRest(ctx context.Context, c *command, all *sums) error {
	if all == nil && p.last != (place{}) {
		var err error
		if all, err = c.readSums(ctx, p.Month); err != nil {
			return err
		}
	}
	if all == nil || p.Claims < all.claims {
		rest, err := readDue(ctx, c.tx, c.village, p.Month, p.last)
		if err != nil {
			return err
		}
		texts, err := textsOf(ctx, c.tx, c.village, rest)
		if err != nil {
			return err
		}
		if all == nil {
			all = sumsOf(rest)
		}
		if err := p.post(ctx, c, rest, texts); err != nil {
			return err
		}
	}
	c.countPosted(p.Month, *all)
	return nil
}

// post posts claims and adds them to what was posted. Nothing in it asks the database claim by claim.
func (p *progress) post(ctx context.Context, c *command, all []due, texts memos) error {
	vouchers := make([][]ledger.Entry, len(all))
	for i, d := range all {
		vouchers[i] = []ledger.Entry{d.entry(texts[d.rule])}
	}
	lines, err := ledger.PostMany(ctx, c.tx, ledger.Stamp{Village: c.village, NowMs: c.now, Actor: c.by.ID}, vouchers)
	if err != nil {
		return err
	}
	for i, d := range all {
		p.add(lines[i])
		p.last = d.place
	}
	p.Claims += int64(len(all))
	return nil
}

// add sums up one line; a deduction that found nothing to take has none.
func (p *progress) add(l ledger.Line) {
	if l.No == 0 {
		return
	}
	if p.FirstNo == 0 {
		p.FirstNo = l.No
	}
	p.LastNo = l.No
	if l.Kind == ledger.Deducted {
		p.Deducted += core.Points(l.Amount)
	} else {
		p.Points += core.Points(l.Amount)
	}
}

// FinishClosings ends the closes that were interrupted between two steps, by those who began them, and says how many. A
// close that is only slow is not hurt by it.
func (s *Service) FinishClosings(ctx context.Context) (finished int64, err error) {
	type begun struct {
		village core.Area
		month   core.Month
		by      core.Actor
	}
	var all []begun
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, sqlInterrupted, func(r store.Row) error {
			b := begun{by: core.Actor{Kind: core.StaffActor}}
			err := r.Scan(&b.village, &b.month, &b.by.ID, &b.by.Name)
			all = append(all, b)
			return err
		}, s.clock.Now()-interruptedAfter)
	})
	for _, b := range all {
		if _, one := s.close(ctx, b.by, b.village, b.month); one != nil {
			err = errors.Join(err, one)
			continue
		}
		finished++
	}
	return finished, err
}

// interruptedAfter is how long (ms) the longest close takes, and more.
const interruptedAfter = 10_000

// due is a claim that is ready to be posted.
type due struct {
	place
	rule     rulebook.Ref
	category string
	points   core.Points
}

const sqlDue = `SELECT id, household, version, rule, category, points FROM claim
	WHERE village = $1 AND state = 'noticed' AND month = $2`

// readDue reads the claims that are ready and stand after last, in the order of posting.
func readDue(ctx context.Context, tx *store.Tx, village core.Area, month core.Month, last place) (all []due, err error) {
	err = tx.Rows(ctx, sqlDue, func(r store.Row) error {
		var d due
		err := r.Scan(&d.id, &d.household, &d.rule.Version, &d.rule.Code, &d.category, &d.points)
		if d.compare(last) > 0 {
			all = append(all, d)
		}
		return err
	}, village, month)
	slices.SortFunc(all, func(a, b due) int { return a.compare(b.place) })
	return all, err
}

// memos are the texts that the lines bear: a month has many lines and few rules.
type memos map[rulebook.Ref]rulebook.Wording

func textsOf(ctx context.Context, tx *store.Tx, village core.Area, all []due) (memos, error) {
	m := memos{}
	var rules []rulebook.Ref
	for _, d := range all {
		if _, known := m[d.rule]; !known {
			m[d.rule] = rulebook.Wording{}
			rules = append(rules, d.rule)
		}
	}
	texts, err := rulebook.Wordings(ctx, tx, village, rules)
	for i, rule := range rules {
		m[rule] = texts[i]
	}
	return m, err
}

// entry is the claim as the book knows it.
func (d due) entry(text rulebook.Wording) ledger.Entry {
	e := ledger.Entry{Kind: ledger.Earned, Category: d.category, Owner: d.household, Amount: int64(d.points), Ref: d.id,
		MemoZh: text.Zh, MemoEn: text.En}
	if d.points < 0 {
		e.Kind, e.Amount = ledger.Deducted, -int64(d.points)
	}
	return e
}
