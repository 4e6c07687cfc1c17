package access

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// CardRevoked is the state of a card that opens nothing any more; a valid one is Active.
const CardRevoked = "revoked"

// HouseholdCard is the paper card of a household.
type HouseholdCard struct {
	Village   core.Area
	ID        core.ID
	Household core.ID
	Code      string // eight characters; FormatCode prints them
	State     string // Active or CardRevoked
	PinSet    bool
	IssuedMs  int64
	RevokedMs int64
	Reason    string // of the revocation
}

// audited is what the audit trail keeps of a card: never its token.
func (c HouseholdCard) audited() any {
	return struct {
		Household core.ID `json:"household"`
		State     string  `json:"state"`
		PinSet    bool    `json:"pin_set"`
		Reason    string  `json:"reason,omitempty"`
	}{c.Household, c.State, c.PinSet, c.Reason}
}

// Issued is a new card with its token, which is shown and printed now and never again.
type Issued struct {
	HouseholdCard
	Token string
}

// IssueCard gives a household a new card and revokes the one it had, so that a lost card opens nothing.
func (s *Service) IssueCard(ctx context.Context, by core.Actor, village core.Area, household core.ID) (Issued, error) {
	issued, err := s.IssueCards(ctx, by, village, []core.ID{household})
	if err != nil {
		return Issued{}, err
	}
	return issued[0], nil
}

// IssueCards gives many households of a village a card each, all or none.
func (s *Service) IssueCards(ctx context.Context, by core.Actor, village core.Area, households []core.ID) ([]Issued, error) {
	if err := Require(by, OpManageCards, village); err != nil {
		return nil, err
	}
	secret := s.secretsFor(by)
	issued := make([]Issued, len(households))
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		made, err := store.Once(ctx, tx, by, village, s.clock.Now(), func() ([]core.ID, error) {
			made := make([]core.ID, len(households))
			for i, household := range households {
				made[i] = s.ids.Next()
				if err := s.issue(ctx, tx, by, secret, village, household, made[i]); err != nil {
					return nil, err
				}
			}
			return made, nil
		})
		if err != nil {
			return err
		}
		for i, id := range made {
			row, err := readCard(ctx, tx, village, id)
			if err != nil {
				return err
			}
			issued[i] = Issued{HouseholdCard: row.HouseholdCard, Token: secret.cardToken(village, id)}
		}
		return nil
	})
	return issued, err
}

func (s *Service) issue(ctx context.Context, tx *store.Tx, by core.Actor, secret secrets, village core.Area, household, id core.ID) error {
	if err := takeHousehold(ctx, tx, village, household); err != nil {
		return err
	}
	former, err := activeCard(ctx, tx, village, household)
	if err == nil {
		err = s.revoke(ctx, tx, by, former, "")
	} else if errors.Is(err, store.ErrNone) {
		err = nil
	}
	if err != nil {
		return err
	}
	hash := hashToken(secret.cardToken(village, id))
	for try := 0; ; try++ {
		n, err := tx.Exec(ctx, insertCardSQL, village, id, household, hash, secret.cardCode(id, try), s.clock.Now())
		if err != nil {
			return err
		}
		if n == 1 {
			break
		}
	}
	after := HouseholdCard{Household: household, State: Active}
	return s.auditCard(ctx, tx, by, village, id, "access.issue_card", nil, after.audited())
}

// RevokeCard makes a card worthless and ends what it had unlocked. Revoking a revoked card changes nothing.
func (s *Service) RevokeCard(ctx context.Context, by core.Actor, village core.Area, card core.ID, reason string) (HouseholdCard, error) {
	if err := Require(by, OpManageCards, village); err != nil {
		return HouseholdCard{}, err
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > 200 {
		return HouseholdCard{}, errs.New(errs.Invalid, "input.required", "field", "reason").At("reason")
	}
	return s.changeCard(ctx, by, village, card, func(ctx context.Context, tx *store.Tx, row cardRow) error {
		if row.State == CardRevoked {
			return nil
		}
		return s.revoke(ctx, tx, by, row, reason)
	})
}

// RevokeOf revokes the card a household has, if it has one: a step of the command that ends the household.
func (s *Service) RevokeOf(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, household core.ID, reason string) error {
	card, err := activeCard(ctx, tx, village, household)
	switch {
	case errors.Is(err, store.ErrNone):
		return nil
	case err != nil:
		return err
	}
	return s.revoke(ctx, tx, by, card, reason)
}

func (s *Service) revoke(ctx context.Context, tx *store.Tx, by core.Actor, row cardRow, reason string) error {
	if _, err := tx.Exec(ctx, revokeCardSQL, s.clock.Now(), reason, row.Village, row.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, endCardSessionsSQL, row.Village, row.ID); err != nil {
		return err
	}
	after := row.HouseholdCard
	after.State, after.Reason = CardRevoked, reason
	return s.auditCard(ctx, tx, by, row.Village, row.ID, "access.revoke_card", row.audited(), after.audited())
}

// SetPin sets a card's PIN at the village office, lifts a lock and ends what the former PIN had unlocked.
func (s *Service) SetPin(ctx context.Context, by core.Actor, village core.Area, card core.ID, pin string) (HouseholdCard, error) {
	if err := Require(by, OpManageCards, village); err != nil {
		return HouseholdCard{}, err
	}
	if err := checkPin(pin); err != nil {
		return HouseholdCard{}, err
	}
	hash, err := s.hasher.hash(ctx, s.pepperedPin(village, card, pin))
	if err != nil {
		return HouseholdCard{}, err
	}
	return s.changeCard(ctx, by, village, card, func(ctx context.Context, tx *store.Tx, row cardRow) error {
		if row.State == CardRevoked {
			return errs.New(errs.Gone, "access.card_revoked")
		}
		if _, err := tx.Exec(ctx, setPinSQL, hash, village, card); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, endCardSessionsSQL, village, card); err != nil {
			return err
		}
		after := row.HouseholdCard
		after.PinSet = true
		return s.auditCard(ctx, tx, by, village, card, "access.set_pin", row.audited(), after.audited())
	})
}

