package rawloop

const sqlTake = `INSERT INTO book (village, last_no, last_ms, closed) VALUES ($1, $2, $3, 0)
	ON CONFLICT (village) DO UPDATE SET last_no = book.last_no + excluded.last_no, last_ms = excluded.last_ms`

const sqlMove = `INSERT INTO account (village, kind, owner, balance, lines) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (village, kind, owner) DO UPDATE SET balance = account.balance + excluded.balance, lines = account.lines + excluded.lines`

const sqlLine = `INSERT INTO line (village, no, voucher, day, at_ms, kind, category, debit, credit, owner, amount,
	debit_after, credit_after, ref, reverses, memo_zh, memo_en, actor, memo)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`

const sqlItem = `UPDATE item SET qty = qty - $1, cost = cost - $2 WHERE village = $3 AND id = $4`

const sqlTally = `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (village, month, topic, item) DO UPDATE SET n = tally.n + excluded.n, amount = tally.amount + excluded.amount`

const sqlMovement = `INSERT INTO movement (village, id, item, kind, qty, cost, qty_after, ref, note, line, by_id, by_name, created_ms)
	VALUES ($1, $2, $3, 'redeem', -1, -400, 100, $4, '', 0, 1, '王秀英', $5)`

const sqlRedemption = `INSERT INTO redemption (village, id, no, household, day, points, cost, balance, items, state,
	by_id, by_name, created_ms, void_by, void_name, void_reason, void_ms)
	VALUES ($1, $2, $3, $4, $5, $6, $7, 1000, $8, 'settled', 1, '王秀英', $9, 0, '', '', 0)`

const sqlAudit = `INSERT INTO audit (village, id, at_ms, actor_kind, actor, actor_name, from_addr, request, action, subject, subject_id, before, after)
	VALUES ($1, $2, $3, 'staff', 1, '王秀英', '127.0.0.1', '0192f3a07c1e7d2a', 'market.redeem', 'redemption', $4, '', $5)`

const sqlIntent = `INSERT INTO intent (village, key, hash, answer, at_ms) VALUES ($1, $2, $3, $4, $5)`

const sqlMemo = `INSERT INTO memo (village, id, zh, en) VALUES ($1, 1, $2, $3)`

const sqlHousehold = `INSERT INTO household (village, id, grp, number, head, pinyin, initials, sort, cadre, members, state, version, created_ms, changed_ms)
	VALUES ($1, $2, 0, $3, '王建国', 'wang jian guo', 'wjg', 'wang jian guo', 0, 0, 'active', 1, 0, 0)`

const sqlClaim = `INSERT INTO claim (village, id, household, version, rule, category, day, month, step, qty, points, asked, event, note,
		proof, photo, state, source, sheet, by_kind, by_id, by_name, reviewer, reviewer_name, reviewed_ms, reason, notice,
		version_no, created_ms, changed_ms)
	VALUES ($1, $2, $3, 1, $4, 'council', $5, $6, -1, 1, 2, 2, '', '', '', 0, 'noticed', 'sheet', 0, 'staff', 1, '张文书', 2, '赵监督',
		0, '', 1, 2, 0, 0)`

const sqlNotice = `INSERT INTO notice (village, id, month, seq, from_day, to_day, claims, points, state, by_name, published_ms)
	VALUES ($1, 1, $2, 1, $3, $3, $4, $5, 'open', '张文书', 0)`

// merging says which rows of a statement are one where many go into one statement, which cannot change a row twice: those
// whose keys (the numbers of parameters, from 0) are the same. What stands in adds is summed.
type merging struct{ keys, adds []int }

var merges = map[string]merging{
	sqlTake:  {keys: []int{0}, adds: []int{1}},
	sqlMove:  {keys: []int{0, 1, 2}, adds: []int{3, 4}},
	sqlItem:  {keys: []int{2, 3}, adds: []int{0, 1}},
	sqlTally: {keys: []int{0, 1, 2, 3}, adds: []int{4, 5}},
}
