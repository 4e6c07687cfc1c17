package apitest

import (
	"context"
	"log/slog"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"qunyan/internal/access"
	"qunyan/internal/api"
	"qunyan/internal/app"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/seal"
	"qunyan/internal/seal/sealtest"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// Password is everybody's.
const Password = "feng-tiao-yu-shun"

// World is a running server with people in it.
type World struct {
	T        testing.TB
	Clock    *storetest.Clock
	Services api.Services
	Keeper   *seal.Keeper // signs checkpoints
	Handler  *api.Handler
	URL      string

	County   core.Area
	Township core.Area
	Village  core.Area // where As works
	Nearby   core.Area // another village of the same township
	Foreign  core.Area // a village of another township of the same county
	Abroad   core.Area // a village of another county

	contract *contract
	log      *Log
	server   *httptest.Server
}

// Option changes a world before it starts.
type Option func(*setup)

type setup struct {
	cfg   api.Config
	parts app.Parts
}

// Config changes the handler's configuration.
func Config(change func(*api.Config)) Option { return func(s *setup) { change(&s.cfg) } }

// Access changes the options of accounts and sessions.
func Access(change func(*access.Options)) Option { return func(s *setup) { change(&s.parts.Access) } }

// Store uses a database that the test opened itself.
func Store(st *store.Store) Option { return func(s *setup) { s.parts.Store = st } }

// New starts a world on 2026-09-08, ten in the morning. It ends with the test.
func New(t testing.TB, options ...Option) *World {
	t.Helper()
	keys, err := app.KeysFrom([]byte("a master key that only tests use"))
	if err != nil {
		t.Fatal(err)
	}
	clock := storetest.NewClock(20260908)
	s := &setup{
		// Tests call from one address, and fast.
		cfg:   api.Config{Version: "test", IntentKey: keys.Intents, Limits: api.Limits{General: -1, SignIn: -1, Write: -1, Page: -1}},
		parts: app.Parts{Clock: clock, IDs: core.NewIDs(clock), Keys: keys, Access: access.Options{HashMemoryKiB: 64}, Files: t.TempDir()},
	}
	for _, option := range options {
		option(s)
	}
	if s.parts.Store == nil {
		s.parts.Store = storetest.Open(t)
	}
	s.parts.Keeper = sealtest.Keeper(t, s.parts.Store)
	w := &World{T: t, Clock: clock, Keeper: s.parts.Keeper, log: &Log{}}
	w.Services = app.Wire(s.parts)
	w.Handler, err = app.NewHandler(s.cfg, w.Services, slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	w.contract = newContract(w.Handler)
	w.server = httptest.NewServer(w.Handler)
	w.URL = w.server.URL
	t.Cleanup(w.server.Close)
	w.settle()
	return w
}

// settle makes the areas and, in each village and above it, an account for every role.
func (w *World) settle() {
	w.T.Helper()
	w.Village = storetest.Village()
	w.Township, w.County = w.Village.Parent(), w.Village.Parent().Parent()
	w.Nearby = w.Township*1000 + other(w.Village%1000)
	w.Foreign = (w.County*1000+other(w.Township%1000))*1000 + 201
	w.Abroad = (w.County + 1) * 1_000_000
	w.Abroad += 100_201
	var areas []directory.Area
	seen := map[core.Area]bool{}
	for _, village := range []core.Area{w.Village, w.Nearby, w.Foreign, w.Abroad} {
		for area := village; area != 0; area = area.Parent() {
			if !seen[area] {
				seen[area] = true
				areas = append(areas, directory.NewArea(area, areaName(area)))
			}
		}
	}
	ctx := context.Background()
	if err := w.Services.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		return directory.SeedAreas(ctx, tx, areas)
	}); err != nil {
		w.T.Fatal(err)
	}
	var staff []access.NewStaff
	for area := range seen {
		for _, role := range rolesAt(area.Level()) {
			staff = append(staff, access.NewStaff{Login: login(role, area), Name: personName(role), Grants: []core.Grant{{Role: role, Area: area}}})
		}
	}
	if _, err := w.Services.Access.CreateMany(ctx, core.System("test"), staff, Password, false); err != nil {
		w.T.Fatal(err)
	}
}

func other(code core.Area) core.Area { return code%998 + 1 }

func areaName(area core.Area) string {
	switch area.Level() {
	case core.County:
		return "织金县"
	case core.Township:
		return "白泥镇"
	}
	return "前进村村民委员会"
}

