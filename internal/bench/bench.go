// Package bench measures the product against a bare loop in the same run, on the same machine and engine, under the same
// durability. Speeds travel badly from machine to machine; ratios travel well, so a bar is a ratio.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"qunyan/internal/api"
	"qunyan/internal/app"
	"qunyan/internal/core"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// Options say where and how much. The zero value is the full measurement in the system's temporary folder.
type Options struct {
	Dir   string // for the databases; "" is a new temporary folder
	Small bool   // a tenth of the work, to see that everything runs
	Out   io.Writer
}

// Result is one measurement. Ratios are in thousandths, so that 400 reads 0.400.
type Result struct {
	Name      string
	Reference string // what it is compared with, and how fast that was
	Measured  string
	Ratio     int64 // thousandths
	Bar       int64 // thousandths
	AtLeast   bool  // the ratio should be at least the bar; else at most
}

// Met says whether the ratio keeps to the bar.
func (r Result) Met() bool {
	if r.AtLeast {
		return r.Ratio >= r.Bar
	}
	return r.Ratio <= r.Bar
}

// ErrBar says that at least one bar was missed.
var ErrBar = errors.New("a bar was missed")

// Run measures everything, prints a line as each is done and a table at the end. It fails with ErrBar if a bar was
// missed.
func Run(ctx context.Context, opt Options) ([]Result, error) {
	if opt.Dir == "" {
		dir, err := os.MkdirTemp("", "qunyan-bench-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		opt.Dir = dir
	}
	var all []Result
	for _, one := range []struct {
		name    string
		measure func(context.Context, *bench) (Result, error)
	}{
		{"redemption over HTTP, 64 clients", redemptions},
		{"month close of 2,000 lines", monthClose},
		{"passbook page, 10,000 lines", passbook},
		{"county overview, 1,000,000 lines", overview},
	} {
		fmt.Fprintf(opt.Out, "measuring: %s …\n", one.name)
		b, err := newBench(ctx, opt, len(all))
		if err != nil {
			return all, err
		}
		r, err := one.measure(ctx, b)
		if err = errors.Join(err, b.close()); err != nil {
			return all, fmt.Errorf("%s: %w", one.name, err)
		}
		r.Name = one.name
		all = append(all, r)
	}
	return all, table(opt.Out, all)
}

func table(out io.Writer, all []Result) error {
	fmt.Fprintf(out, "\n| work | reference | measured | ratio | bar |   |\n|---|---|---|---:|---:|---|\n")
	var err error
	for _, r := range all {
		sign, verdict := "≤", "met"
		if r.AtLeast {
			sign = "≥"
		}
		if !r.Met() {
			verdict, err = "MISSED", ErrBar
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s %s | %s |\n", r.Name, r.Reference, r.Measured, thousandths(r.Ratio), sign, thousandths(r.Bar), verdict)
	}
	return err
}

func thousandths(n int64) string { return fmt.Sprintf("%d.%03d", n/1000, n%1000) }

// bench is one measurement's database with the product over it.
type bench struct {
	opt   Options
	dir   string
	clock *clock
	ids   *core.IDs
	st    *store.Store
	svc   api.Services
	api   *api.Handler
}

// clock is set by hand, so that a notice's three days pass at once.
type clock struct{ ms atomic.Int64 }

func (c *clock) Now() int64      { return c.ms.Load() }
func (c *clock) set(d core.Day)  { c.ms.Store(d.Ms() + 10*60*60*1000) }
func (c *clock) today() core.Day { return core.DayOf(c.Now()) }

// firstDay of the benchmarks' story.
const firstDay core.Day = 20260610

func newBench(ctx context.Context, opt Options, n int) (*bench, error) {
	b := &bench{opt: opt, dir: filepath.Join(opt.Dir, fmt.Sprint(n)), clock: &clock{}}
	b.clock.set(firstDay)
	b.ids = core.NewIDs(b.clock)
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return nil, err
	}
	keys, err := app.KeysFrom([]byte(strings.Repeat("k", 32)))
	if err != nil {
		return nil, err
	}
	if b.st, err = b.open(ctx, "product.db"); err != nil {
		return nil, err
	}
	keeper, err := b.keeper(ctx)
	if err != nil {
		return nil, err
	}
	b.svc = app.Wire(app.Parts{Store: b.st, Clock: b.clock, IDs: b.ids, Keys: keys, Keeper: keeper})
	b.api, err = api.New(api.Config{Limits: api.Limits{General: -1, SignIn: -1, Write: -1, Page: -1}}, b.svc, slog.New(slog.DiscardHandler))
	return b, err
}

// keeper signs with a key of this run.
func (b *bench) keeper(ctx context.Context) (*seal.Keeper, error) {
	keeper, err := seal.NewKeeper(func() (proof.PrivateKey, error) { return proof.NewKey(proof.Ed25519) })
	if err != nil {
		return nil, err
	}
	return keeper, b.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error { return keeper.Register(ctx, tx, 0) })
}

// open makes a migrated database in the measurement's folder.
func (b *bench) open(ctx context.Context, name string) (*store.Store, error) {
	st, err := store.Open(ctx, "sqlite:"+filepath.Join(b.dir, name), store.Options{})
	if err != nil {
		return nil, err
	}
	_, err = st.Migrate(ctx, b.clock.Now())
	return st, err
}

func (b *bench) close() error { return b.st.Close() }

// size is n, or a tenth of it for a small run.
func (b *bench) size(n int) int {
	if b.opt.Small {
		return max(n/10, 1)
	}
	return n
}

// took measures fn once.
func took(fn func() error) (time.Duration, error) {
	start := core.SystemClock{}.Start()
	err := fn()
	return start.Elapsed(), err
}

// middle is the median of n runs of two functions in turn, so that what disturbs the machine disturbs both.
func middle(n int, a, b func() error) (medianA, medianB time.Duration, err error) {
	var as, bs []time.Duration
	for range n {
		d, err := took(a)
		if err != nil {
			return 0, 0, err
		}
		as = append(as, d)
		if d, err = took(b); err != nil {
			return 0, 0, err
		}
		bs = append(bs, d)
	}
	slices.Sort(as)
	slices.Sort(bs)
	return as[n/2], bs[n/2], nil
}

// perSecond is a rate, for people.
func perSecond(n int, d time.Duration) string {
	return fmt.Sprintf("%d/s", int64(n)*int64(time.Second)/max(int64(d), 1))
}
