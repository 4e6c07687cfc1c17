package store

import (
	"context"
	"errors"
	"fmt"
)

// errOtherEngine is for the methods below that only one engine has.
var errOtherEngine = errors.New("store: this engine copies its data in another way")

// CopyTo writes the whole database, as it is at one moment, to a file that must not exist yet. It is for SQLite; writers
// go on meanwhile and do not wait. The copy is not flushed to the disk.
func (s *Store) CopyTo(ctx context.Context, path string) error {
	db, ok := s.engine.(*sqliteDB)
	if !ok {
		return errOtherEngine
	}
	return fault(db.copyTo(ctx, path))
}

// copyTo has SQLite itself write the copy. The connection is a fresh one: the readers may not write anywhere, and the
// writer has other things to do. While it reads, the write-ahead log cannot be emptied and grows.
func (db *sqliteDB) copyTo(ctx context.Context, path string) error {
	conn := &sqliteConn{dsn: sqliteDSN(db.path, "busy_timeout(10000)", fmt.Sprintf("cache_size(-%d)", sqliteReadKiB))}
	defer conn.drop()
	_, err := conn.exec(ctx, "VACUUM INTO $1", []any{path})
	return err
}

// Exported is a View whose snapshot other connections can read too, for PostgreSQL's own tools: fn is given its name,
// and the name of the schema that our tables are in.
func (s *Store) Exported(ctx context.Context, fn func(ctx context.Context, tx *Tx, snapshot, schema string) error) error {
	if _, ok := s.engine.(*postgresDB); !ok {
		return errOtherEngine
	}
	return s.View(ctx, func(ctx context.Context, tx *Tx) error {
		// The transaction stands idle for as long as a tool works with the snapshot.
		if _, err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
			return err
		}
		var snapshot, schema string
		if err := tx.Row(ctx, `SELECT pg_export_snapshot(), CAST(current_schema() AS TEXT)`).Scan(&snapshot, &schema); err != nil {
			return err
		}
		return fn(ctx, tx, snapshot, schema)
	})
}

// Newest is the number of the newest migration this program knows.
func Newest() (int, error) {
	known, err := migrations()
	return len(known), err
}

// Schema is the number of migrations the database has had; 0 if it has none of our tables. It changes nothing, and
// refuses what Migrate refuses.
func (s *Store) Schema(ctx context.Context) (version int, err error) {
	known, err := migrations()
	if err != nil {
		return 0, err
	}
	err = s.View(ctx, func(ctx context.Context, tx *Tx) error {
		ours, err := s.engine.ours(ctx, tx)
		if err != nil || !ours {
			return err
		}
		done, err := sums(ctx, tx)
		if err != nil {
			return err
		}
		version = len(done)
		return comparable(known, done)
	})
	return version, err
}

func (db *sqliteDB) ours(ctx context.Context, tx *Tx) (found bool, err error) {
	err = tx.Row(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'`).Scan(Bool(&found))
	return found, err
}

func (db *postgresDB) ours(ctx context.Context, tx *Tx) (found bool, err error) {
	err = tx.Row(ctx, `SELECT count(*) FROM pg_class WHERE relname = 'schema_version' AND pg_table_is_visible(oid)`).Scan(Bool(&found))
	return found, err
}
