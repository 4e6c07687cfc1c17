// Package storetest gives a test a real, migrated database of its own: a SQLite file, or a schema in the PostgreSQL that
// TEST_DATABASE_URL names. With TEST_DISTRIBUTE=1 the schema's tables are spread over the machines of that PostgreSQL.
package storetest

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Open gives a migrated store that is closed, and its data removed, when the test ends.
func Open(t testing.TB) *store.Store {
	t.Helper()
	return OpenURL(t, URL(t))
}

// migrated is a SQLite file with the schema and nothing else, made by the migrations themselves once in a run of a package's
// tests. Hundreds of tests begin with that file, and under the race detector the engine takes a second of a core to make it.
var migrated = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "qunyan-migrated-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "qunyan.db")
	st, err := store.Open(context.Background(), "sqlite:"+path, store.Options{})
	if err != nil {
		return nil, err
	}
	_, err = st.Migrate(context.Background(), 0)
	if err := errors.Join(err, st.Close()); err != nil { // closed, all of it is in the one file
		return nil, err
	}
	return os.ReadFile(path)
})

// begin puts the migrated file where a SQLite address names none yet. Migrating it afterwards finds nothing to do.
func begin(t testing.TB, address string) {
	t.Helper()
	path, sqlite := strings.CutPrefix(address, "sqlite:")
	if _, err := os.Stat(path); !sqlite || !errors.Is(err, os.ErrNotExist) {
		return
	}
	content, err := migrated()
	if err == nil {
		err = os.WriteFile(path, content, 0o600)
	}
	if err != nil {
		t.Fatalf("begin with a migrated database: %v", err)
	}
}

// OpenURL opens and migrates the database at an address, as a second process would.
func OpenURL(t testing.TB, address string) *store.Store {
	t.Helper()
	begin(t, address)
	st, err := store.Open(context.Background(), address, store.Options{Readers: 8})
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Errorf("close the test database: %v", err)
		}
	})
	if _, err := st.Migrate(context.Background(), 0); err != nil {
		t.Fatalf("migrate the test database: %v", err)
	}
	if os.Getenv("TEST_DISTRIBUTE") == "1" {
		if _, err := st.Distribute(context.Background()); err != nil {
			t.Fatalf("spread the test database: %v", err)
		}
	}
	return st
}

// URL is the address of an empty database of the test's own.
func URL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("TEST_DATABASE_URL")
	if server == "" {
		return "sqlite:" + filepath.Join(t.TempDir(), "qunyan.db")
	}
	schema := "t_" + hex.EncodeToString(random(8))
	run(t, server, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { run(t, server, "DROP SCHEMA "+schema+" CASCADE") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("TEST_DATABASE_URL: %v", err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// MigratedURL is URL for a program that migrates as it starts, in a test that is not about that: a SQLite file has its schema
// already.
func MigratedURL(t testing.TB) string {
	t.Helper()
	address := URL(t)
	begin(t, address)
	return address
}

// Elsewhere is the address of an empty place for what comes out of another address: a file in dir, or a database of its own
// that has the same schema, because pg_restore cannot rename one.
func Elsewhere(t testing.TB, from, dir string) string {
	t.Helper()
	server := os.Getenv("TEST_DATABASE_URL")
	if server == "" {
		return "sqlite:" + filepath.Join(dir, "qunyan.db")
	}
	u, err := url.Parse(from)
	if err != nil {
		t.Fatal(err)
	}
	name := "r_" + hex.EncodeToString(random(8))
	run(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { run(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	run(t, u.String(), "CREATE SCHEMA "+u.Query().Get("search_path"))
	return u.String()
}

func run(t testing.TB, server, sql string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("connect to TEST_DATABASE_URL: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// Village is a code that no other call gives: twelve digits, so its township and county exist by their digits.
func Village() core.Area {
	n := binary.LittleEndian.Uint64(random(8)) % 9_000_000_000
	return core.Area(520_000_000_000 + 1_000_000_000 + n)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// Clock is a clock that a test moves. It is safe for concurrent use.
type Clock struct{ ms atomic.Int64 }

// NewClock starts at ten in the morning of a day.
func NewClock(day core.Day) *Clock {
	c := &Clock{}
	c.SetDay(day)
	return c
}

// Now is the time last set.
func (c *Clock) Now() int64 { return c.ms.Load() }

// Set moves to a moment, forwards or back.
func (c *Clock) Set(ms int64) { c.ms.Store(ms) }

// SetDay moves to ten in the morning of a day.
func (c *Clock) SetDay(day core.Day) { c.Set(day.Ms() + 10*60*60*1000) }

// Advance moves on by ms.
func (c *Clock) Advance(ms int64) { c.ms.Add(ms) }
