package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/api"
	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// What a program or a careless hand may send: each is refused with a stable code that names the field, in a sentence,
// and nothing of the input is repeated.
func TestBadBodiesAreRefusedByName(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	county := w.As(core.RoleCounty)
	grant := fmt.Sprintf(`[{"role":"clerk","area":"%s"}]`, w.Village)
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
		field  string
	}{
		"nothing":                    {"", 400, "input.body_missing", ""},
		"not JSON":                   {"{", 400, "input.body", ""},
		"half a string":              {`{"login":"x`, 400, "input.body", ""},
		"a list":                     {"[]", 422, "input.type", ""},
		"null":                       {"null", 422, "input.type", ""},
		"a number for a text":        {`{"login":5,"name":"王芳","grants":` + grant + `}`, 422, "input.type", "login"},
		"a text for a list":          {`{"login":"abc","name":"王芳","grants":"clerk"}`, 422, "input.type", "grants"},
		"an unknown field":           {`{"login":"abc","name":"王芳","grants":` + grant + `,"is_admin":true}`, 422, "input.unknown_field", "is_admin"},
		"an unknown inner field":     {`{"login":"abc","name":"王芳","grants":[{"role":"clerk","area":"` + w.Village.String() + `","rank":1}]}`, 422, "input.unknown_field", "grants[0].rank"},
		"a missing field":            {`{"login":"abc","grants":` + grant + `}`, 422, "input.required", "name"},
		"a missing inner field":      {`{"login":"abc","name":"王芳","grants":[{"role":"clerk"}]}`, 422, "input.required", "grants[0].area"},
		"an empty list":              {`{"login":"abc","name":"王芳","grants":[]}`, 422, "input.range", "grants"},
		"an endless text":            {`{"login":"abc","name":"` + strings.Repeat("王", 500) + `","grants":` + grant + `}`, 422, "input.range", "name"},
		"a role that is none":        {`{"login":"abc","name":"王芳","grants":[{"role":"mayor","area":"520524"}]}`, 422, "input.value", "grants[0].role"},
		"a code of seven digits":     {`{"login":"abc","name":"王芳","grants":[{"role":"clerk","area":"5205241"}]}`, 422, "input.value", "grants[0].area"},
		"a field twice":              {`{"login":"abc","login":"abd","name":"王芳","grants":` + grant + `}`, 422, "input.repeated_field", "login"},
		"a field twice, in capitals": {`{"login":"abc","LOGIN":"abd","name":"王芳","grants":` + grant + `}`, 422, "input.repeated_field", "LOGIN"},
		"a NUL":                      {`{"login":"abc","name":"王\u0000芳","grants":` + grant + `}`, 422, "input.text", ""},
		"a NUL as a field":           {`{"log\u0000in":"abc"}`, 422, "input.text", ""},
		"two values":                 {`{"login":"abc"}{"login":"abc"}`, 400, "input.body", ""},
		"very deep":                  {strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), 400, "input.body", ""},
	} {
		a := county.Post("/staff", c.body)
		p := a.Problem()
		if a.Status != c.status || p.Code != c.code || p.Field != c.field {
			t.Errorf("%s: %d %s at %q, want %d %s at %q", name, a.Status, p.Code, p.Field, c.status, c.code, c.field)
		}
		if p.Detail == "" || strings.Contains(p.Detail, "{") || strings.Contains(p.Detail, "errors.") || p.Request == "" {
			t.Errorf("%s: says %q", name, p.Detail)
		}
		for _, echoed := range []string{"mayor", "5205241", "王芳", "王王"} {
			if strings.Contains(string(a.Body), echoed) {
				t.Errorf("%s: repeats the input: %s", name, a.Body)
			}
		}
	}
}

