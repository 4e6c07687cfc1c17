package ledger

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// The book's row is the village's lock: this statement comes first, whoever posts. It makes the row at the first line.
const sqlTake = `INSERT INTO book (village, last_no, last_ms, closed) VALUES ($1, $2, $3, 0)
	ON CONFLICT (village) DO UPDATE SET last_no = book.last_no + excluded.last_no,
		last_ms = CASE WHEN excluded.last_ms > book.last_ms THEN excluded.last_ms ELSE book.last_ms END
	RETURNING last_no, last_ms, closed`

// Locking without taking a number leaves the row as it is.
const sqlLock = `INSERT INTO book (village, last_no, last_ms, closed) VALUES ($1, 0, 0, 0)
	ON CONFLICT (village) DO UPDATE SET last_no = book.last_no
	RETURNING last_no, last_ms, closed, closing`

const sqlBalance = `SELECT balance FROM account WHERE village = $1 AND kind = $2 AND owner = $3`

const sqlBalances = `SELECT kind, owner, balance FROM account WHERE village = $1`

// The three ways to change one account: whatever comes of it; not below zero; not below what is on hold at the book's
// time, which the statement before has brought up to date.
const (
	sqlMove = `INSERT INTO account (village, kind, owner, balance, lines) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (village, kind, owner) DO UPDATE SET balance = account.balance + excluded.balance,
			lines = account.lines + excluded.lines
		RETURNING balance`
	sqlSpend = `UPDATE account SET balance = balance + $1, lines = lines + $2
		WHERE village = $3 AND kind = $4 AND owner = $5 AND balance + $1 >= 0
		RETURNING balance`
	sqlSpendFree = `UPDATE account SET balance = balance + $1, lines = lines + $2
		WHERE village = $3 AND kind = $4 AND owner = $5 AND balance + $1 >= (
			SELECT COALESCE(SUM(h.points), 0) FROM hold h
			WHERE h.village = $3 AND h.owner = $5 AND h.state = 'pending'
				AND h.expires_ms > (SELECT k.last_ms FROM book k WHERE k.village = $3))
		RETURNING balance`
)

// For many accounts at once the balances were read under the lock, and each account is written once.
const sqlSettleAccount = `INSERT INTO account (village, kind, owner, balance, lines) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (village, kind, owner) DO UPDATE SET balance = excluded.balance, lines = account.lines + excluded.lines`

const sqlInsertLine = `INSERT INTO line (village, no, voucher, day, at_ms, kind, category, debit, credit, owner, amount,
	debit_after, credit_after, ref, reverses, memo_zh, memo_en, actor, memo)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`

const sqlHouseholdBalances = `SELECT
	COALESCE((SELECT b.balance FROM account b WHERE b.village = $1 AND b.owner = $2 AND b.kind = $3), 0),
	COALESCE((SELECT s.balance FROM account s WHERE s.village = $1 AND s.owner = $2 AND s.kind = $4), 0),
	(SELECT CAST(COALESCE(SUM(h.points), 0) AS BIGINT) FROM hold h
		WHERE h.village = $1 AND h.owner = $2 AND h.state = 'pending' AND h.expires_ms > $5)`

const sqlAllBalances = `SELECT kind, owner, balance FROM account WHERE village = $1 AND kind BETWEEN $2 AND $3`

const sqlPending = `SELECT owner, points FROM hold WHERE village = $1 AND state = 'pending' AND expires_ms > $2`

const sqlOwners = `SELECT owner FROM account WHERE village = $1 AND kind = $2 AND owner BETWEEN $3 AND $4`

// A line's texts are its own, or those of the memo it names. $1 is the village.
const lineColumns = `l.no, l.voucher, l.day, l.at_ms, l.kind, l.category, l.debit, l.credit, l.owner, l.amount, l.debit_after,
	l.credit_after, l.ref, l.reverses,
	COALESCE((SELECT m.zh FROM memo m WHERE m.village = $1 AND m.id = l.memo), l.memo_zh),
	COALESCE((SELECT m.en FROM memo m WHERE m.village = $1 AND m.id = l.memo), l.memo_en), l.actor`

const sqlLine = `SELECT ` + lineColumns + ` FROM line l WHERE l.village = $1 AND l.no = $2`

// The lines of a voucher stand together, so the first line of another voucher ends it.
const sqlVoucher = `SELECT ` + lineColumns + ` FROM line l
	WHERE l.village = $1 AND l.no >= $2 AND l.no < COALESCE((
		SELECT n.no FROM line n WHERE n.village = $1 AND n.no > $2 AND n.voucher > $2 ORDER BY n.no LIMIT 1),
		9223372036854775807)
	ORDER BY l.no`

