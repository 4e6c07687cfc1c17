package torture

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"
	"testing"

	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

const terminate = `SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
	WHERE application_name = 'qunyan' AND datname = current_database()) AS ended`

// Backends are killed and the database's server is restarted, orderly and not, under a qunyan that stays.
func TestADatabaseThatGoesAndComesBackLosesNothing(t *testing.T) {
	if os.Getenv("TEST_DATABASE_URL") == "" {
		return // SQLite has no server to lose
	}
	binary, data, p := binary(t), t.TempDir(), newPostgres(t)
	w := newWorld(t, data, p.url(), 2, 0)
	before := readBook(t, w)
	s := start(t, binary, data, p.url())
	c := gather(t, s.url, w)
	admin := open(t, p.url()+"&application_name=torture")
	for range 12 {
		c.await(10)
		err := admin.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			var n int64
			return tx.Row(ctx, terminate).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, mode := range []string{"fast", "immediate", "fast"} {
		c.await(20)
		p.stop(mode)
		if status, body := s.get("/readyz"); status != http.StatusServiceUnavailable {
			t.Errorf("/readyz without a database: %d %s", status, body)
		}
		p.start()
	}
	c.await(20)
	c.stop()
	if status, body := s.get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz after it all: %d %s", status, body)
	}
	s.stop()
	compare(t, before, readBook(t, w), c.clients)
	verify(t, binary, data, p.url())
	t.Logf("%d writes answered", c.answered())
}

// The commit arrives, its answer does not: nobody on this side can know. The client is told to try again, and its key
// gets the first answer.
func TestAnAnswerLostOnTheWayIsGivenAgain(t *testing.T) {
	if os.Getenv("TEST_DATABASE_URL") == "" {
		return // SQLite answers within the process
	}
	binary, data, db := binary(t), t.TempDir(), storetest.URL(t)
	w := newWorld(t, data, db, 1, 0)
	before := readBook(t, w)
	line := newLine(t, db)
	s := start(t, binary, data, line.url)
	c := signIn(t, s.url, "keeper")
	for range 8 {
		r := w.shops[0].goods()
		c.log = append(c.log, r)
		line.swallow.Store(&r.key)
		c.try(t, "an answer lost on the way", http.StatusServiceUnavailable, "store.unavailable")
		if line.swallow.Load() != nil {
			t.Fatal("the commit did not come this way")
		}
		if _, kept := readBook(t, w).keys[r.key]; !kept {
			t.Error("the commit did not arrive, so nothing was tried")
		}
		if !c.send(r) || !c.send(r) {
			t.Error("the key did not get its answer")
		}
	}
	s.stop()
	compare(t, before, readBook(t, w), []*client{c})
	verify(t, binary, data, db)
}

// line stands between qunyan and its database. When swallow names a key it lets the commit of the transaction that spoke
// of the key through, waits until the server has answered, and cuts the connection instead of passing the answer on.
type line struct {
	t       *testing.T
	url     string
	target  string
	swallow atomic.Pointer[string]
}

func newLine(t *testing.T, db string) *line {
	u, err := url.Parse(db)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	l := &line{t: t, target: u.Host}
	u.Host = listener.Addr().String()
	l.url = u.String()
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go l.carry(c)
		}
	}()
	return l
}

func (l *line) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", l.target)
	if err != nil {
		return
	}
	defer server.Close()
	var cut atomic.Bool
	go func() {
		defer server.Close()
		spoken := false
		buf := make([]byte, 64<<10)
		for {
			n, err := client.Read(buf)
			if err != nil {
				return
			}
			if key := l.swallow.Load(); key != nil {
				// A transaction speaks of the key before it commits. A group's commit comes behind what it writes, by the name of
				// its prepared statement; any other comes alone.
				spoken = spoken || bytes.Contains(buf[:n], []byte(*key))
				if spoken && (bytes.Contains(buf[:n], []byte("commit\x00")) || bytes.Contains(buf[:n], groupsCommit())) {
					l.swallow.Store(nil)
					cut.Store(true)
				}
			}
			if _, err := server.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil && err != io.EOF || n == 0 || cut.Load() {
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

// groupsCommit is how the prepared statement "COMMIT" is called: behind the empty name of a portal, the driver's name for it.
func groupsCommit() []byte {
	sum := sha256.Sum256([]byte("COMMIT"))
	return []byte("\x00stmtcache_" + hex.EncodeToString(sum[:24]) + "\x00")
}
