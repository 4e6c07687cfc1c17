package demo_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/app"
	"qunyan/internal/appraisal"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/demo"
	"qunyan/internal/gatherings"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/report"
	"qunyan/internal/seal/sealtest"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
	"qunyan/internal/voices"
)

// small is a county that lives its months in a second or two.
func small() demo.Scale {
	return demo.Scale{
		Name: "small", Months: 2, Shops: 5, Villages: 3, Least: 12, Most: 18, Shown: 24,
		Meeting: 65, Cleanup: 22, Rating: 30, Singles: 6, Visits: 40, Cart: 6_000, Plenty: true,
	}
}

// lived is a county after its history.
type lived struct {
	demo.Product
	Reports *report.Service
	result  demo.Result
	clock   *demo.Clock
	county  core.Actor
}

func live(t *testing.T, now core.Clock, scale demo.Scale) lived {
	t.Helper()
	keys, err := app.KeysFrom([]byte("a master key that only tests use"))
	if err != nil {
		t.Fatal(err)
	}
	clock := demo.Start(now, scale)
	st := storetest.Open(t)
	s := app.Wire(app.Parts{Store: st, Clock: clock, IDs: core.NewIDs(clock), Keys: keys, Files: t.TempDir(), Keeper: sealtest.Keeper(t, st), Access: access.Options{HashMemoryKiB: 64}})
	l := lived{clock: clock, Reports: s.Reports, Product: demo.Product{
		Store: st, Access: s.Access, Directory: s.Directory, Files: s.Files, Rules: s.Rules, Claims: s.Claims, Market: s.Market,
		Gatherings: s.Gatherings, Appraisals: s.Appraisals, Voices: s.Voices, Branch: s.Branch,
	}}
	if l.result, err = demo.New(l.Product, clock, scale, io.Discard).Play(context.Background()); err != nil {
		t.Fatal(err)
	}
	l.county = core.Actor{Kind: core.StaffActor, ID: 1, Grants: []core.Grant{{Role: core.RoleCounty, Area: 520524}}}
	return l
}

func (l lived) totals(t *testing.T) report.Row {
	t.Helper()
	o, err := l.Reports.Overview(context.Background(), l.county, 520524, report.Span{From: 202301, To: 202712})
	if err != nil {
		t.Fatal(err)
	}
	return o.Totals
}

func verify(t *testing.T, st *store.Store) {
	t.Helper()
	books, err := ledger.Verify(context.Background(), st, nil, func(ledger.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	if books.Fault != nil {
		t.Errorf("the books hold a fault: %v", books.Fault)
	}
	if books.Villages != 5 || books.Lines == 0 {
		t.Errorf("verified %d villages with %d lines", books.Villages, books.Lines)
	}
}

func at(day core.Day, hour int) *storetest.Clock {
	c := storetest.NewClock(day)
	c.Set(day.Ms() + int64(hour)*3_600_000)
	return c
}

// Whatever the day somebody starts the demo on, there is something to do.
func TestHistoryEndsInTheMiddleOfLife(t *testing.T) {
	for name, now := range map[string]*storetest.Clock{
		"new year's day":       at(20260101, 8),
		"just after midnight":  at(20260304, 0),
		"the middle":           at(20260517, 11),
		"end of a short month": at(20260228, 15),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := live(t, now, small())
			verify(t, l.Store)
			l.hasWork(t, core.DayOf(now.Now()))
			l.hasTogether(t)
			if got := l.clock.Now(); got != now.Now() {
				t.Errorf("the clock stands at %d, not at the machine's %d", got, now.Now())
			}
		})
	}
}

func (l lived) hasWork(t *testing.T, today core.Day) {
	t.Helper()
	ctx, village := context.Background(), l.result.Village
	if l.result.Township+l.result.VillageName != "白泥镇前进村" {
		t.Errorf("shows %s%s", l.result.Township, l.result.VillageName)
	}
	notices, err := l.Claims.PublicNotices(ctx, village)
	if err != nil || len(notices) == 0 || !notices[0].Open(today) || notices[0].Claims < 3 {
		t.Fatalf("no list is out: %+v, %v", notices, err)
	}
	open, _, err := l.Claims.Objections(ctx, l.county, village, "open", core.Page{})
	if err != nil || len(open) != 1 {
		t.Errorf("%d objections are open, %v", len(open), err)
	}
	for state, least := range map[claims.State]int{claims.Submitted: 5, claims.Returned: 1, claims.Posted: 20} {
		list, _, err := l.Claims.Claims(ctx, l.county, village, claims.Filter{State: state}, core.Page{Limit: 200})
		if err != nil || len(list) < least {
			t.Errorf("%d claims are %s, want %d at least; %v", len(list), state, least, err)
		}
	}
	slips, _, err := l.Market.Redemptions(ctx, l.county, market.Filter{Village: village}, core.Page{Limit: 200})
	if err != nil || len(slips) < 20 {
		t.Errorf("%d redemptions, %v", len(slips), err)
	}
	if voided := slices.ContainsFunc(slips, func(r market.Redemption) bool { return r.State == market.Voided }); !voided {
		t.Error("nobody ever made a mistake at the counter")
	}
	for _, r := range slips {
		if r.Day > today || r.CreatedMs > l.clock.Now() {
			t.Errorf("a redemption of tomorrow: %+v", r)
		}
	}
	months, err := l.Claims.Month(ctx, l.county, village, notices[0].Month.Prev())
	if err != nil || months.Closing == nil {
		t.Errorf("the month before is not closed: %+v, %v", months, err)
	}
}