const sqlLinesBetween = `SELECT ` + lineColumns + ` FROM line l WHERE l.village = $1 AND l.no > $2 AND l.no <= $3 ORDER BY l.no`

// sqlUnsealed finds books whose newest line no checkpoint covers (tree 1 is the book), and that had none lately.
const sqlUnsealed = `SELECT b.village FROM book b
	WHERE b.last_no > COALESCE((SELECT MAX(c.size) FROM checkpoint c WHERE c.village = b.village AND c.tree = 1 AND c.hashing = $1), 0)
		AND COALESCE((SELECT MAX(c.at_ms) FROM checkpoint c WHERE c.village = b.village AND c.tree = 1 AND c.hashing = $1), 0) < $2
		AND b.village > $3
	ORDER BY b.village LIMIT 500`

// BETWEEN, because SQLite puts the value of "reverses = $2" into "reverses <> 0" too, and then no longer sees that the
// partial index holds the row.
const sqlReversalOf = `SELECT no FROM line WHERE village = $1 AND reverses BETWEEN $2 AND $2 AND reverses <> 0`

// fields are where the columns of lineColumns go. Kinds and accounts go in as the numbers they are, which the drivers
// know without reflection.
func (l *Line) fields() []any {
	return []any{&l.No, &l.Voucher, &l.Day, &l.AtMs, (*int64)(&l.Kind), &l.Category, (*int64)(&l.Debit), (*int64)(&l.Credit), &l.Owner, &l.Amount,
		&l.DebitAfter, &l.CreditAfter, &l.Ref, &l.Reverses, &l.MemoZh, &l.MemoEn, &l.Actor}
}

func scanLine(r store.Row) (Line, error) {
	var l Line
	err := r.Scan(l.fields()...)
	return l, err
}

func lineByNo(ctx context.Context, tx *store.Tx, village core.Area, no int64) (Line, error) {
	l, err := scanLine(tx.Row(ctx, sqlLine, village, no))
	if errors.Is(err, store.ErrNone) {
		return l, errs.New(errs.NotFound, "ledger.no_line")
	}
	return l, err
}

const sqlInsertHold = `INSERT INTO hold (village, id, owner, points, state, ref, expires_ms, created_ms, ended_ms, line)
	VALUES ($1, $2, $3, $4, 'pending', $5, $6, $7, 0, 0)`

const sqlHold = `SELECT id, owner, points, state, ref, expires_ms, created_ms, ended_ms, line FROM hold WHERE village = $1 AND id = $2`

const sqlEndHold = `UPDATE hold SET state = $1, ended_ms = $2 WHERE village = $3 AND id = $4 AND state = 'pending'`

const sqlExpireHolds = `UPDATE hold SET state = 'expired', ended_ms = expires_ms
	WHERE village = $1 AND state = 'pending' AND expires_ms <= $2`

const closingColumns = `month, first_no, last_no, claims, points, deducted, moved, actor, actor_name, at_ms`

const sqlClosing = `SELECT ` + closingColumns + ` FROM book_close WHERE village = $1 AND month = $2`

const sqlClosings = `SELECT ` + closingColumns + ` FROM book_close WHERE village = $1 ORDER BY month`