// changeCard runs one change of a card and gives the card as it is afterwards.
func (s *Service) changeCard(ctx context.Context, by core.Actor, village core.Area, card core.ID, change func(context.Context, *store.Tx, cardRow) error) (after HouseholdCard, err error) {
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Once(ctx, tx, by, village, s.clock.Now(), func() (core.ID, error) {
			row, err := takeCard(ctx, tx, village, card)
			if err != nil {
				return 0, err
			}
			return card, change(ctx, tx, row)
		})
		if err != nil {
			return err
		}
		row, err := readCard(ctx, tx, village, card)
		after = row.HouseholdCard
		return err
	})
	return after, err
}

// Cards gives every card a household ever had, newest first.
func (s *Service) Cards(ctx context.Context, by core.Actor, village core.Area, household core.ID) (cards []HouseholdCard, err error) {
	if err := Require(by, OpReadVillage, village); err != nil {
		return nil, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := requireHousehold(ctx, tx, village, household); err != nil {
			return err
		}
		cards, err = cardsOf(ctx, tx, village, household)
		return err
	})
	return cards, err
}

// CardByToken finds the card whose QR somebody shows at a counter: access.card_unknown, as a thing not found, if there
// is none; access.card_revoked if it was taken back. It asks nobody's permission, because holding the token is the
// permission to read.
func (s *Service) CardByToken(ctx context.Context, token string) (HouseholdCard, error) {
	row, err := s.cardByToken(ctx, token)
	if err != nil && errs.KindOf(err) == errs.Unauthenticated {
		// Whoever scans it is known; it is the card that is not.
		return HouseholdCard{}, errs.New(errs.NotFound, "access.card_unknown").At("card")
	}
	return row.HouseholdCard, err
}

// cardByToken is how a card's holder is recognized, so an unknown one is nobody (Unauthenticated).
func (s *Service) cardByToken(ctx context.Context, token string) (cardRow, error) {
	village, token, err := parseCardToken(token)
	if err != nil {
		return cardRow{}, err
	}
	var row cardRow
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		row, err = scanCard(tx.Row(ctx, cardByTokenSQL, village, hashToken(token)))
		return err
	})
	return usable(row, err)
}

// CardByCode finds a card by the code printed on it, for staff who may look at the village.
func (s *Service) CardByCode(ctx context.Context, by core.Actor, village core.Area, code string) (HouseholdCard, error) {
	if err := Require(by, OpReadVillage, village); err != nil {
		return HouseholdCard{}, err
	}
	code, ok := readable(code, cardCodeSize)
	if !ok {
		return HouseholdCard{}, errs.New(errs.NotFound, "access.card_unknown").At("code")
	}
	var row cardRow
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		row, err = scanCard(tx.Row(ctx, cardByCodeSQL, village, code))
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return HouseholdCard{}, errs.New(errs.NotFound, "access.card_unknown").At("code")
	}
	row, err = usable(row, err)
	return row.HouseholdCard, err
}

// usable turns a missing card into access.card_unknown and a revoked one into access.card_revoked.
func usable(row cardRow, err error) (cardRow, error) {
	switch {
	case errors.Is(err, store.ErrNone):
		return cardRow{}, errs.New(errs.Unauthenticated, "access.card_unknown")
	case err != nil:
		return cardRow{}, err
	case row.State != Active:
		return cardRow{}, errs.New(errs.Gone, "access.card_revoked")
	}
	return row, nil
}

func (s *Service) auditCard(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, card core.ID, action string, before, after any) error {
	return audit.Write(ctx, tx, by, s.ids.Next(), s.clock.Now(), audit.Entry{
		Area: village, Action: action, Subject: "card", SubjectID: card.String(), Before: before, After: after,
	})
}
