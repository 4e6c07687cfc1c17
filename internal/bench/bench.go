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
	"qunyan/internal/store/rawloop"
)

// Options say where and how much. The zero value is what `make bench` runs, in the system's temporary folder.
type Options struct {
	Dir      string // for the databases; "" is a new temporary folder
	Database string // "postgres://…" to measure on; "" is SQLite
	Size     Size
	Only     string // measure only what has this in its name
	Province bool   // measure a province instead
	Clients  int    // above 0: a load of postings instead of the bars, to size a machine
	Rate     int    // postings a second of that load; 0 is the closed loop
	Villages int    // it is spread over
	N        int    // postings
	Out      io.Writer
}

// Size is how much work is done.
type Size string

// The sizes. Tiny only shows that everything runs; Full is the real thing and takes an hour.
const (
	Tiny Size = "tiny"
	Part Size = ""
	Full Size = "full"
)

// Result is one measurement. Ratios are in thousandths, so that 400 reads 0.400.
type Result struct {
	Name      string  `json:"name"`
	Engine    string  `json:"engine"`
	Reference string  `json:"reference"` // what it is compared with, and how fast that was
	Measured  string  `json:"measured"`
	Ratio     int64   `json:"ratio_thousandths"`
	Bar       int64   `json:"bar_thousandths"`
	AtLeast   bool    `json:"at_least"` // the ratio should be at least the bar; else at most
	Met       bool    `json:"met"`
	Load      *Sample `json:"load,omitempty"`
}

// judged says whether the ratio keeps to the bar.
func (r Result) judged() bool {
	if r.AtLeast {
		return r.Ratio >= r.Bar
	}
	return r.Ratio <= r.Bar
}

// ErrBar says that at least one bar was missed.
var ErrBar = errors.New("a bar was missed")

// measurement is one piece of work that is measured, with all bars that come of it.
type measurement struct {
	name    string
	measure func(context.Context, *bench) ([]Result, error)
	sqlite  bool // has no meaning on PostgreSQL, or none that differs
}

func measurements(opt Options) []measurement {
	switch {
	case opt.Clients > 0:
		return []measurement{{"load", loaded, false}}
	case opt.Province:
		return []measurement{{"province", province, false}}
	}
	return []measurement{
		{"postings", postings, false},
		{"one caller alone", alone, false},
		{"redemption over HTTP", redemptions, false},
		{"sheet of households", sheets, false},
		{"month close of a village", monthClose, false},
		{"month close of the county", countyClose, false},
		{"month close of long months", longCloses, false},
		{"judging a claim", judging, true},
		{"passbook", passbook, true},
		{"county overview", overview, true},
		{"trial of a draft", trial, false},
		{"millions of lines", millions, false},
	}
}

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
	for i, m := range measurements(opt) {
		if !strings.Contains(m.name, opt.Only) || m.sqlite && opt.Database != "" {
			continue
		}
		fmt.Fprintf(opt.Out, "measuring: %s …\n", m.name)
		b, err := newBench(ctx, opt, fmt.Sprint(i))
		if err != nil {
			return all, err
		}
		results, err := m.measure(ctx, b)
		if err = errors.Join(err, b.close()); err != nil {
			return all, fmt.Errorf("%s: %w", m.name, err)
		}
		for _, r := range results {
			r.Engine, r.Met = b.st.Engine(), r.judged()
			all = append(all, r)
			fmt.Fprintf(opt.Out, "  %s: %s (bar %s), %s against %s\n", r.Name, thousandths(r.Ratio), thousandths(r.Bar), r.Measured, r.Reference)
		}
	}
	return all, table(opt.Out, all)
}

func table(out io.Writer, all []Result) error {
	fmt.Fprintf(out, "\n| work | engine | reference | measured | ratio | bar |   |\n|---|---|---|---|---:|---:|---|\n")
	var err error
	for _, r := range all {
		sign, verdict := "≤", "met"
		if r.AtLeast {
			sign = "≥"
		}
		if !r.Met {
			verdict, err = "MISSED", ErrBar
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s %s | %s |\n", r.Name, r.Engine, r.Reference, r.Measured, thousandths(r.Ratio), sign, thousandths(r.Bar), verdict)
	}
	return err
}

func thousandths(n int64) string { return fmt.Sprintf("%d.%03d", n/1000, n%1000) }

// bench is one measurement's database with the product over it.
type bench struct {
	opt   Options
	dir   string
	url   string
	clock *clock
	ids   *core.IDs
	st    *store.Store
	svc   api.Services
	api   *api.Handler
	drops []func() error // what is to be thrown away at the end
}

// clock is set by hand, so that a notice's three days pass at once.
type clock struct{ ms atomic.Int64 }

func (c *clock) Now() int64      { return c.ms.Load() }
func (c *clock) set(d core.Day)  { c.ms.Store(d.Ms() + 10*60*60*1000) }
func (c *clock) today() core.Day { return core.DayOf(c.Now()) }

// firstDay of the benchmarks' story.
const firstDay core.Day = 20260610

func newBench(ctx context.Context, opt Options, name string) (*bench, error) {
	b := &bench{opt: opt, dir: filepath.Join(opt.Dir, name), clock: &clock{}}
	b.clock.set(firstDay)
	b.ids = core.NewIDs(b.clock)
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return nil, err
	}
	keys, err := app.KeysFrom([]byte(strings.Repeat("k", 32)))
	if err != nil {
		return nil, err
	}
	if b.url, err = b.fresh(ctx, "product"+name); err != nil {
		return nil, err
	}
	if b.st, err = store.Open(ctx, b.url, store.Options{}); err != nil {
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

// fresh makes a migrated database for this measurement and gives its address.
func (b *bench) fresh(ctx context.Context, name string) (string, error) {
	url := "sqlite:" + filepath.Join(b.dir, name+".db")
	if b.opt.Database != "" {
		address, drop, err := rawloop.Fresh(ctx, b.opt.Database, "bench_"+name)
		if err != nil {
			return "", err
		}
		url, b.drops = address, append(b.drops, drop)
	}
	st, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return "", err
	}
	_, err = st.Migrate(ctx, b.clock.Now())
	return url, errors.Join(err, st.Close())
}

func (b *bench) close() error {
	err := b.st.Close()
	for _, drop := range b.drops {
		err = errors.Join(err, drop())
	}
	return err
}

// size is n for Full, as much as fits into ten minutes for the usual run, and next to nothing to see that it runs.
func (b *bench) size(full, part, tiny int) int {
	switch b.opt.Size {
	case Full:
		return full
	case Tiny:
		return tiny
	}
	return part
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