func TestBadNumbersAreRefused(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	secretary := w.As(core.RoleSecretary)
	shop := func(rate string) string {
		return `{"name":"积分超市","rate_fen":` + rate + `,"floor":100,"state":"open","version":0}`
	}
	for _, rate := range []string{"1000000000000000000", "-1", "0", "1.5", "1e30", "1e400", `"100"`, "true", "null", "9223372036854775808", "-9223372036854775809"} {
		a := secretary.Put(w.In("/shop"), shop(rate))
		if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest {
			t.Errorf("rate %s: %d %s", rate, a.Status, a.Body)
		}
		if p := a.Problem(); p.Code == "internal" || p.Detail == "" || strings.Contains(string(a.Body), "cannot unmarshal") {
			t.Errorf("rate %s: %s", rate, a.Body)
		}
	}
	secretary.Put(w.In("/shop"), shop("100")).Want(200)
}

func TestBadPathsAndQueriesAreRefused(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk)
	for path, want := range map[string]struct {
		status int
		code   string
	}{
		"/villages/abc/items":                                          {404, "access.no_area"},
		"/villages/520524/items":                                       {404, "access.no_area"},
		"/villages/0/items":                                            {404, "access.no_area"},
		"/villages/-520524100201/items":                                {404, "access.no_area"},
		"/villages/99999999999999999999999/items":                      {404, "access.no_area"},
		w.In("/items?limit=5"):                                         {422, "input.unknown_field"},
		w.In("/redemptions?limit=0"):                                   {422, "input.range"},
		w.In("/redemptions?limit=201"):                                 {422, "input.range"},
		w.In("/redemptions?limit=many"):                                {422, "input.type"},
		w.In("/redemptions?cursor=" + strings.Repeat("x", 300)):        {422, "input.range"},
		"/areas/search?q=%00":                                          {422, "input.text"},
		"/areas/search?q=%FF":                                          {422, "input.text"},
		"/public/villages/" + w.Village.String() + "/objections/AB%00": {422, "input.text"},
		w.In("/redemptions/not-an-id"):                                 {422, "input.value"},
		w.In("/redemptions/0ABCDEFGHJKMN"):                             {404, "market.no_redemption"},
		w.In("/redemptions?household=short"):                           {422, "input.value"},
		"/nothing/here":                                                {404, "input.not_found"},
	} {
		a := clerk.Get(path)
		if a.Status != want.status || a.Code() != want.code {
			t.Errorf("%s: %d %s, want %d %s", path, a.Status, a.Code(), want.status, want.code)
		}
	}
	a := clerk.Do("PUT", w.In("/redemptions"), "{}")
	if a.WantProblem(405, "input.method"); a.Header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow: %q", a.Header.Get("Allow"))
	}
}

func TestHugeBodiesAreCutShort(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk)
	huge := strings.Repeat("x", 300<<10)
	a := clerk.Post(w.In("/groups"), `{"name":"`+huge+`","kind":"group"}`).WantProblem(413, "input.too_large")
	if p := a.Problem(); p.Params["limit"] != "256 KB" || !strings.Contains(p.Detail, "256 KB") {
		t.Errorf("says %q", p.Detail)
	}
	w.Stranger().Post("/session", `{"login":"x","password":"`+huge[:8<<10]+`"}`).WantProblem(413, "input.too_large")
}

func TestOtherMediaTypesAreRefused(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk)
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data; boundary=x", "nonsense"} {
		clerk.With("Content-Type", kind).Post(w.In("/groups"), `{"name":"一组","kind":"group"}`).WantProblem(415, "input.media_type")
	}
}

// Both languages; Chinese unless asked otherwise.
func TestProblemsSpeakTheCallersLanguage(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	nobody := w.Stranger()
	for header, want := range map[string]string{"": "请先登录。", "en": "Please sign in first.", "en-GB,zh;q=0.3": "Please sign in first.", "fr": "请先登录。"} {
		if got := nobody.With("Accept-Language", header).Get("/staff?area=520524").Problem().Detail; got != want {
			t.Errorf("%q: %q", header, got)
		}
	}
	clerk := w.As(core.RoleClerk)
	if got := clerk.Post(w.In("/households/0000000000001/cards"), `{"x":1}`).Problem(); got.Code != "access.no_household" && got.Code != "input.unknown_field" {
		t.Errorf("got %+v", got)
	}
	p := w.Stranger().Post("/session", map[string]any{"login": "", "password": "x"}).Problem()
	if p.Detail != "“账号”超出了允许的范围（≥ 1）。" || len(p.Errors) != 1 || p.Errors[0].Location != "login" {
		t.Errorf("a refused field reads %+v", p)
	}
}

