package app_test

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/app"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/demo"
	"qunyan/internal/ledger"
	"qunyan/internal/report"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// keepRelease makes the fixture of a release, on the day of it:
//
//	go test ./internal/app -run TestTheFixtureOfARelease -keep-release v0.2.0
//
// and then its figures, which the test of the upgrade prints, go into releases(). A fixture is never made again: it is
// what that release wrote.
var keepRelease = flag.String("keep-release", "", "write testdata/`NAME`.jsonl.gz with today's schema")

// release is a fixture and what its database says, whatever schema it is read with.
type release struct {
	name    string
	schema  int
	figures string
}

func releases() []release {
	return []release{
		{"v0.1.0", 3, `{"accounts":87,"books":4,"claims":{"approved":5,"dropped":3,"frozen":2,"noticed":20,"posted":88,"rejected":1,"returned":2,"submitted":21,"withdrawn":1},` +
			`"deducted":2,"earned":440,"fund_fen":576440,"granted_fen":870000,"households":32,"liability_points":58,"lines":327,"redeemed":382,"redemptions":72,"residents":100,"reversals":1,"stock_fen":271660}`},
	}
}

const releaseDay core.Day = 20260517

func TestADatabaseOfEachReleaseComesUpToDate(t *testing.T) {
	t.Parallel()
	newest, err := store.Newest()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range releases() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			dir, db := t.TempDir(), storetest.URL(t)
			storetest.Load(t, db, filepath.Join("testdata", r.name+".jsonl.gz"))
			st, err := store.Open(context.Background(), db, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if had, err := st.Schema(context.Background()); err != nil || had != r.schema {
				t.Fatalf("the fixture has schema %d, not %d: %v", had, r.schema, err)
			}
			if ran, err := st.Migrate(context.Background(), releaseDay.Ms()); err != nil || ran != newest-r.schema {
				t.Fatalf("%d migrations ran, want %d: %v", ran, newest-r.schema, err)
			}
			books, err := ledger.Verify(context.Background(), st, nil, nil)
			if err != nil || books.Fault != nil {
				t.Fatalf("the books: %v, %v", books.Fault, err)
			}
			if err := st.Close(); err != nil {
				t.Fatal(err)
			}
			served(t, config(t, dir, db), books, r)
		})
	}
}

// Whoever backs up before an upgrade may need the backup after it.
func TestABackupOfAnOlderSchemaIsBroughtUpToDateByItsRestore(t *testing.T) {
	t.Parallel()
	newest, err := store.Newest()
	if err != nil {
		t.Fatal(err)
	}
	dir, db := t.TempDir(), storetest.URL(t)
	storetest.Load(t, db, filepath.Join("testdata", releases()[0].name+".jsonl.gz"))
	cfg := config(t, filepath.Join(dir, "old"), db)
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	made, err := app.Backup(context.Background(), cfg, filepath.Join(dir, "old.tar.gz"), false)
	if err != nil || made.Schema != releases()[0].schema || made.Contents.Lines == 0 {
		t.Fatalf("%+v, %v", made, err)
	}
	cfg.Data = filepath.Join(dir, "new")
	cfg.DB = storetest.Elsewhere(t, db, cfg.Data)
	found, err := app.Restore(context.Background(), cfg, made.Path, app.RestoreOptions{})
	if err != nil || found.Migrated != newest-made.Schema || found.Books.Lines != made.Contents.Lines {
		t.Fatalf("%+v, %v", found, err)
	}
	server := start(t, cfg)
	if got := server.signIn(t, "county", demo.Password); got != http.StatusOK {
		t.Errorf("signing in: %d", got)
	}
}

// served compares the figures and lets somebody sign in with the password of then.
func served(t *testing.T, cfg app.Config, books ledger.Report, r release) {
	t.Helper()
	server := start(t, cfg)
	if got := figuresOf(t, server.Services.Reports, books); got != r.figures {
		t.Errorf("the figures have changed\nfrom %s\nto   %s", r.figures, got)
	}
	if got := server.signIn(t, "county", demo.Password); got != http.StatusOK {
		t.Errorf("signing in: %d", got)
	}
	list, _, err := server.Services.Claims.Claims(context.Background(), countyOf(), shownVillage, claims.Filter{State: claims.Posted}, core.Page{})
	if err != nil || len(list) == 0 {
		t.Fatalf("posted claims: %d, %v", len(list), err)
	}
	lines, _, err := server.Services.Ledger.HouseholdLines(context.Background(), countyOf(), shownVillage, list[0].Household, core.Page{})
	if err != nil || len(lines) == 0 {
		t.Errorf("a passbook: %d lines, %v", len(lines), err)
	}
}

const shownVillage core.Area = 520524114211

func countyOf() core.Actor {
	return core.Actor{Kind: core.StaffActor, ID: 1, Grants: []core.Grant{{Role: core.RoleCounty, Area: 520524}}}
}

