package storetest

import (
	"bufio"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver of database/sql
)

// A fixture is a database as a release left it, for every engine: a gzip'ed file with one JSON value a line. First the
// migrations as that release ran them, then the rows of each table.
type fixtureLine struct {
	Script  string   `json:"script,omitempty"`
	Into    string   `json:"into,omitempty"`
	Columns []string `json:"columns,omitempty"`
	Row     []any    `json:"row,omitempty"` // of the table named last; bytes are {"hex": …}
}

type fixtureBytes struct {
	Hex string `json:"hex"`
}

// schemaVersion is the table that every release makes before its first migration.
const schemaVersion = `CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, sum TEXT NOT NULL, applied_ms BIGINT NOT NULL) STRICT`

// Keep writes the SQLite database at an address into a fixture. scripts are the migrations that made its schema.
func Keep(t testing.TB, address, path string, scripts ...string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	gz, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	out := json.NewEncoder(gz)
	out.SetEscapeHTML(false)
	put(t, out, fixtureLine{Script: schemaVersion})
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		put(t, out, fixtureLine{Script: string(text)})
	}
	db, err := sql.Open("sqlite", strings.TrimPrefix(address, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables(t, db) {
		keepTable(t, db, out, table)
	}
	if err := errors.Join(db.Close(), gz.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, out *json.Encoder, line fixtureLine) {
	t.Helper()
	if err := out.Encode(line); err != nil {
		t.Fatal(err)
	}
}

func tables(t testing.TB, db *sql.DB) (names []string) {
	t.Helper()
	rows, err := db.Query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

func keepTable(t testing.TB, db *sql.DB, out *json.Encoder, table string) {
	t.Helper()
	rows, err := db.Query(`SELECT * FROM "` + table + `" ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	put(t, out, fixtureLine{Into: table, Columns: columns})
	for rows.Next() {
		row, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			at[i] = &row[i]
		}
		if err := rows.Scan(at...); err != nil {
			t.Fatal(err)
		}
		for i := range row {
			if b, ok := row[i].([]byte); ok {
				row[i] = fixtureBytes{hex.EncodeToString(b)}
			}
		}
		put(t, out, fixtureLine{Row: row})
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// Load fills the empty database at an address with a fixture.
func Load(t testing.TB, address, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	gz, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	to := openLoader(t, address)
	defer to.close()
	in := json.NewDecoder(bufio.NewReader(gz))
	in.UseNumber()
	insert := ""
	for {
		var line fixtureLine
		err := in.Decode(&line)
		switch {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.Fatal(err)
		case line.Script != "":
			to.script(line.Script)
		case line.Into != "":
			insert = insertInto(line.Into, line.Columns)
		default:
			to.exec(insert, values(t, line.Row)...)
		}
	}
}

func insertInto(table string, columns []string) string {
	marks := make([]string, len(columns))
	for i := range columns {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, table, strings.Join(columns, ", "), strings.Join(marks, ", "))
}

func values(t testing.TB, row []any) []any {
	t.Helper()
	for i := range row {
		switch v := row[i].(type) {
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				t.Fatal(err)
			}
			row[i] = n
		case map[string]any:
			b, err := hex.DecodeString(fmt.Sprint(v["hex"]))
			if err != nil {
				t.Fatal(err)
			}
			row[i] = b
		}
	}
	return row
}

// loader is a connection of either engine inside one transaction.
type loader struct {
	t     testing.TB
	exec  func(text string, args ...any)
	spell *strings.Replacer
	close func()
}

func openLoader(t testing.TB, address string) *loader {
	t.Helper()
	ctx := context.Background()
	l := &loader{t: t}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		must(os.MkdirAll(filepath.Dir(path), 0o700))
		db, err := sql.Open("sqlite", path)
		must(err)
		tx, err := db.Begin()
		must(err)
		l.exec = func(text string, args ...any) { t.Helper(); _, err := tx.Exec(text, args...); must(err) }
		l.spell = strings.NewReplacer("BIGINT", "INTEGER")
		l.close = func() { must(errors.Join(tx.Commit(), db.Close())) }
		return l
	}
	conn, err := pgx.Connect(ctx, address)
	must(err)
	tx, err := conn.Begin(ctx)
	must(err)
	l.exec = func(text string, args ...any) { t.Helper(); _, err := tx.Exec(ctx, text, args...); must(err) }
	l.spell = strings.NewReplacer(") STRICT, WITHOUT ROWID", ")", ") STRICT", ")", "BLOB", "BYTEA")
	l.close = func() { must(errors.Join(tx.Commit(ctx), conn.Close(ctx))) }
	return l
}

// script runs a migration as the release did: in the engine's spelling, without comments.
func (l *loader) script(text string) {
	l.t.Helper()
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i], _, _ = strings.Cut(lines[i], "--")
	}
	parts := strings.Split(l.spell.Replace(strings.Join(lines, "\n")), ";")
	for _, part := range slices.DeleteFunc(parts, func(p string) bool { return strings.TrimSpace(p) == "" }) {
		l.exec(part)
	}
}
