package access

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// How wrong PINs lock a card: a quarter of an hour after freeTries, doubling to a day.
const (
	firstPinLockMs = 15 * minuteMs
	longestPinLock = 24 * hourMs
)

// checkPin takes four to six digits that are not the first ones anybody would try.
func checkPin(pin string) error {
	wrong := errs.New(errs.Invalid, "access.pin_format").At("pin")
	if len(pin) < 4 || len(pin) > 6 || strings.Trim(pin, "0123456789") != "" {
		return wrong
	}
	if strings.Trim(pin, pin[:1]) == "" || inSequence(pin) {
		return wrong
	}
	return nil
}

// pepperedPin mixes the installation's key and the card into a PIN before it is hashed: six digits alone could be
// tried through from a copy of the database.
func (s *Service) pepperedPin(village core.Area, card core.ID, pin string) string {
	return hex.EncodeToString([]byte(keyed(s.key, "pin", village.String(), card.String(), pin)))
}

// CardSession is what a card opens: its passbook, and after the PIN, applying.
type CardSession struct {
	Card      HouseholdCard
	Unlocked  bool
	CSRF      string // set while unlocked
	ExpiresMs int64  // of the unlocking
}

// CSRFMatches compares in constant time.
func (c CardSession) CSRFMatches(token string) bool { return matchesSecret(c.CSRF, token) }

// OpenedCard is a card that was just unlocked, with the token that goes into the cookie.
type OpenedCard struct {
	CardSession
	Token string
}

// OpenCard recognizes the holder of a card by its token, and by the token that UnlockCard gave ("" or an old one: the
// card stays read-only). The actor lacks From, Request and Intent.
func (s *Service) OpenCard(ctx context.Context, token, unlock string) (core.Actor, CardSession, error) {
	row, err := s.cardByToken(ctx, token)
	if err != nil {
		return core.Actor{}, CardSession{}, err
	}
	session := CardSession{Card: row.HouseholdCard}
	if unlock != "" {
		err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, cardSessionSQL, hashToken(unlock), row.Village, row.ID, s.clock.Now()).
				Scan(&session.CSRF, &session.ExpiresMs)
		})
		if err != nil && !errors.Is(err, store.ErrNone) {
			return core.Actor{}, CardSession{}, err
		}
		session.Unlocked = err == nil
	}
	return core.Actor{
		Kind: core.CardActor, ID: row.ID, Village: row.Village, Household: row.Household, Unlocked: session.Unlocked,
	}, session, nil
}

// UnlockCard takes a card's PIN. access.pin_wrong says how many tries are left, access.pin_locked for how long none is
// taken, access.pin_unset that the office has to set one first.
func (s *Service) UnlockCard(ctx context.Context, by core.Actor, token, pin string) (OpenedCard, error) {
	row, err := s.cardByToken(ctx, token)
	if err != nil {
		return OpenedCard{}, err
	}
	if !row.PinSet {
		return OpenedCard{}, errs.New(errs.Conflict, "access.pin_unset")
	}
	if now := s.clock.Now(); now < row.lockedUntilMs {
		return OpenedCard{}, lockedError("access.pin_locked", row.lockedUntilMs, now)
	}
	right, err := s.hasher.matches(ctx, s.pepperedPin(row.Village, row.ID, pin), row.pinHash)
	if err != nil {
		return OpenedCard{}, err
	}
	if !right {
		return OpenedCard{}, s.failedPin(ctx, by, row)
	}
	return s.unlock(ctx, by, row)
}

func (s *Service) unlock(ctx context.Context, by core.Actor, seen cardRow) (OpenedCard, error) {
	token, hash := newToken()
	now := s.clock.Now()
	opened := OpenedCard{Token: token, CardSession: CardSession{
		Card: seen.HouseholdCard, Unlocked: true, CSRF: rand.Text(), ExpiresMs: now + s.opt.UnlockMs,
	}}
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err := takeCard(ctx, tx, seen.Village, seen.ID)
		if err != nil {
			return err
		}
		if now < row.lockedUntilMs {
			return lockedError("access.pin_locked", row.lockedUntilMs, now)
		}
		if row.State != Active || row.pinHash != seen.pinHash {
			return errs.New(errs.Unauthenticated, "access.card_unknown")
		}
		if _, err := tx.Exec(ctx, setPinFailsSQL, 0, 0, row.Village, row.ID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, insertSessionSQL, hash, "card", core.ID(0), row.Village, row.ID, opened.CSRF, by.From, now, now, opened.ExpiresMs)
		return err
	})
	return opened, err
}

// failedPin counts a wrong PIN, locks the card after too many, and gives the error to answer.
func (s *Service) failedPin(ctx context.Context, by core.Actor, seen cardRow) error {
	var answer error
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := s.clock.Now()
		row, err := takeCard(ctx, tx, seen.Village, seen.ID)
		if err != nil {
			return err
		}
		fails := row.fails + 1
		lock := lockedFor(fails, firstPinLockMs, longestPinLock)
		if lock == 0 {
			answer = errs.New(errs.Unauthenticated, "access.pin_wrong", "left", freeTries-fails).At("pin")
			_, err = tx.Exec(ctx, setPinFailsSQL, fails, row.lockedUntilMs, row.Village, row.ID)
			return err
		}
		answer = lockedError("access.pin_locked", now+lock, now)
		if _, err := tx.Exec(ctx, setPinFailsSQL, fails, now+lock, row.Village, row.ID); err != nil {
			return err
		}
		by := by
		by.Kind, by.ID = core.CardActor, row.ID
		return s.auditCard(ctx, tx, by, row.Village, row.ID, "access.lock_card", nil, map[string]int64{"fails": fails, "minutes": lock / minuteMs})
	})
	if err != nil {
		return err
	}
	return answer
}