func TestWritesNeedTheSessionsToken(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk)
	body := map[string]any{"name": "一组", "kind": "group"}
	for name, token := range map[string]string{"no token": "", "a wrong token": "AAAA", "another session's": w.As(core.RoleClerk).CSRF} {
		c := *clerk
		c.CSRF = token
		if a := c.Post(w.In("/groups"), body); a.Status != 403 || a.Code() != "access.csrf" {
			t.Errorf("%s: %d %s", name, a.Status, a.Code())
		}
	}
	for name, headers := range map[string][2]string{"another site": {"Sec-Fetch-Site", "cross-site"}, "another origin": {"Origin", "https://evil.example"}} {
		if a := clerk.With(headers[0], headers[1]).Post(w.In("/groups"), body); a.Status != 403 || a.Code() != "access.cross_site" {
			t.Errorf("%s: %d %s", name, a.Status, a.Code())
		}
	}
	clerk.With("Origin", w.URL).Post(w.In("/groups"), body).Want(201)
	if a := w.Stranger().With("Sec-Fetch-Site", "cross-site").Post("/session", map[string]any{"login": "x", "password": "y"}); a.Code() != "access.cross_site" {
		t.Errorf("signing in from another site: %d %s", a.Status, a.Code())
	}
	card := w.UnlockedCard(w.Household("王建国"))
	c := *card
	c.CSRF = ""
	if a := c.Post("/card/claims", map[string]any{}); a.Code() != "access.csrf" {
		t.Errorf("a card without its token: %d %s", a.Status, a.Code())
	}
}

func TestForgedAndExpiredSessionsAreNobody(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk)
	for _, cookie := range []string{"qy_staff=forged", "qy_staff=", "qy_staff=" + strings.Repeat("A", 4000), "other=1"} {
		w.Stranger().With("Cookie", cookie).Get(w.In("/items")).WantProblem(401, "access.sign_in")
	}
	clerk.Get(w.In("/items")).Want(200)
	w.Clock.Advance(61 * 60_000)
	clerk.Get(w.In("/items")).WantProblem(401, "access.sign_in")
	for _, token := range []string{"", "x", strings.Repeat("0", 36), strings.Repeat("卡", 12)} {
		w.Stranger().With("X-Card", token).Get("/card").WantProblem(401, "access.card_unknown")
	}
}

func TestAFirstPasswordMustBeChangedBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	made := apitest.Read[struct {
		Password string `json:"password"`
	}](w.As(core.RoleCounty).Post("/staff", map[string]any{
		"login": "new.clerk", "name": "王芳", "grants": []map[string]any{{"role": "clerk", "area": w.Village}},
	}).Want(201))
	clerk := w.SignIn("new.clerk", made.Password)
	clerk.Get(w.In("/items")).WantProblem(403, "access.must_change")
	var session struct {
		CSRF  string `json:"csrf"`
		Staff struct {
			MustChange bool `json:"must_change"`
		} `json:"staff"`
	}
	clerk.Post("/session/password", map[string]any{"old": made.Password, "new": "tian-gao-yun-dan"}).Want(200).Into(&session)
	if session.Staff.MustChange {
		t.Error("it must still be changed")
	}
	clerk.Get(w.In("/items")).Want(200) // the browser got the new session's cookie
	clerk.CSRF = session.CSRF
	clerk.Post(w.In("/groups"), map[string]any{"name": "一组", "kind": "group"}).Want(201)
}

