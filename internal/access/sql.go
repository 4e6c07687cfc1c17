package access

import (
	"context"
	"errors"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// account is a staff row with what only this package may see.
type account struct {
	Staff
	passHash      string
	totpSecret    string // sealed; with pendingMark before it while it does not count yet
	totpStep      int64
	fails         int64
	lockedUntilMs int64
}

const accountColumns = `st.id, st.login, st.name, st.state, st.must_change, st.village, st.household, st.created_ms,
	st.pass_hash, st.totp_secret, st.totp_step, st.fails, st.locked_until_ms`

const (
	accountByLoginSQL = `SELECT ` + accountColumns + ` FROM staff st WHERE st.login = $1`
	accountByIDSQL    = `SELECT ` + accountColumns + ` FROM staff st WHERE st.id = $1`
	grantsSQL         = `SELECT role, area FROM staff_grant WHERE staff = $1 ORDER BY area, role`

	insertStaffSQL = `INSERT INTO staff (id, login, name, pass_hash, village, household, state, must_change, created_ms, changed_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (login) DO NOTHING`
	updateStaffSQL  = `UPDATE staff SET name = $1, state = $2, village = $3, household = $4, changed_ms = $5 WHERE id = $6`
	insertGrantSQL  = `INSERT INTO staff_grant (staff, role, area) VALUES ($1, $2, $3)`
	deleteGrantsSQL = `DELETE FROM staff_grant WHERE staff = $1`

	resetPasswordSQL = `UPDATE staff SET pass_hash = $1, must_change = 1, totp_secret = '', totp_step = 0, fails = 0, locked_until_ms = 0, changed_ms = $2
		WHERE id = $3`
	changePasswordSQL = `UPDATE staff SET pass_hash = $1, must_change = 0, fails = 0, locked_until_ms = 0, changed_ms = $2
		WHERE id = $3 AND pass_hash = $4 AND locked_until_ms <= $2`
	// takeAccountSQL comes first in a command that decides by what the account's row says: of two such commands the second
	// then waits and reads what the first wrote.
	takeAccountSQL = `UPDATE staff SET changed_ms = changed_ms WHERE id = $1`
	clearFailsSQL  = `UPDATE staff SET fails = 0, locked_until_ms = 0 WHERE id = $1 AND (fails > 0 OR locked_until_ms > 0)`
	setFailsSQL    = `UPDATE staff SET fails = $1, locked_until_ms = $2 WHERE id = $3`
	setTotpSQL     = `UPDATE staff SET totp_secret = $1, changed_ms = $2 WHERE id = $3`
	useTotpStepSQL = `UPDATE staff SET totp_step = $1 WHERE id = $2 AND totp_step < $1`

	areaExistsSQL     = `SELECT code FROM area WHERE code = $1`
	householdStateSQL = `SELECT state FROM household WHERE village = $1 AND id = $2`
)

// sessionSQL gives one row per grant: a session, its account and its roles in one read.
const sessionSQL = `SELECT s.csrf, s.created_ms, s.seen_ms, s.expires_ms,
		st.id, st.login, st.name, st.state, st.must_change, st.totp_secret, st.village, st.household, st.created_ms,
		COALESCE(g.role, ''), COALESCE(g.area, 0)
	FROM session s JOIN staff st ON st.id = s.staff LEFT JOIN staff_grant g ON g.staff = s.staff
	WHERE s.token_hash = $1 AND s.kind = 'staff' ORDER BY g.area, g.role`

const (
	insertSessionSQL = `INSERT INTO session (token_hash, kind, staff, village, card, csrf, from_addr, created_ms, seen_ms, expires_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	touchSessionSQL     = `UPDATE session SET seen_ms = $1 WHERE token_hash = $2 AND seen_ms <= $3`
	endSessionSQL       = `DELETE FROM session WHERE token_hash = $1`
	endStaffSessionsSQL = `DELETE FROM session WHERE staff = $1 AND kind = 'staff'`
	purgeSessionsSQL    = `DELETE FROM session WHERE expires_ms <= $1`
)

// listStaffSQL takes the three ranges of codes that lie in an area: itself, one level and two levels down.
const listStaffSQL = `SELECT ` + accountColumns + ` FROM staff st
	WHERE st.login > $1 AND (st.login LIKE $2 ESCAPE '\' OR st.name LIKE $2 ESCAPE '\')
		AND EXISTS (SELECT 1 FROM staff_grant g WHERE g.staff = st.id
			AND (g.area = $3 OR g.area >= $4 AND g.area <= $5 OR g.area >= $6 AND g.area <= $7))
	ORDER BY st.login LIMIT $8`

func scanAccount(r store.Row) (a account, err error) {
	err = r.Scan(&a.ID, &a.Login, &a.Name, &a.State, store.Bool(&a.MustChange), &a.Village, &a.Household, &a.CreatedMs,
		&a.passHash, &a.totpSecret, &a.totpStep, &a.fails, &a.lockedUntilMs)
	a.TotpOn = totpCounts(a.totpSecret)
	return a, err
}

func totpCounts(secret string) bool { return secret != "" && !strings.HasPrefix(secret, pendingMark) }

func (a *account) readGrants(ctx context.Context, tx *store.Tx) error {
	return tx.Rows(ctx, grantsSQL, func(r store.Row) error {
		var g core.Grant
		err := r.Scan(&g.Role, &g.Area)
		a.Grants = append(a.Grants, g)
		return err
	}, a.ID)
}

// readAccount reads an account by its id; access.no_staff if there is none.
func readAccount(ctx context.Context, tx *store.Tx, id core.ID) (account, error) {
	a, err := scanAccount(tx.Row(ctx, accountByIDSQL, id))
	if errors.Is(err, store.ErrNone) {
		return account{}, errs.New(errs.NotFound, "access.no_staff")
	}
	if err != nil {
		return account{}, err
	}
	return a, a.readGrants(ctx, tx)
}

// takeAccount reads an account that the command is going to change, after whoever is changing it.
func takeAccount(ctx context.Context, tx *store.Tx, id core.ID) (account, error) {
	if _, err := tx.Exec(ctx, takeAccountSQL, id); err != nil {
		return account{}, err
	}
	return readAccount(ctx, tx, id)
}

func (s *Service) accountByID(ctx context.Context, id core.ID) (found account, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		found, err = readAccount(ctx, tx, id)
		return err
	})
	return found, err
}

// accountByLogin answers store.ErrNone if there is no such login.
func (s *Service) accountByLogin(ctx context.Context, login string) (found account, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if found, err = scanAccount(tx.Row(ctx, accountByLoginSQL, login)); err != nil {
			return err
		}
		return found.readGrants(ctx, tx)
	})
	return found, err
}

func readSession(ctx context.Context, tx *store.Tx, hash []byte) (s Session, seenMs int64, err error) {
	found := false
	err = tx.Rows(ctx, sessionSQL, func(r store.Row) error {
		found = true
		var g core.Grant
		var totp string
		err := r.Scan(&s.CSRF, &s.CreatedMs, &seenMs, &s.ExpiresMs,
			&s.Staff.ID, &s.Staff.Login, &s.Staff.Name, &s.Staff.State, store.Bool(&s.Staff.MustChange), &totp,
			&s.Staff.Village, &s.Staff.Household, &s.Staff.CreatedMs, &g.Role, &g.Area)
		s.Staff.TotpOn = totpCounts(totp)
		if g.Role != "" {
			s.Staff.Grants = append(s.Staff.Grants, g)
		}
		return err
	}, hash)
	if err == nil && !found {
		err = store.ErrNone
	}
	s.hash = hash
	return s, seenMs, err
}

func insertGrants(ctx context.Context, tx *store.Tx, staff core.ID, grants []core.Grant) error {
	return tx.Many(ctx, insertGrantSQL, len(grants), func(i int) []any {
		return []any{staff, string(grants[i].Role), grants[i].Area}
	})
}

func listStaff(ctx context.Context, tx *store.Tx, filter StaffFilter, page core.Page) (found []Staff, next string, err error) {
	a := filter.Area
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(strings.TrimSpace(filter.Query))) + "%"
	var accounts []account
	err = tx.Rows(ctx, listStaffSQL, func(r store.Row) error {
		one, err := scanAccount(r)
		accounts = append(accounts, one)
		return err
	}, page.Cursor, pattern, a, a*1000, a*1000+999, a*1_000_000, a*1_000_000+999_999, page.Size()+1)
	if err != nil {
		return nil, "", err
	}
	if len(accounts) > page.Size() {
		accounts = accounts[:page.Size()]
		next = accounts[len(accounts)-1].Login
	}
	for i := range accounts {
		if err := accounts[i].readGrants(ctx, tx); err != nil {
			return nil, "", err
		}
		found = append(found, accounts[i].Staff)
	}
	return found, next, nil
}

const areaNameSQL = `SELECT short FROM area WHERE code = $1`

// AreaNames gives the short name of each grant's area, in order; the code where the area is not known.
func (s *Service) AreaNames(ctx context.Context, grants []core.Grant) ([]string, error) {
	names := make([]string, len(grants))
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		for i, g := range grants {
			err := tx.Row(ctx, areaNameSQL, g.Area).Scan(&names[i])
			if errors.Is(err, store.ErrNone) {
				names[i], err = g.Area.String(), nil
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return names, err
}
