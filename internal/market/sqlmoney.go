package market

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Money that comes in ----------------------------------------------------------------------------------------------

const sqlGrant = `SELECT document, kind, source, fund, amount, line, reversed, by_id, by_name, created_ms FROM shop_grant WHERE village = $1`

const (
	sqlGrantByPaper = sqlGrant + ` AND document = $2`
	sqlIncomes      = sqlGrant + ` AND line < $2 ORDER BY line DESC LIMIT $3`
)

func scanGrant(village core.Area, r store.Row) (Grant, error) {
	g := Grant{Village: village}
	err := r.Scan(&g.Document, &g.Kind, &g.Source, &g.Fund, &g.Amount, &g.Line, &g.Reversed, &g.By, &g.ByName, &g.CreatedMs)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "market.no_income")
	}
	return g, err
}

func grantOf(ctx context.Context, tx *store.Tx, village core.Area, document string) (Grant, error) {
	return scanGrant(village, tx.Row(ctx, sqlGrantByPaper, village, document))
}

func incomesOf(ctx context.Context, tx *store.Tx, village core.Area, before core.ID, limit int) ([]Grant, error) {
	list := []Grant{}
	return list, tx.Rows(ctx, sqlIncomes, func(r store.Row) error {
		g, err := scanGrant(village, r)
		list = append(list, g)
		return err
	}, village, before, limit)
}

// insertGrant says whether the paper was not entered before.
func insertGrant(ctx context.Context, tx *store.Tx, g Grant) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO shop_grant (village, document, kind, source, fund, amount, line, by_id, by_name, created_ms)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9) ON CONFLICT (village, document) DO NOTHING`,
		g.Village, g.Document, string(g.Kind), g.Source, g.Fund, g.Amount, g.By, g.ByName, g.CreatedMs)
	return n == 1, err
}

func setGrantLine(ctx context.Context, tx *store.Tx, g Grant) error {
	_, err := tx.Exec(ctx, `UPDATE shop_grant SET line = $1 WHERE village = $2 AND document = $3`, g.Line, g.Village, g.Document)
	return err
}

// setGrantReversed says whether the money still stood.
func setGrantReversed(ctx context.Context, tx *store.Tx, g Grant) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE shop_grant SET reversed = $1 WHERE village = $2 AND document = $3 AND reversed = 0`, g.Reversed, g.Village, g.Document)
	return n == 1, err
}

// Restricted funds -------------------------------------------------------------------------------------------------

const sqlFund = `SELECT id, name, donor, purpose, listed, balance, state, version, by_name, created_ms FROM fund WHERE village = $1`

const (
	sqlFundByID = sqlFund + ` AND id = $2`
	sqlFunds    = sqlFund + ` ORDER BY id`
)

func scanFund(r store.Row) (Fund, error) {
	f := Fund{Households: []core.ID{}}
	err := r.Scan(&f.ID, &f.Name, &f.Donor, &f.Purpose, store.Bool(&f.Listed), &f.Balance, &f.State, &f.Version, &f.ByName, &f.CreatedMs)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "market.no_fund").At("fund")
	}
	return f, err
}

func fundOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Fund, error) {
	return scanFund(tx.Row(ctx, sqlFundByID, village, id))
}

// lockedFund reads a fund that stays as it is until the command ends: whether money comes in and what the fund may become
// are decided one after the other.
func lockedFund(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Fund, error) {
	if _, err := tx.Exec(ctx, `UPDATE fund SET state = state WHERE village = $1 AND id = $2`, village, id); err != nil {
		return Fund{}, err
	}
	return fundOf(ctx, tx, village, id)
}

// fundsOf lists the funds with the households on their lists.
func fundsOf(ctx context.Context, tx *store.Tx, village core.Area) ([]Fund, error) {
	funds, at := []Fund{}, map[core.ID]int{}
	err := tx.Rows(ctx, sqlFunds, func(r store.Row) error {
		f, err := scanFund(r)
		at[f.ID] = len(funds)
		funds = append(funds, f)
		return err
	}, village)
	if err != nil || len(funds) == 0 {
		return funds, err
	}
	return funds, tx.Rows(ctx, `SELECT fund, household FROM fund_household WHERE village = $1 ORDER BY fund, household`, func(r store.Row) error {
		var fund, household core.ID
		err := r.Scan(&fund, &household)
		if i, known := at[fund]; known {
			funds[i].Households = append(funds[i].Households, household)
		}
		return err
	}, village)
}

const sqlWriteFund = `INSERT INTO fund (village, id, name, donor, purpose, listed, balance, state, version, by_name, created_ms)
	VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10)
	ON CONFLICT (village, id) DO UPDATE SET name = excluded.name, donor = excluded.donor, purpose = excluded.purpose, listed = excluded.listed,
		state = excluded.state, version = excluded.version
	WHERE fund.version = $11`

// writeFund says whether the fund still was at the version seen.
func writeFund(ctx context.Context, tx *store.Tx, village core.Area, f Fund, seen int64) (bool, error) {
	n, err := tx.Exec(ctx, sqlWriteFund, village, f.ID, f.Name, f.Donor, f.Purpose, store.Flag(f.Listed), string(f.State), f.Version, f.ByName, f.CreatedMs, seen)
	return n == 1, err
}

// wasGiven says that money came into the fund and was not taken back.
func wasGiven(ctx context.Context, tx *store.Tx, village core.Area, fund core.ID) (bool, error) {
	var n int
	err := tx.Row(ctx, `SELECT COUNT(*) FROM shop_grant WHERE village = $1 AND fund = $2 AND reversed = 0`, village, fund).Scan(&n)
	return n > 0, err
}

// writeFundHouseholds replaces a fund's list; every household on it must be on the village's.
func writeFundHouseholds(ctx context.Context, tx *store.Tx, village core.Area, f Fund) error {
	if _, err := tx.Exec(ctx, `DELETE FROM fund_household WHERE village = $1 AND fund = $2`, village, f.ID); err != nil {
		return err
	}
	for _, home := range f.Households {
		var n int
		if err := tx.Row(ctx, `SELECT COUNT(*) FROM household WHERE village = $1 AND id = $2`, village, home).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "directory.no_household").At("households")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO fund_household (village, fund, household) VALUES ($1, $2, $3)
			ON CONFLICT (village, fund, household) DO NOTHING`, village, f.ID, home); err != nil {
			return err
		}
	}
	return nil
}

// moveFund changes what a fund holds and says whether that was possible.
func moveFund(ctx context.Context, tx *store.Tx, village core.Area, id core.ID, change core.Fen) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE fund SET balance = balance + $1 WHERE village = $2 AND id = $3 AND balance + $1 >= 0`, change, village, id)
	return n == 1, err
}

const sqlOnFundList = `SELECT COUNT(*) FROM fund f
	LEFT JOIN fund_household h ON h.village = f.village AND h.fund = f.id AND h.household = $1
	WHERE f.village = $2 AND f.id = $3 AND (f.listed = 0 OR h.household = $1)`

// onFundList says whether a household may have what the fund pays for.
func onFundList(ctx context.Context, tx *store.Tx, village core.Area, fund, household core.ID) (bool, error) {
	var n int
	err := tx.Row(ctx, sqlOnFundList, household, village, fund).Scan(&n)
	return n > 0, err
}

// heldBy is what all restricted funds hold together.
func heldBy(ctx context.Context, tx *store.Tx, village core.Area) (held core.Fen, err error) {
	err = tx.Row(ctx, `SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM fund WHERE village = $1`, village).Scan(&held)
	return held, err
}
