package access

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// cardRow is a card with what only this package may see.
type cardRow struct {
	HouseholdCard
	pinHash       string
	fails         int64
	lockedUntilMs int64
}

const cardColumns = `village, id, household, code, state, issued_ms, revoked_ms, reason, pin_hash, pin_fails, locked_until_ms`

const (
	cardByTokenSQL = `SELECT ` + cardColumns + ` FROM card WHERE village = $1 AND token_hash = $2`
	cardByCodeSQL  = `SELECT ` + cardColumns + ` FROM card WHERE village = $1 AND code = $2`
	cardByIDSQL    = `SELECT ` + cardColumns + ` FROM card WHERE village = $1 AND id = $2`
	cardsOfSQL     = `SELECT ` + cardColumns + ` FROM card WHERE village = $1 AND household = $2 ORDER BY id DESC`
	activeCardSQL  = `SELECT ` + cardColumns + ` FROM card WHERE village = $1 AND household = $2 AND state = 'active' ORDER BY id DESC LIMIT 1`

	// Of the two unique keys besides the primary one only the code can really collide; then another is tried.
	insertCardSQL = `INSERT INTO card (village, id, household, token_hash, code, pin_hash, pin_fails, locked_until_ms, state, issued_ms, revoked_ms, reason)
		VALUES ($1, $2, $3, $4, $5, '', 0, 0, 'active', $6, 0, '') ON CONFLICT (village, code) DO NOTHING`
	revokeCardSQL = `UPDATE card SET state = 'revoked', revoked_ms = $1, reason = $2 WHERE village = $3 AND id = $4`
	// takeCardSQL comes first in a command that decides by what the card's row says, so that it sees what others wrote.
	takeCardSQL = `UPDATE card SET pin_fails = pin_fails WHERE village = $1 AND id = $2`
	// takeHouseholdSQL makes those who issue a household's card wait for each other: one card is valid at a time.
	takeHouseholdSQL = `UPDATE household SET changed_ms = changed_ms WHERE village = $1 AND id = $2`
	setPinSQL        = `UPDATE card SET pin_hash = $1, pin_fails = 0, locked_until_ms = 0 WHERE village = $2 AND id = $3`
	setPinFailsSQL   = `UPDATE card SET pin_fails = $1, locked_until_ms = $2 WHERE village = $3 AND id = $4`

	cardSessionSQL = `SELECT csrf, expires_ms FROM session
		WHERE token_hash = $1 AND kind = 'card' AND village = $2 AND card = $3 AND expires_ms > $4`
	endCardSessionsSQL = `DELETE FROM session WHERE staff = 0 AND kind = 'card' AND village = $1 AND card = $2`
)

func scanCard(r store.Row) (c cardRow, err error) {
	err = r.Scan(&c.Village, &c.ID, &c.Household, &c.Code, &c.State, &c.IssuedMs, &c.RevokedMs, &c.Reason,
		&c.pinHash, &c.fails, &c.lockedUntilMs)
	c.PinSet = c.pinHash != ""
	return c, err
}

// readCard reads a card by its id; access.card_unknown if the village has none such.
func readCard(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (cardRow, error) {
	row, err := scanCard(tx.Row(ctx, cardByIDSQL, village, id))
	if errors.Is(err, store.ErrNone) {
		return cardRow{}, errs.New(errs.NotFound, "access.card_unknown")
	}
	return row, err
}

// takeCard reads a card that the command is going to change, after whoever is changing it.
func takeCard(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (cardRow, error) {
	if _, err := tx.Exec(ctx, takeCardSQL, village, id); err != nil {
		return cardRow{}, err
	}
	return readCard(ctx, tx, village, id)
}

// takeHousehold holds a household of the village until the command ends; access.no_household if there is none such.
func takeHousehold(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) error {
	n, err := tx.Exec(ctx, takeHouseholdSQL, village, household)
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "access.no_household").At("household")
	}
	return err
}

// activeCard answers store.ErrNone if the household has no valid card.
func activeCard(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) (cardRow, error) {
	return scanCard(tx.Row(ctx, activeCardSQL, village, household))
}

func cardsOf(ctx context.Context, tx *store.Tx, village core.Area, household core.ID) (cards []HouseholdCard, err error) {
	err = tx.Rows(ctx, cardsOfSQL, func(r store.Row) error {
		row, err := scanCard(r)
		cards = append(cards, row.HouseholdCard)
		return err
	}, village, household)
	return cards, err
}
