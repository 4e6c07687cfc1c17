package claims

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
	"qunyan/internal/tally"
)

// Options tune the service; zero fields take the defaults.
type Options struct {
	MaxAgeDays int // how long after a deed it may still be submitted; 60

	// LotKey draws which claims are reviewed twice. Whoever does not know it cannot tell beforehand.
	LotKey []byte

	// Sealing begins a checkpoint over a village's book, to be signed with the close of a month; nil for none.
	Sealing func(village core.Area) Sealing
}

// Sealing is a checkpoint in the making. It has one user at a time.
type Sealing interface {
	Read(ctx context.Context) error               // hashes what is in the book so far; the rest is done by Sign
	Sign(ctx context.Context, tx *store.Tx) error // inside of the command that closes the month
	Failed(err error)                             // told when the month is closed without it; the close itself fails for nobody
}

// unsealed makes no checkpoint.
type unsealed struct{}

func (unsealed) Read(context.Context) error            { return nil }
func (unsealed) Sign(context.Context, *store.Tx) error { return nil }
func (unsealed) Failed(error)                          {}

// Service runs the commands and queries of claims. It is safe for concurrent use.
type Service struct {
	st    *store.Store
	clock core.Clock
	ids   *core.IDs
	opt   Options
	flood *flood

	conditions rulebook.Conditions
	trials     trials
}

// New makes the service.
func New(st *store.Store, clock core.Clock, ids *core.IDs, opt Options) *Service {
	if opt.MaxAgeDays <= 0 {
		opt.MaxAgeDays = 60
	}
	if opt.Sealing == nil {
		opt.Sealing = func(core.Area) Sealing { return unsealed{} }
	}
	return &Service{st: st, clock: clock, ids: ids, opt: opt, flood: newFlood()}
}

// command is one running command of a village: its transaction, with the village's book taken.
type command struct {
	tx      *store.Tx
	ids     *core.IDs
	by      core.Actor
	village core.Area
	now     int64
	today   core.Day
	key     []byte     // draws the lot of second reviews
	closed  core.Month // newest closed month, 0 if none
	lastNo  int64      // newest line of the book when the command began
	closing core.Month // month that is being closed in steps, 0 almost always
	counts  map[counter]amount

	together int64 // claims it decides; 0 for one
	ties     *ties // of the actor with the village; nil until asked for
	setting  *Reviewing
}

// counter names a number of the county's overview.
type counter struct {
	month core.Month
	topic string
	item  string
}

type amount struct{ n, points int64 }

// run runs fn as one command, once for the actor's intent. T is the small answer that is kept for a repeated intent.
func run[T any](ctx context.Context, s *Service, by core.Actor, village core.Area, fn func(ctx context.Context, c *command) (T, error)) (T, error) {
	var out T
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		now := s.clock.Now()
		out, err = store.Once(ctx, tx, by, village, now, func() (none T, err error) {
			c, err := s.begin(ctx, tx, by, village)
			if err != nil {
				return none, err
			}
			out, err := fn(ctx, c)
			if err != nil {
				return none, err
			}
			return out, c.writeCounts(ctx)
		})
		return err
	})
	return out, err
}

// begin takes the village's book for a command of claims, or for a step of another's. Error: claims.closing_now.
func (s *Service) begin(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area) (*command, error) {
	c, err := s.take(ctx, tx, by, village)
	if err == nil && c.closing != 0 {
		err = closingNow(c.closing)
	}
	return c, err
}

// take is begin for the close itself.
func (s *Service) take(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area) (*command, error) {
	book, err := ledger.Lock(ctx, tx, village)
	now := s.clock.Now()
	return &command{tx: tx, ids: s.ids, by: by, village: village, now: now, today: core.DayOf(now), key: s.opt.LotKey,
		closed: book.Closed, lastNo: book.LastNo, closing: book.Closing, counts: map[counter]amount{}}, err
}

// count moves a counter of the overview; all moves are written when the command ends.
func (c *command) count(month core.Month, topic, item string, n, points int64) {
	k := counter{month, topic, item}
	was := c.counts[k]
	c.counts[k] = amount{was.n + n, was.points + points}
}

// moved counts a claim out of one state and into another. from is "" for a new claim.
func (c *command) moved(claim Claim, from, to State) {
	if from != "" {
		c.count(claim.Month, "claim", string(from), -1, -int64(claim.Points))
	}
	c.count(claim.Month, "claim", string(to), 1, int64(claim.Points))
}

func (c *command) writeCounts(ctx context.Context) error {
	keys := slices.SortedFunc(maps.Keys(c.counts), func(a, b counter) int {
		return cmp.Or(cmp.Compare(a.month, b.month), cmp.Compare(a.topic, b.topic), cmp.Compare(a.item, b.item))
	})
	for _, k := range keys {
		a := c.counts[k]
		if a == (amount{}) {
			continue
		}
		if err := tally.Add(ctx, c.tx, c.village, k.month, k.topic, k.item, a.n, a.points); err != nil {
			return err
		}
	}
	return nil
}

// log writes the audit line of a change.
func (c *command) log(ctx context.Context, action, subject, id string, before, after any) error {
	return audit.Write(ctx, c.tx, c.by, c.ids.Next(), c.now, audit.Entry{
		Area: c.village, Action: action, Subject: subject, SubjectID: id, Before: before, After: after,
	})
}

// monthFor is the list a deed of a day comes on: its own month's, or the first month still open when it comes late.
func monthFor(day core.Day, closed core.Month) core.Month {
	m := day.Month()
	if closed != 0 && m <= closed {
		return closed.Next()
	}
	return m
}
