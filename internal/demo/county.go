package demo

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"qunyan/internal/access"
	"qunyan/internal/appraisal"
	"qunyan/internal/branch"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/files"
	"qunyan/internal/gatherings"
	"qunyan/internal/market"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
	"qunyan/internal/voices"
)

// Product is what the demo plays through.
type Product struct {
	Store     *store.Store
	Access    *access.Service
	Directory *directory.Service
	Files     *files.Service
	Rules     *rulebook.Service
	Claims    *claims.Service
	Market    *market.Service

	Gatherings *gatherings.Service
	Appraisals *appraisal.Service
	Voices     *voices.Service
	Branch     *branch.Service
}

// Demo makes a county's history in an empty database.
type Demo struct {
	p        Product
	clock    *Clock
	scale    Scale
	cal      calendar
	progress io.Writer
	began    core.Started

	county    core.Area
	official  core.Actor // of the county's organization department
	auditor   core.Actor
	shops     []*village // every village and community with a shop, in the order of the county's list
	played    []*village // those with households, a part of shops
	village   *village   // the village and the community that are shown
	community *village
	staff     []Login

	redemptions, points, claimed atomic.Int64
}

// New prepares a demo. The clock must be the one the product was put together with, and stand at Start.
func New(p Product, clock *Clock, scale Scale, progress io.Writer) *Demo {
	return &Demo{p: p, clock: clock, scale: scale, progress: progress,
		cal: calendarOf(core.DayOf(clock.live.Now()), scale.Months), began: core.SystemClock{}.Start()}
}

// Start is a clock that stands where the history of a scale begins.
func Start(live core.Clock, scale Scale) *Clock {
	return NewClock(live, calendarOf(core.DayOf(live.Now()), scale.Months).start().Ms())
}

// Play makes the history, from an empty database to now, and leaves the clock to the machine. It fails on a database
// that has areas already.
func (d *Demo) Play(ctx context.Context) (Result, error) {
	for _, step := range []struct {
		name string
		do   func(ctx context.Context) error
	}{
		{"areas and accounts", d.found}, {"households", d.settle}, {"cards", d.issueCards}, {"rules", d.adopt},
		{"shops", d.openShops}, {"history", d.live}, {"today", d.finish}, {"branch", d.playBranch},
	} {
		d.say("%s …", step.name)
		if err := step.do(ctx); err != nil {
			return Result{}, fmt.Errorf("demo: %s: %w", step.name, err)
		}
	}
	d.clock.Live()
	d.summary()
	return d.result(), nil
}

// say tells whoever waits how far the demo has come.
func (d *Demo) say(format string, args ...any) {
	fmt.Fprintf(d.progress, "%6.1f s  %s\n", d.began.Elapsed().Seconds(), fmt.Sprintf(format, args...))
}

// summary compares with the newspaper's page (domain.md §1), where the scale has its size.
func (d *Demo) summary() {
	d.say("%d shops open, %d villages with households, %d claims, %d redemptions, %d points redeemed",
		len(d.shops), len(d.played), d.claimed.Load(), d.redemptions.Load(), d.points.Load())
	if d.scale.Name == County().Name {
		d.say("the newspaper's page: 578 shops, 578,000 yuan, 300,000 redemptions, 787,500 points")
	}
}

// shownVillage and shownCommunity are the places of the newspaper's page that the demo shows.
const (
	shownVillage   = "白泥镇前进村"
	shownCommunity = "惠民街道惠泽社区"
)

// found writes the areas and the county's template, chooses the villages and makes the accounts.
func (d *Demo) found(ctx context.Context) error {
	areas, err := directory.Divisions()
	if err != nil {
		return err
	}
	counties, err := d.p.Directory.Areas(ctx, 0)
	if err != nil {
		return err
	}
	if len(counties) > 0 {
		return fmt.Errorf("the database is not empty; a demo needs one of its own")
	}
	d.county = areas[0].Code
	err = d.p.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := directory.SeedAreas(ctx, tx, areas); err != nil {
			return err
		}
		return rulebook.SeedTemplate(ctx, tx, d.county, d.cal.setup.First(), d.clock.Now())
	})
	if err != nil {
		return err
	}
	d.choose(areas)
	return d.cast(ctx)
}

