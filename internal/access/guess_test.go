package access_test

import (
	"context"
	"sync"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Tries that were sent together wait for their hashes in line; those behind the one that locked the account must find
// it locked, and every one of them must count.
func TestPasswordsGuessedTogetherAreLockedOutTogether(t *testing.T) {
	t.Parallel()
	o := openWith(t, access.Options{HashAtOnce: 8})
	staff := o.hire("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
	var wrong sync.WaitGroup
	for range 8 {
		wrong.Go(func() { _, _ = o.signIn("clerk", "wrong", "") })
	}
	wrong.Wait()
	var fails int64
	o.tx(func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT fails FROM staff WHERE id = $1`, staff.ID).Scan(&fails)
	})
	if fails < 5 {
		t.Errorf("8 wrong tries counted as %d", fails)
	}
}

// stroke is a clock that strikes once, at the moment somebody looks at it.
type stroke struct {
	core.Clock
	once   sync.Once
	strike func()
}

func (s *stroke) Now() int64 {
	s.once.Do(s.strike)
	return s.Clock.Now()
}

// While the right password waits in line for its hash, the wrong ones before it lock the account.
func TestARightGuessBehindTheLockIsRefused(t *testing.T) {
	t.Parallel()
	o := open(t)
	staff := o.hire("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
	clock := &stroke{Clock: o.clock, strike: func() {
		o.tx(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE staff SET fails = 5, locked_until_ms = $1 WHERE id = $2`, o.clock.Now()+minute, staff.ID)
			return err
		})
	}}
	o.svc = access.New(o.st, clock, core.NewIDs(o.clock), access.Options{Key: []byte("a key of this test"), HashMemoryKiB: 64})
	_, err := o.signIn("clerk", password, "")
	wantCode(t, err, "access.locked")
	o.clock.Advance(minute)
	o.mustSignIn("clerk")
}

// However many clerks print a card for one household at the same moment, one of the cards opens it.
func TestCardsIssuedTogetherLeaveOne(t *testing.T) {
	t.Parallel()
	o := open(t)
	household, clerk := o.household(o.village), o.clerk()
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() { _, _ = o.svc.IssueCard(context.Background(), clerk, o.village, household) })
	}
	all.Wait()
	cards, err := o.svc.Cards(context.Background(), clerk, o.village, household)
	active := 0
	for _, c := range cards {
		if c.State == access.Active {
			active++
		}
	}
	if err != nil || active != 1 {
		t.Errorf("%d of %d cards are valid, %v", active, len(cards), err)
	}
}