// figuresOf is the county's total and how much the books hold, as one line to compare.
func figuresOf(t *testing.T, reports *report.Service, books ledger.Report) string {
	t.Helper()
	o, err := reports.Overview(context.Background(), countyOf(), 520524, report.Span{From: 202601, To: 202612})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{
		"books": books.Villages, "lines": books.Lines, "accounts": books.Accounts, "reversals": books.Reversals,
		"households": o.Totals.Households, "residents": o.Totals.Residents, "claims": o.Totals.Claims,
		"earned": o.Totals.Earned, "deducted": o.Totals.Deducted, "redemptions": o.Totals.Redemptions, "redeemed": o.Totals.Redeemed,
		"granted_fen": o.Totals.Granted, "fund_fen": o.Totals.Fund, "stock_fen": o.Totals.Stock, "liability_points": o.Totals.LiabilityPoints,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// at is a clock that stands.
type at int64

// Now implements core.Clock.
func (a at) Now() int64 { return int64(a) }

// TestTheFixtureOfARelease writes one if it is asked to; otherwise it sees that every release has one.
func TestTheFixtureOfARelease(t *testing.T) {
	t.Parallel()
	for _, r := range releases() {
		info, err := os.Stat(filepath.Join("testdata", r.name+".jsonl.gz"))
		if *keepRelease != r.name && (err != nil || info.Size() > 100<<10) {
			t.Errorf("the fixture of %s: %v, %v", r.name, info, err)
		}
	}
	if *keepRelease == "" {
		return
	}
	path := filepath.Join("testdata", *keepRelease+".jsonl.gz")
	if _, err := os.Stat(path); err == nil {
		t.Fatal("there is a fixture of that name; a release is kept once")
	}
	db := storetest.URL(t)
	if !strings.HasPrefix(db, "sqlite:") {
		t.Fatal("fixtures are made with SQLite")
	}
	st := storetest.OpenURL(t, db)
	live(t, st)
	scripts, err := filepath.Glob("../store/migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	storetest.Keep(t, db, path, scripts...)
}

// live plays two months in three villages with the product's own commands, and then what the demo leaves out.
func live(t *testing.T, st *store.Store) {
	t.Helper()
	ctx := context.Background()
	scale := demo.Scale{Name: "fixture", Months: 2, Shops: 4, Villages: 3, Least: 8, Most: 10, Shown: 14,
		Meeting: 65, Cleanup: 22, Rating: 30, Singles: 3, Visits: 10, Cart: 6_000, Plenty: true}
	clock := demo.Start(at(releaseDay.Ms()+11*60*60*1000), scale)
	keys, err := app.KeysFrom([]byte("a master key that only tests use"))
	if err != nil {
		t.Fatal(err)
	}
	s := app.Wire(app.Parts{Store: st, Clock: clock, IDs: core.NewIDs(clock), Keys: keys, Files: t.TempDir(), Access: access.Options{HashMemoryKiB: 64}})
	result, err := demo.New(demo.Product{
		Store: s.Store, Access: s.Access, Directory: s.Directory, Files: s.Files, Rules: s.Rules, Claims: s.Claims, Market: s.Market,
		Gatherings: s.Gatherings, Appraisals: s.Appraisals, Voices: s.Voices, Branch: s.Branch,
	}, clock, scale, io.Discard).Play(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if result.Village != shownVillage {
		t.Fatalf("the village shown is %s", result.Village)
	}
	as := func(id core.ID, role core.Role) core.Actor {
		return core.Actor{Kind: core.StaffActor, ID: id, Name: "吴监督", Grants: []core.Grant{{Role: role, Area: shownVillage}}, From: "192.0.2.1"}
	}
	in := func(state claims.State) []claims.Claim {
		list, _, err := s.Claims.Claims(ctx, countyOf(), shownVillage, claims.Filter{State: state}, core.Page{Limit: 200})
		if err != nil || len(list) == 0 {
			t.Fatalf("%d claims are %s: %v", len(list), state, err)
		}
		return list
	}
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var mine []claims.Claim
	for _, c := range in(claims.Submitted) {
		if c.ByKind == core.StaffActor {
			mine = append(mine, c)
		}
	}
	must(s.Claims.Withdraw(ctx, as(mine[0].ByID, core.RoleClerk), shownVillage, mine[0].ID))
	must(s.Claims.Reject(ctx, as(77, core.RoleSupervisor), shownVillage, claims.Seen{ID: mine[1].ID}, "不在现场"))
	must(s.Claims.Approve(ctx, as(77, core.RoleSupervisor), shownVillage, claims.Seen{ID: mine[2].ID}))
	noticed := in(claims.Noticed)[0]
	doubt, err := s.Claims.Object(ctx, core.Actor{}, shownVillage, claims.Doubt{Notice: noticed.Notice, Claim: noticed.ID, Text: "那天没有看到他家的人"})
	must(doubt, err)
	must(s.Claims.AnswerObjection(ctx, as(78, core.RoleSupervisor), shownVillage, doubt.ID, claims.Answer{Outcome: claims.Upheld, Text: "核对签到表，确实不在"}))
	err = nil
	for _, c := range in(claims.Posted) { // one whose points have not been spent
		if _, err = s.Ledger.ReverseLine(ctx, as(79, core.RoleSecretary), ledger.ReverseInput{Village: shownVillage, No: c.Line, Reason: "登记错了人"}); err == nil {
			break
		}
	}
	must(nil, err)
	for _, state := range []claims.State{claims.Submitted, claims.Returned, claims.Withdrawn, claims.Approved, claims.Rejected, claims.Noticed, claims.Frozen, claims.Dropped, claims.Posted} {
		in(state)
	}
}