// choose picks the villages with shops, and of them those with a life, spread over the county.
func (d *Demo) choose(areas []directory.Area) {
	townships := map[core.Area]string{}
	for _, a := range areas {
		if a.Code.Level() == core.Township {
			townships[a.Code] = a.Short
		}
		if a.Code.Level() != core.Village {
			continue
		}
		v := newVillage(d, a, townships[a.Parent])
		d.shops = append(d.shops, v)
		switch v.township + v.name {
		case shownVillage:
			d.village = v
		case shownCommunity:
			d.community = v
		}
	}
	// The newspaper counts fewer shops than the list has names; the last ones of the list wait.
	for i := len(d.shops) - 1; len(d.shops) > d.scale.Shops; i-- {
		if v := d.shops[i]; v != d.village && v != d.community {
			d.shops = slices.Delete(d.shops, i, i+1)
		}
	}
	d.play()
}

// play picks who is played: the two that are shown, and others at equal distances in the list.
func (d *Demo) play() {
	rest := slices.DeleteFunc(slices.Clone(d.shops), func(v *village) bool { return v == d.village || v == d.community })
	more := min(d.scale.Villages, len(d.shops)) - 2
	d.played = append(d.played, d.village, d.community)
	for i := range max(more, 0) {
		d.played = append(d.played, rest[i*len(rest)/more])
	}
	for i, v := range d.played {
		v.size = d.scale.Least + v.rng.IntN(d.scale.Most-d.scale.Least+1)
		v.slow = i%11 == 7
		v.topped = d.scale.Plenty && i%5 != 3
	}
	d.village.size, d.community.size = d.scale.Shown, d.scale.Shown*3/4
}

func (d *Demo) shown() []*village { return []*village{d.village, d.community} }

// seeded is a source of chance of an area's own, the same in every run.
func seeded(area core.Area) *rand.Rand { return rand.New(rand.NewPCG(uint64(area), 20210914)) }

// The hours at which things happen.
const (
	morning   = 9 * 60
	forenoon  = 10*60 + 20
	afternoon = 14*60 + 30
	lateShop  = 16*60 + 10
	evening   = 19*60 + 40
)

var hours = []int{morning, forenoon, afternoon, lateShop, evening}

// at moves the clock to a time of a day.
func (d *Demo) at(day core.Day, minutes int) { d.clock.Set(day.Ms() + int64(minutes)*60_000) }

// together is how many villages are busy at once: enough for the store to commit them in groups.
const together = 128

// each runs fn for villages side by side and gives the first error. What happens inside one village happens in order.
func (d *Demo) each(ctx context.Context, villages []*village, fn func(ctx context.Context, v *village) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan *village)
	var hands sync.WaitGroup
	for range min(together, len(villages)) {
		hands.Go(func() {
			for v := range work {
				if ctx.Err() != nil {
					continue
				}
				if err := fn(ctx, v); err != nil {
					cancel(fmt.Errorf("%s%s on %s: %w", v.township, v.name, core.DayOf(d.clock.Now()), err))
				}
			}
		})
	}
	for _, v := range villages {
		work <- v
	}
	close(work)
	hands.Wait()
	return context.Cause(ctx)
}

// may lets a command be refused for one of the codes: people ask for more than a cap leaves, and want what is sold out.
func may(err error, codes ...string) error {
	if err != nil && slices.Contains(codes, errs.CodeOf(err)) {
		return nil
	}
	return err
}

// live plays day after day until yesterday evening.
func (d *Demo) live(ctx context.Context) error {
	for day := d.cal.first.First(); day < d.cal.today; day = day.Add(1) {
		if day%100 == 1 {
			for _, v := range d.played {
				v.planMonth(day.Month())
			}
		}
		for _, hour := range hours {
			d.at(day, hour)
			busy := slices.DeleteFunc(slices.Clone(d.played), func(v *village) bool { return !v.busy(day, hour) })
			if err := d.each(ctx, busy, func(ctx context.Context, v *village) error { return v.act(ctx, day, hour) }); err != nil {
				return err
			}
		}
		if day == day.Month().Last() {
			d.say("%s: %s claims, %s redemptions", day.Month(), thousands(d.claimed.Load()), thousands(d.redemptions.Load()))
		}
	}
	return nil
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}
