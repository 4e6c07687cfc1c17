package rawloop

const sqlTake = `INSERT INTO book (village, last_no, last_ms, closed) VALUES ($1, $2, $3, 0)
	ON CONFLICT (village) DO UPDATE SET last_no = book.last_no + excluded.last_no, last_ms = excluded.last_ms`

const sqlMove = `INSERT INTO account (village, kind, owner, balance, lines) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (village, kind, owner) DO UPDATE SET balance = account.balance + excluded.balance, lines = account.lines + excluded.lines`

const sqlLine = `INSERT INTO line (village, no, voucher, day, at_ms, kind, category, debit, credit, owner, amount,
	debit_after, credit_after, ref, reverses, memo_zh, memo_en, actor)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`

const sqlItem = `UPDATE item SET qty = qty - 1 WHERE village = $1 AND id = $2`

const sqlItemCost = `UPDATE item SET cost = cost - $1 WHERE village = $2 AND id = $3`

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