// What a village does together, and what its people suggest, is there to look at in each of its states.
func (l lived) hasTogether(t *testing.T) {
	t.Helper()
	ctx, village := context.Background(), l.result.Village
	for _, state := range []voices.State{voices.Open, voices.Adopted, voices.Rejected, voices.Done} {
		if list, _, err := l.Voices.Suggestions(ctx, l.county, village, state, core.Page{}); err != nil || len(list) == 0 {
			t.Errorf("%d suggestions are %s, %v", len(list), state, err)
		}
	}
	for state, marked := range map[gatherings.State]bool{gatherings.Planned: false, gatherings.Claimed: true} {
		list, _, err := l.Gatherings.Gatherings(ctx, l.county, village, state, core.Page{})
		if err != nil || len(list) < 2 || marked && (list[0].Marked == 0 || list[0].Claims == 0) {
			t.Errorf("gatherings that are %s: %+v, %v", state, list, err)
		}
	}
	appraisals, _, err := l.Appraisals.Appraisals(ctx, l.county, village, core.Page{})
	if err != nil || len(appraisals) < 2 || len(appraisals[0].Raters) < 5 || appraisals[0].State != appraisal.Open || appraisals[0].Marked == 0 ||
		appraisals[1].State != appraisal.Claimed || appraisals[1].Claims == 0 {
		t.Errorf("appraisals: %+v, %v", appraisals, err)
	}
	kin, _, _, err := l.Claims.Kin(ctx, l.county, village, core.Page{})
	if err != nil || len(kin) != 1 {
		t.Errorf("%d relatives, %v", len(kin), err)
	}
}

func TestTheSameSeedTellsTheSameStory(t *testing.T) {
	t.Parallel()
	a, b := live(t, at(20260517, 11), small()), live(t, at(20260517, 11), small())
	x, y := a.totals(t), b.totals(t)
	if x.Earned != y.Earned || x.Redemptions != y.Redemptions || x.Redeemed != y.Redeemed || x.Fund != y.Fund || x.Residents != y.Residents {
		t.Errorf("once %+v\nthen %+v", x, y)
	}
	if len(a.result.Cards) == 0 || a.result.Cards[0].Head != b.result.Cards[0].Head || a.result.Cards[0].Token == b.result.Cards[0].Token {
		t.Errorf("cards %+v and %+v: the same people, with tokens of their own", a.result.Cards[0], b.result.Cards[0])
	}
}

func TestAccountsAndCardsWorkAndNoHistoryIsWrittenTwice(t *testing.T) {
	t.Parallel()
	l := live(t, at(20260517, 11), small())
	ctx := context.Background()
	roles := map[string]bool{}
	for _, login := range l.result.Logins {
		roles[login.Role] = true
		if _, err := l.Access.SignIn(ctx, core.Actor{From: "192.0.2.1"}, access.SignInInput{Login: login.Login, Password: login.Password}); err != nil {
			t.Errorf("%s cannot sign in: %v", login.Login, err)
		}
	}
	if len(roles) != 7 {
		t.Errorf("roles %v", roles)
	}
	for _, card := range l.result.Cards {
		if _, err := l.Access.UnlockCard(ctx, core.Actor{From: "192.0.2.2"}, card.Token, card.PIN); err != nil {
			t.Errorf("the card of %s: %v", card.Head, err)
		}
	}
	var page strings.Builder
	if err := l.result.At("http://127.0.0.1:8080").Print(&page); err != nil {
		t.Fatal(err)
	}
	for _, wanted := range []string{"http://127.0.0.1:8080/counter/", "secretary", demo.Password, demo.Pin, "村支书", "Village secretary", "http://127.0.0.1:8080/card/" + l.result.Cards[0].Token} {
		if !strings.Contains(page.String(), wanted) {
			t.Errorf("the table lacks %q:\n%s", wanted, page.String())
		}
	}
	if _, err := demo.New(l.Product, demo.Start(at(20260517, 11), small()), small(), io.Discard).Play(ctx); err == nil {
		t.Error("a second history was written over the first")
	}
}
