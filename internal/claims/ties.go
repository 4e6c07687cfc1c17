package claims

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// ties are what connects a member of staff with a village's households: what bars from reviewing, and what is only shown.
type ties struct {
	kin     map[core.ID]bool
	phone   map[core.ID]bool
	group   core.Area // of the own household, if it is in this village; 0 if it is in none
	surname string
}

const sqlKinOf = `SELECT household, other FROM kin WHERE village = $1 AND from_day <= $2 AND (until_day = 0 OR until_day >= $2)
	AND (staff = $3 OR household = $4 OR other = $4)`

const (
	sqlOwnPhones  = `SELECT DISTINCT phone FROM resident WHERE village = $1 AND household = $2 AND state = 'active' AND phone <> ''`
	sqlPhoneHomes = `SELECT DISTINCT household FROM resident WHERE village = $1 AND phone = $2 AND state = 'active'`
	sqlOwnPlace   = `SELECT grp, head FROM household WHERE village = $1 AND id = $2`
)

// tiesOf reads what connects an actor with the households of a village today. It is asked when a claim is decided and not
// when it was submitted: who became a relative meanwhile is one.
func tiesOf(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, today core.Day) (*ties, error) {
	t := &ties{kin: map[core.ID]bool{}, phone: map[core.ID]bool{}}
	if by.Kind != core.StaffActor {
		return t, nil
	}
	own := core.ID(-1) // no household has this id
	if by.Village == village && by.Household != 0 {
		own = by.Household
	}
	err := tx.Rows(ctx, sqlKinOf, func(r store.Row) error {
		var household, other core.ID
		err := r.Scan(&household, &other)
		t.kin[household] = household != own
		t.kin[other] = other != own && other != 0
		return err
	}, village, today, by.ID, own)
	if err != nil || by.Household == 0 {
		return t, err
	}
	if err := t.readPhones(ctx, tx, by, village); err != nil || own < 0 {
		return t, err
	}
	var head string
	err = tx.Row(ctx, sqlOwnPlace, village, own).Scan(&t.group, &head)
	if errors.Is(err, store.ErrNone) {
		return t, nil
	}
	t.surname, _ = core.SplitName(head)
	return t, err
}

// readPhones finds the households that gave the same telephone number as the actor's own. No number leaves this function.
func (t *ties) readPhones(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area) error {
	var own []string
	err := tx.Rows(ctx, sqlOwnPhones, func(r store.Row) error {
		var phone string
		err := r.Scan(&phone)
		own = append(own, phone)
		return err
	}, by.Village, by.Household)
	for i := 0; err == nil && i < len(own); i++ {
		err = tx.Rows(ctx, sqlPhoneHomes, func(r store.Row) error {
			var home core.ID
			err := r.Scan(&home)
			t.phone[home] = home != by.Household
			return err
		}, village, own[i])
	}
	return err
}

// mark writes onto a claim what connects its household with the actor.
func (t *ties) mark(c *Claim) {
	c.Kin, c.SamePhone = t.kin[c.Household], t.phone[c.Household]
	c.SameGroup = t.group != 0 && t.group == c.Grp
	surname, _ := core.SplitName(c.Head)
	c.SameSurname = t.surname != "" && t.surname == surname
}
