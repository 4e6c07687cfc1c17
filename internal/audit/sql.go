package audit

import "qunyan/internal/store"

const insertSQL = `INSERT INTO audit
	(village, id, at_ms, actor_kind, actor, actor_name, from_addr, request, action, subject, subject_id, before, after)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

// nextAreaSQL hops from one area that has lines to the next without reading the lines in between; 0 after the last. One
// recursive statement could take all hops, but not where the villages are spread over machines.
const nextAreaSQL = `SELECT COALESCE(MIN(village), 0) FROM audit WHERE village >= $1 AND village <= $2`

const listSQL = `SELECT ` + recordColumns + ` FROM audit a
	WHERE village = $1 AND id > $2 AND id < $3 AND at_ms >= $4 AND at_ms <= $5 AND action LIKE $6 ESCAPE '\'
	AND (actor = $7 OR $7 = 0) AND (actor_name LIKE $8 ESCAPE '\' OR subject_id LIKE $8 ESCAPE '\')
	ORDER BY id DESC LIMIT $9`

func scanRecord(r store.Row) (rec Record, err error) {
	err = r.Scan(&rec.Area, &rec.ID, &rec.AtMs, &rec.ActorKind, &rec.Actor, &rec.ActorName, &rec.From, &rec.Request,
		&rec.Action, &rec.Subject, &rec.SubjectID, &rec.Before, &rec.After)
	return rec, err
}

const recordColumns = `a.village, a.id, a.at_ms, a.actor_kind, a.actor, a.actor_name, a.from_addr, a.request, a.action, a.subject,
	a.subject_id, a.before, a.after`

const leavesSQL = `SELECT ` + recordColumns + ` FROM audit_leaf l JOIN audit a ON a.village = l.village AND a.id = l.id
	WHERE l.village = $1 AND l.no > $2 AND l.no <= $3 ORDER BY l.no`

const leafSQL = `SELECT id FROM audit_leaf WHERE village = $1 AND no = $2`

const lastLeafSQL = `SELECT COALESCE(MAX(no), 0) FROM audit_leaf WHERE village = $1`

const insertLeafSQL = `INSERT INTO audit_leaf (village, no, id) VALUES ($1, $2, $3)`

const unsealedSQL = `SELECT a.id FROM audit a WHERE a.village = $1 AND a.id > $2
	AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.village = $1 AND l.id = a.id)
	ORDER BY a.id LIMIT $3`

const leftSQL = `SELECT COUNT(*) FROM audit a WHERE a.village = $1 AND a.id > $2
	AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.village = $1 AND l.id = a.id)`

const slippedSQL = `SELECT a.id FROM audit a WHERE a.village = $1 AND a.id < $2
	AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.village = $1 AND l.id = a.id)
	ORDER BY a.id LIMIT 1`