func personName(role core.Role) string {
	return map[core.Role]string{
		core.RoleCounty: "赵县官", core.RoleTownship: "钱镇审", core.RoleSecretary: "孙书记", core.RoleClerk: "李文书",
		core.RoleKeeper: "周掌柜", core.RoleSupervisor: "吴监督", core.RoleAuditor: "郑审计",
	}[role]
}

func rolesAt(level core.Level) []core.Role {
	switch level {
	case core.County:
		return []core.Role{core.RoleCounty, core.RoleAuditor}
	case core.Township:
		return []core.Role{core.RoleTownship}
	}
	return []core.Role{core.RoleSecretary, core.RoleClerk, core.RoleKeeper, core.RoleSupervisor}
}

func login(role core.Role, area core.Area) string { return string(role) + "-" + area.String() }

// Roles are all roles staff can hold.
func Roles() []core.Role {
	return []core.Role{core.RoleCounty, core.RoleTownship, core.RoleSecretary, core.RoleClerk, core.RoleKeeper, core.RoleSupervisor, core.RoleAuditor}
}

// As is a client signed in with a role whose area is, or contains, the world's Village.
func (w *World) As(role core.Role) *Client { return w.AsIn(role, w.Village) }

// AsIn is a client signed in with a role whose area is, or contains, one of the world's villages.
func (w *World) AsIn(role core.Role, village core.Area) *Client {
	w.T.Helper()
	for area := village; area != 0; area = area.Parent() {
		for _, held := range rolesAt(area.Level()) {
			if held == role {
				return w.SignIn(login(role, area), Password)
			}
		}
	}
	w.T.Fatalf("no account holds %s around %s", role, village)
	return nil
}

// SignIn is a client signed in with any account.
func (w *World) SignIn(login, password string) *Client {
	w.T.Helper()
	c := w.Stranger()
	var session struct {
		CSRF  string `json:"csrf"`
		Staff struct {
			ID core.ID `json:"id"`
		} `json:"staff"`
	}
	c.Post("/session", map[string]any{"login": login, "password": password}).Want(200).Into(&session)
	c.CSRF, c.ID = session.CSRF, session.Staff.ID
	return c
}

// answerWithin fails a test that waits for itself, such as one that signs in inside a command.
const answerWithin = 20 * time.Second

// Stranger is a client that is nobody.
func (w *World) Stranger() *Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.T.Fatal(err)
	}
	c := &Client{w: w, header: map[string]string{}}
	c.http = *w.server.Client()
	c.http.Jar = jar
	c.http.Timeout = answerWithin
	return c
}

// Actor is the actor of a role in the world's Village, for calling a service directly.
func (w *World) Actor(role core.Role) core.Actor {
	w.T.Helper()
	c := w.As(role)
	actor, _, err := w.Services.Access.Session(context.Background(), c.cookie("qy_staff"))
	if err != nil {
		w.T.Fatal(err)
	}
	return actor
}

// In is a path inside the world's Village: In("/claims") is "/villages/520…/claims".
func (w *World) In(path string) string { return "/villages/" + w.Village.String() + path }

// Household makes a household in the world's Village and gives its id.
func (w *World) Household(head string) core.ID {
	w.T.Helper()
	made, err := w.Services.Directory.Create(context.Background(), w.Actor(core.RoleClerk), directory.CreateInput{Village: w.Village, Head: head})
	if err != nil {
		w.T.Fatal(err)
	}
	return made.ID
}

// Pin opens every card that Card issues.
const Pin = "2580"

// Card issues a household of the world's Village a card with Pin and gives a client that shows it, still locked.
func (w *World) Card(household core.ID) *Client {
	w.T.Helper()
	ctx, clerk := context.Background(), w.Actor(core.RoleClerk)
	issued, err := w.Services.Access.IssueCard(ctx, clerk, w.Village, household)
	if err != nil {
		w.T.Fatal(err)
	}
	if _, err := w.Services.Access.SetPin(ctx, clerk, w.Village, issued.ID, Pin); err != nil {
		w.T.Fatal(err)
	}
	c := w.Stranger().With("X-Card", issued.Token)
	c.ID, c.Token = issued.ID, issued.Token
	return c
}

// UnlockedCard is Card after its PIN.
func (w *World) UnlockedCard(household core.ID) *Client {
	w.T.Helper()
	c := w.Card(household)
	c.Unlock(Pin)
	return c
}

// Logged says whether the server's log holds a text.
func (w *World) Logged(text string) bool { return strings.Contains(w.log.String(), text) }
