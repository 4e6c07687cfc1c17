package offline

import (
	"context"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// The states of a till.
const (
	Active  = "active"
	Revoked = "revoked"
)

const (
	maxTillName = 20
	minReason   = 2
	maxReason   = 100
)

// Till is a phone that may work without a network, and whose it is.
type Till struct {
	Village    core.Area
	ID         core.ID
	Name       string
	Staff      core.ID
	StaffName  string
	State      string
	EnrolledMs int64
	SeenMs     int64
	EndedName  string
	Reason     string
	EndedMs    int64
	UntilMs    int64 // end of the allowance it has; 0 without one
	Waiting    int64 // of what it sent, how much needs review
}

// Enrolled is a new till with the key that seals what it writes. The key is given to the phone now; nobody is shown it.
type Enrolled struct {
	ID   core.ID
	Key  []byte
	Sign []byte // public key of allowances
}

// Enrol makes the keeper's phone a till of the village. It refuses where the village allows no offline work
// (offline.off) and where all of its tills are taken (offline.no_till_left).
func (s *Service) Enrol(ctx context.Context, by core.Actor, village core.Area, name string) (Enrolled, error) {
	if err := access.Require(by, access.OpRedeem, village); err != nil {
		return Enrolled{}, err
	}
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || runes(name) > maxTillName {
		return Enrolled{}, errs.New(errs.Invalid, "offline.bad_name", "most", maxTillName).At("name")
	}
	now := s.clock.Now()
	var id core.ID
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		id, err = store.Once(ctx, tx, by, village, now, func() (core.ID, error) {
			rule, err := ruleOf(ctx, tx, village)
			if err != nil {
				return 0, err
			}
			if rule.Share == 0 {
				return 0, errs.New(errs.Conflict, "offline.off")
			}
			// Written first, counted then: two phones that take the last place at once wait for each other at this row.
			if _, err := tx.Exec(ctx, sqlTouchRule, village); err != nil {
				return 0, err
			}
			taken, err := countTills(ctx, tx, village)
			if err != nil {
				return 0, err
			}
			if taken >= rule.Tills {
				return 0, errs.New(errs.Conflict, "offline.no_till_left", "most", rule.Tills)
			}
			id := s.ids.Next()
			if _, err := tx.Exec(ctx, sqlInsertTill, village, id, name, by.ID, by.Name, now, now); err != nil {
				return 0, err
			}
			return id, s.log(ctx, tx, by, now, audit.Entry{
				Area: village, Action: "offline.enrol", Subject: "till", SubjectID: id.String(), After: map[string]any{"name": name},
			})
		})
		return err
	})
	if err != nil {
		return Enrolled{}, err
	}
	return Enrolled{ID: id, Key: s.tillKey(village, id), Sign: s.PublicKey()}, nil
}

// Tills lists the village's tills, newest first, revoked ones too.
func (s *Service) Tills(ctx context.Context, by core.Actor, village core.Area) (tills []Till, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		tills, err = tillsOf(ctx, tx, village, now)
		return err
	})
	return tills, err
}

// Revoke ends a till: it gets no allowance any more, what it still sends waits for review, and the phone wipes itself when
// it next has contact. Revoking it again changes nothing.
func (s *Service) Revoke(ctx context.Context, by core.Actor, village core.Area, till core.ID, reason string) error {
	if err := access.Require(by, access.OpManageTills, village); err != nil {
		return err
	}
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	return s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Once(ctx, tx, by, village, now, func() (core.ID, error) {
			t, err := tillOf(ctx, tx, village, till)
			if err != nil || t.State == Revoked {
				return till, err
			}
			if _, err := tx.Exec(ctx, sqlRevokeTill, by.ID, by.Name, reason, now, village, till); err != nil {
				return 0, err
			}
			if _, err := tx.Exec(ctx, sqlEndAllowances, now, village, till); err != nil {
				return 0, err
			}
			return till, s.log(ctx, tx, by, now, audit.Entry{
				Area: village, Action: "offline.revoke", Subject: "till", SubjectID: till.String(),
				Before: map[string]any{"state": Active, "name": t.Name}, After: map[string]any{"state": Revoked, "reason": reason},
			})
		})
		return err
	})
}

func reasonOf(text string) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	if n := runes(text); n < minReason || n > maxReason {
		return "", errs.New(errs.Invalid, "market.bad_reason", "least", minReason, "most", maxReason).At("reason")
	}
	return text, nil
}
