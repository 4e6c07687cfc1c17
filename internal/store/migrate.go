package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"

	"qunyan/internal/errs"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one numbered script, NNNN_name.sql. Once released it never changes; its checksum is kept to prove it.
type migration struct {
	version int64
	name    string
	text    string
	sum     string
}

// Migrate brings the schema to this program's version and says how many scripts it ran. It refuses a schema that is
// newer than the program (store.schema_newer), and one whose scripts are not ours (store.schema_foreign).
func (s *Store) Migrate(ctx context.Context, nowMs int64) (int, error) {
	known, err := migrations()
	if err != nil {
		return 0, err
	}
	applied := 0
	err = s.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		applied = 0
		if err := s.engine.migrating(ctx, tx); err != nil {
			return err
		}
		done, err := s.applied(ctx, tx)
		if err != nil {
			return err
		}
		if err := comparable(known, done); err != nil {
			return err
		}
		for _, m := range known[len(done):] {
			if err := s.apply(ctx, tx, m, nowMs); err != nil {
				return fmt.Errorf("migration %s: %w", m.name, err)
			}
			applied++
		}
		if applied == 0 {
			return nil
		}
		return s.engine.migrated(ctx, tx)
	})
	return applied, err
}

// applied reads the checksums of what has run, in order, making the table of them on first use.
func (s *Store) applied(ctx context.Context, tx *Tx) ([]string, error) {
	create, err := s.engine.script(ctx, `CREATE TABLE IF NOT EXISTS schema_version (
		version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, sum TEXT NOT NULL, applied_ms BIGINT NOT NULL) STRICT`)
	if err != nil {
		return nil, err
	}
	if _, err := tx.q.exec(ctx, create, nil); err != nil {
		return nil, err
	}
	return sums(ctx, tx)
}

// sums reads the checksums of the scripts that have run, in order.
func sums(ctx context.Context, tx *Tx) (all []string, err error) {
	err = tx.Rows(ctx, `SELECT sum FROM schema_version ORDER BY version`, func(r Row) error {
		var sum string
		if err := r.Scan(&sum); err != nil {
			return err
		}
		all = append(all, sum)
		return nil
	})
	return all, err
}

func comparable(known []migration, done []string) error {
	if len(done) > len(known) {
		return errs.New(errs.Conflict, "store.schema_newer", "have", len(done), "know", len(known))
	}
	for i, sum := range done {
		if known[i].sum != sum {
			return errs.New(errs.Conflict, "store.schema_foreign", "version", known[i].version)
		}
	}
	return nil
}

func (s *Store) apply(ctx context.Context, tx *Tx, m migration, nowMs int64) error {
	text, err := s.engine.script(ctx, withoutComments(m.text))
	if err != nil {
		return err
	}
	for _, part := range strings.Split(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		if _, err := tx.q.exec(ctx, part, nil); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO schema_version (version, name, sum, applied_ms) VALUES ($1, $2, $3, $4)`, m.version, m.name, m.sum, nowMs)
	return err
}

// withoutComments drops "-- …"; scripts hold no string literal with two dashes or a semicolon.
func withoutComments(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i], _, _ = strings.Cut(l, "--")
	}
	return strings.Join(lines, "\n")
}

func migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	out := make([]migration, 0, len(names))
	for i, path := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(path, "migrations/"), ".sql")
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil || version != int64(i+1) {
			return nil, fmt.Errorf("store: migration %s is not number %d", name, i+1)
		}
		text, err := migrationFiles.ReadFile(path)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		out = append(out, migration{version, name, string(text), hex.EncodeToString(sum[:])})
	}
	return out, nil
}
