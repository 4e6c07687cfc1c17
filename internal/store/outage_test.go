package store_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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

func withOutage(t *testing.T, test func(o outage)) {
	if os.Getenv("TEST_DATABASE_URL") != "" {
		test(cutLine(t))
		return
	}
	storetest.WithDisk(t, "24", func(d *storetest.Disk) { test(fullDisk(t, d)) })
}

func fullDisk(t *testing.T, d *storetest.Disk) outage {
	st := storetest.OpenURL(t, "sqlite:"+filepath.Join(d.Path, "qunyan.db"))
	return outage{st, d.Fill, d.Free, "store.disk_full"}
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
	withOutage(t, func(o outage) {
		village := storetest.Village()
		write := func(i int) error { return writeTwo(o.st, village, i) }
		if err := write(0); err != nil {
			t.Fatal(err)
		}
		o.begin()
		refused := 0
		for i, err := range together(100, write) {
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
		if err := o.st.Ready(context.Background(), core.SystemClock{}); errs.CodeOf(err) != o.code {
			t.Errorf("ready during the outage: %v, want %s", err, o.code)
		}
		o.end()
		if err := write(101); err != nil {
			t.Errorf("the first write after the outage: %v", err)
		}
		if left, right := countTwo(t, o.st, village); left != right || left != 2+100-refused {
			t.Errorf("%d left and %d right rows, want %d of each", left, right, 2+100-refused)
		}
	})
}

// writeTwo writes two rows that must stand or fall together.
func writeTwo(st *store.Store, village core.Area, i int) error {
	big := strings.Repeat("x", 3000)
	return st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		for _, topic := range []string{"left", "right"} {
			if _, err := tx.Exec(ctx, `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, 0, $2, $3, 0, 0)`,
				village, topic, fmt.Sprintf("%04d %s", i, big)); err != nil {
				return err
			}
		}
		return nil
	})
}

func countTwo(t *testing.T, st *store.Store, village core.Area) (left, right int) {
	t.Helper()
	err := st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT count(CASE WHEN topic = 'left' THEN 1 END), count(CASE WHEN topic = 'right' THEN 1 END) FROM tally WHERE village = $1`, village).Scan(&left, &right)
	})
	if err != nil {
		t.Fatal(err)
	}
	return left, right
}

func TestAFullDiskKeepsTheWritersConnection(t *testing.T) {
	t.Parallel()
	storetest.WithDisk(t, "24", func(d *storetest.Disk) {
		st, village := storetest.OpenURL(t, "sqlite:"+filepath.Join(d.Path, "qunyan.db")), storetest.Village()
		// A setting of the connection, and of nothing else, tells this one from another.
		err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `PRAGMA cache_size = 777`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		d.Fill()
		for i := range 3 {
			if err := writeTwo(st, village, i); errs.CodeOf(err) != "store.disk_full" {
				t.Errorf("write %d on a full disk: %v", i, err)
			}
		}
		d.Free()
		if err := writeTwo(st, village, 4); err != nil {
			t.Errorf("the first write after it: %v", err)
		}
		var cache int64
		err = st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, `PRAGMA cache_size`).Scan(&cache)
		})
		if err != nil || cache != 777 {
			t.Errorf("the writer speaks through another connection, with a cache of %d: %v", cache, err)
		}
	})
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

// A commit may wait for ever, for a standby that is gone or a disk that hangs. Whoever asks whether the store is ready
// is told so in their own time, and however often they ask, one try is under way.
func TestReadyAnswersWhileAWriteHangs(t *testing.T) {
	t.Parallel()
	st, clock := storetest.Open(t), core.SystemClock{}
	if err := st.Ready(context.Background(), clock); err != nil {
		t.Fatal(err)
	}
	inside, leave, left := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		begun := false
		left <- st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE lease SET until_ms = 1 WHERE job = 'ready'`)
			if !begun {
				begun = true
				close(inside)
				<-leave
			}
			return err
		})
	}()
	<-inside
	for range 3 {
		asking, giveUp := context.WithTimeout(context.Background(), time.Millisecond)
		if err := st.Ready(asking, clock); errs.CodeOf(err) != "store.busy" {
			t.Errorf("ready while a write hangs: %v, want store.busy", err)
		}
		giveUp()
	}
	close(leave)
	if err := <-left; err != nil {
		t.Error(err)
	}
}

// A full disk ends the transaction in the middle of a command. Should the command go on, nothing it writes from there on
// may stay: the engine would commit each of its statements alone.
func TestNothingStaysOfACommandThatIgnoresAFullDisk(t *testing.T) {
	t.Parallel()
	storetest.WithDisk(t, "24", func(d *storetest.Disk) {
		st, village := storetest.OpenURL(t, "sqlite:"+filepath.Join(d.Path, "qunyan.db")), storetest.Village()
		if err := writeTwo(st, village, 0); err != nil {
			t.Fatal(err)
		}
		full := 0
		err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			d.Fill()
			for i := range 40_000 { // more than the cache of the connection holds
				if _, err := tx.Exec(ctx, insertLeft, village, fmt.Sprintf("%05d %s", i, strings.Repeat("x", 1000))); err != nil {
					full++
					break
				}
			}
			d.Free()
			_, _ = tx.Exec(ctx, insertLeft, village, "alone")
			return nil
		})
		if full == 0 || errs.CodeOf(err) != "store.disk_full" {
			t.Errorf("a command on a full disk answered %v after %d failures", err, full)
		}
		if left, right := countTwo(t, st, village); left != 1 || right != 1 {
			t.Errorf("%d left and %d right rows, want one of each", left, right)
		}
		if err := writeTwo(st, village, 1); err != nil {
			t.Errorf("the first write after it: %v", err)
		}
	})
}

const insertLeft = `INSERT INTO tally (village, month, topic, item, n, amount) VALUES ($1, 0, 'left', $2, 0, 0)`
