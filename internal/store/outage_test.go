package store_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// outage takes the database away from a store and gives it back: a full disk on SQLite, a cut line on PostgreSQL.
type outage struct {
	st         *store.Store
	begin, end func()
	code       string
}

func newOutage(t *testing.T) outage {
	if os.Getenv("TEST_DATABASE_URL") == "" {
		return fullDisk(t)
	}
	return cutLine(t)
}

func fullDisk(t *testing.T) outage {
	st := storetest.Open(t)
	limit := func(set func(ctx context.Context, tx *store.Tx) error) func() {
		return func() {
			if err := st.Tx(context.Background(), set); err != nil {
				t.Fatal(err)
			}
		}
	}
	// A limit below the present size means "not one page more".
	begin := limit(func(ctx context.Context, tx *store.Tx) error {
		var pages int64
		return tx.Row(ctx, `PRAGMA max_page_count = 1`).Scan(&pages)
	})
	end := limit(func(ctx context.Context, tx *store.Tx) error {
		var pages int64
		return tx.Row(ctx, `PRAGMA max_page_count = 1000000`).Scan(&pages)
	})
	return outage{st, begin, end, "store.disk_full"}
}

func cutLine(t *testing.T) outage {
	address := storetest.URL(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p := newProxy(t, u.Host)
	u.Host = p.listener.Addr().String()
	return outage{storetest.OpenURL(t, u.String()), p.cut, p.mend, "store.unavailable"}
}

func TestAnOutageRefusesWritesAndEndsByItself(t *testing.T) {
	t.Parallel()
	o, village := newOutage(t), storetest.Village()
	big := strings.Repeat("x", 3000)
	write := func(i int) error {
		return o.st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			// Two rows that must stand or fall together.
			for _, topic := range []string{"left", "right"} {
				if _, err := tx.Exec(ctx, `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, 0, $2, $3, 0, 0)`,
					village, topic, fmt.Sprintf("%04d %s", i, big)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := write(0); err != nil {
		t.Fatal(err)
	}
	o.begin()
	acknowledged := together(100, write)
	refused := 0
	for i, err := range acknowledged {
		if err != nil {
			refused++
			if errs.KindOf(err) != errs.Unavailable || errs.CodeOf(err) != o.code {
				t.Errorf("write %d during the outage: %v, want %s", i, err, o.code)
			}
		}
	}
	if refused == 0 {
		t.Error("no write was refused during the outage")
	}
	if err := o.st.Ready(context.Background(), core.SystemClock{}); o.code == "store.unavailable" && err == nil {
		t.Error("ready while the database is out of reach")
	}
	o.end()
	if err := write(101); err != nil {
		t.Errorf("the first write after the outage: %v", err)
	}
	var left, right int
	err := o.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT count(CASE WHEN topic = 'left' THEN 1 END), count(CASE WHEN topic = 'right' THEN 1 END) FROM tally WHERE village = $1`, village).Scan(&left, &right)
	})
	if want := 2 + 100 - refused; err != nil || left != right || left != want {
		t.Errorf("%d left and %d right rows, want %d of each: %v", left, right, want, err)
	}
}

// together runs write(1..n) at once and gives each one's error.
func together(n int, write func(i int) error) []error {
	got := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			got[i] = write(i + 1)
		}()
	}
	wg.Wait()
	return got
}

// proxy stands between the store and the server, so that the line can be cut.
type proxy struct {
	t        *testing.T
	listener net.Listener
	target   string
	mu       sync.Mutex
	down     bool
	open     map[net.Conn]bool
}

func newProxy(t *testing.T, target string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{t: t, listener: l, target: target, open: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.carry(c)
		}
	}()
	return p
}

func (p *proxy) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil || !p.keep(client, server) {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	_, _ = io.Copy(client, server)
}

func (p *proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		if p.down {
			_ = c.Close()
		}
		p.open[c] = true
	}
	return !p.down
}

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = true
	for c := range p.open {
		_ = c.Close()
		delete(p.open, c)
	}
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}
