package seal

const sqlTile = `SELECT hashes FROM seal_tile WHERE village = $1 AND tree = $2 AND hashing = $3 AND level = $4 AND n = $5`

const sqlSaveTile = `INSERT INTO seal_tile (village, tree, hashing, level, n, hashes) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (village, tree, hashing, level, n) DO UPDATE SET hashes = excluded.hashes`

const sqlNewest = `SELECT size, at_ms, note FROM checkpoint WHERE village = $1 AND tree = $2 AND hashing = $3
	ORDER BY size DESC LIMIT 1`

const sqlOfSize = `SELECT size, at_ms, note FROM checkpoint WHERE village = $1 AND tree = $2 AND hashing = $3 AND size = $4`

const sqlPage = `SELECT size, at_ms, note FROM checkpoint WHERE village = $1 AND tree = $2 AND hashing = $3 AND size < $4
	ORDER BY size DESC LIMIT $5`

const sqlAllOf = `SELECT hashing, size, note FROM checkpoint WHERE village = $1 AND tree = $2 ORDER BY hashing, size`

const sqlInsertCheckpoint = `INSERT INTO checkpoint (village, tree, hashing, size, at_ms, note) VALUES ($1, $2, $3, $4, $5, $6)`

const sqlKeys = `SELECT public, from_ms, until_ms FROM sign_key ORDER BY from_ms, name`

const sqlCurrentKey = `SELECT name, from_ms FROM sign_key WHERE until_ms = 0`

const sqlInsertKey = `INSERT INTO sign_key (name, public, from_ms, until_ms) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING`

const sqlEndKey = `UPDATE sign_key SET until_ms = $1 WHERE until_ms = 0`

const sqlNewestOfAll = `SELECT COALESCE(MAX(at_ms), 0) FROM checkpoint`