const sqlInsertClosing = `INSERT INTO book_close (village, month, first_no, last_no, claims, points, deducted, moved, actor, actor_name, at_ms)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

const (
	sqlClose      = `UPDATE book SET closed = $1, closing = 0 WHERE village = $2 AND closed < $1`
	sqlBeginClose = `UPDATE book SET closing = $1 WHERE village = $2`
)

const sqlHoldLine = `UPDATE hold SET line = $1 WHERE village = $2 AND id = $3`

// A page of lines with what stands beside each. Every join is by a whole key, so the page costs its own rows only. $1 is
// the village.
const sqlPage = `SELECT ` + lineColumns + `,
	COALESCE((SELECT r.no FROM line r WHERE r.village = $1 AND r.reverses = l.no AND r.reverses <> 0), 0),
	COALESCE(h.number, 0), COALESCE(h.head, ''), COALESCE(s.name, ''),
	COALESCE(c.by_name, s.name, ''), COALESCE(c.reviewer_name, '')
	FROM line l
	LEFT JOIN household h ON h.village = l.village AND h.id = l.owner
	LEFT JOIN staff s ON s.id = l.actor
	LEFT JOIN claim c ON c.village = l.village AND c.id = l.ref AND l.category <> ''`

const sqlPageLine = sqlPage + ` WHERE l.village = $1 AND l.no = $2`

const sqlBookPage = sqlPage + ` WHERE l.village = $1 AND l.no < $2 ORDER BY l.no DESC LIMIT $3`

// 18 is MemberPoints: a member's year is the owner of its lines, and no household.
const sqlPassbookPage = sqlPage + ` WHERE l.village = $1 AND l.owner = $2 AND l.no < $3 AND l.debit <> 18 AND l.credit <> 18
	ORDER BY l.no DESC LIMIT $4`

const sqlStatement = `SELECT kind, CAST(SUM(balance) AS BIGINT), CAST(SUM(lines) AS BIGINT), COUNT(*)
	FROM account WHERE village = $1 GROUP BY kind ORDER BY kind`

func scanBookLine(r store.Row) (BookLine, error) {
	var b BookLine
	err := r.Scan(append(b.Line.fields(), &b.ReversedBy, &b.Number, &b.Head, &b.PostedBy, &b.RecordedBy, &b.ReviewedBy)...)
	return b, err
}

// The statements of Verify.

// sqlNextVillage steps to the next village that has anything in a book, without reading the lines of the last.
const sqlNextVillage = `SELECT COALESCE(MIN(t.v), 0) FROM (
	SELECT MIN(village) AS v FROM book WHERE village > $1
	UNION ALL SELECT MIN(village) AS v FROM line WHERE village > $1
	UNION ALL SELECT MIN(village) AS v FROM account WHERE village > $1
	UNION ALL SELECT MIN(village) AS v FROM book_close WHERE village > $1) t`

const sqlBook = `SELECT last_no, last_ms, closed, closing FROM book WHERE village = $1`

const sqlHouseholdIDs = `SELECT id FROM household WHERE village = $1`

const sqlMemberYears = `SELECT id FROM branch_year WHERE village = $1`

const sqlOpeningOf = `SELECT MAX(no) FROM line WHERE village = $1 AND owner = $2 AND kind = $3 HAVING COUNT(*) > 0`

const sqlHouseholdChanges = `SELECT id, CASE WHEN kind = 'arrive' THEN 0 ELSE household END, CASE WHEN kind = 'arrive' THEN household ELSE other END, far_village
	FROM household_change WHERE village = $1 AND voucher <> 0`

// What a village's book gave a household that moved away, for the book of the other village.
const sqlGivenAway = `SELECT CAST(COALESCE(SUM(spendable), 0) AS BIGINT) FROM household_change
	WHERE village = $1 AND id = $2 AND kind = 'move' AND state = 'done' AND far_village = $3 AND voucher <> 0`

const sqlReversals = `SELECT r.no, COALESCE(o.no, 0), COALESCE(o.voucher, 0), COALESCE(o.kind, 0), COALESCE(o.category, ''), COALESCE(o.debit, 0),
		COALESCE(o.credit, 0), COALESCE(o.owner, 0), COALESCE(o.amount, 0), COALESCE(o.ref, 0)
	FROM line r LEFT JOIN line o ON o.village = r.village AND o.no = r.reverses
	WHERE r.village = $1 AND r.reverses <> 0`

// sqlAllLines gives the lines as they lie there, with the number of the memo in the place of its texts.
const sqlAllLines = `SELECT no, voucher, day, at_ms, kind, category, debit, credit, owner, amount, debit_after, credit_after, ref,
	reverses, memo_zh, memo_en, actor, memo FROM line WHERE village = $1 ORDER BY no`

const sqlAllAccounts = `SELECT kind, owner, balance, lines FROM account WHERE village = $1 ORDER BY kind, owner`

const sqlCounts = `SELECT month, topic, item, n, amount FROM tally
	WHERE village = $1 AND topic IN ($2, $3, $4, $5, $6, $7, $8, $9) ORDER BY month, topic, item`

const sqlGoodsCost = `SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) FROM item WHERE village = $1`

const sqlFunds = `SELECT f.name, f.balance,
		COALESCE((SELECT CAST(SUM(g.amount) AS BIGINT) FROM shop_grant g WHERE g.village = $1 AND g.fund = f.id AND g.reversed = 0), 0),
		COALESCE((SELECT CAST(SUM(l.cost) AS BIGINT) FROM lot l WHERE l.village = $1 AND l.fund = f.id AND l.kind = 'bought' AND l.reversed = 0), 0)
	FROM fund f WHERE f.village = $1 ORDER BY f.id`