func TestTheSameKeyGivesTheSameAnswer(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk).Key("a-key-of-this-test")
	body := map[string]any{"name": "一组", "kind": "group"}
	first := clerk.Post(w.In("/groups"), body).Want(201)
	again := clerk.Post(w.In("/groups"), body).Want(201)
	if string(first.Body) != string(again.Body) {
		t.Errorf("first %s, then %s", first.Body, again.Body)
	}
	clerk.Post(w.In("/groups"), map[string]any{"name": "二组", "kind": "group"}).WantProblem(409, "store.key_reused")
	secretary := w.As(core.RoleSecretary).Key("a-key-of-this-test")
	secretary.Post(w.In("/groups"), body).WantProblem(409, "store.key_reused") // somebody else's wish
	for _, key := range []string{"short", "with blank", strings.Repeat("x", 81), "中文中文中文"} {
		clerk.Key(key).Post(w.In("/groups"), body).WantProblem(422, "input.key")
	}
	var groups struct {
		Items []json.RawMessage `json:"items"`
	}
	w.Stranger().Get("/areas?parent=" + w.Village.String()).Want(200).Into(&groups)
	if len(groups.Items) != 1 {
		t.Errorf("%d groups were made", len(groups.Items))
	}
}

// A database that goes away is said to be away; the process stays, and serves again when it is back.
func TestWithoutItsDatabaseTheServerSaysSo(t *testing.T) {
	t.Parallel()
	address := storetest.URL(t)
	st, err := store.Open(context.Background(), address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Migrate(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	w := apitest.New(t, apitest.Store(st))
	clerk := w.As(core.RoleClerk)
	w.Stranger().Get("/readyz").Want(200)
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		a := clerk.Get(w.In("/items"))
		if a.Status != 503 || !strings.HasPrefix(a.Code(), "store.") {
			t.Errorf("reading: %d %s", a.Status, a.Body)
		}
		a = clerk.Post("/session", map[string]any{"login": "clerk", "password": "x"})
		if a.Status != 503 || strings.Contains(string(a.Body), "sql") {
			t.Errorf("signing in: %d %s", a.Status, a.Body)
		}
	}
	w.Stranger().Get("/readyz").Want(503)
	w.Stranger().Get("/healthz").Want(200)
}

func TestTooManyTriesFromOneAddress(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Config(func(cfg *api.Config) { cfg.Limits.SignIn = 3; cfg.TrustProxy = true }))
	try := func(from, login string) *apitest.Answer {
		return w.Stranger().With("X-Forwarded-For", "198.51.100.1, "+from).Post("/session", map[string]any{"login": login, "password": "wrong"})
	}
	for i := range 3 {
		try("203.0.113.9", fmt.Sprintf("login-%d", i)).WantProblem(401, "access.bad_login")
	}
	a := try("203.0.113.9", "login-x").WantProblem(429, "input.too_many_requests")
	if a.Header.Get("Retry-After") != "20" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	try("203.0.113.10", "login-x").WantProblem(401, "access.bad_login")
	w.Clock.Advance(20_000)
	try("203.0.113.9", "login-x").WantProblem(401, "access.bad_login")
	try("203.0.113.9", "login-x").WantProblem(429, "input.too_many_requests")
}

// A slow or broken sender leaves nothing behind.
func TestABodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk)
	request, err := http.NewRequest("POST", w.URL+"/api/v1"+w.In("/groups"), io.MultiReader(strings.NewReader(`{"name":"一`), brokenReader{}))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-CSRF-Token", clerk.CSRF)
	if response, err := clerk.HTTP().Do(request); err == nil {
		response.Body.Close()
		t.Errorf("answered %d", response.StatusCode)
	}
	clerk.Get(w.In("/items")).Want(200)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestSessionLengthsAreConfigurable(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Access(func(o *access.Options) { o.IdleMs = 5 * 60_000 }))
	clerk := w.As(core.RoleClerk)
	w.Clock.Advance(5 * 60_000)
	clerk.Get(w.In("/items")).WantProblem(401, "access.sign_in")
}
