package api_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"qunyan/internal/api"
	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// pages serves whatever a test wants under /p/.
func pages(handler http.HandlerFunc) apitest.Option {
	return apitest.Config(func(cfg *api.Config) { cfg.Pages = handler })
}

func TestAPanicIsAnsweredAndLoggedAndNothingMore(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, pages(func(http.ResponseWriter, *http.Request) { panic("the secret of the house") }))
	for range 2 {
		p := w.Stranger().Get("/p/520524100201").Want(500).Problem()
		if p.Code != "internal" || p.Request == "" || strings.Contains(p.Detail, "secret") {
			t.Errorf("answered %+v", p)
		}
		if !w.Logged("the secret of the house") || !w.Logged(p.Request) || !w.Logged("around_test.go") {
			t.Error("the log does not tell what happened, where, and to which request")
		}
	}
	w.Stranger().Get("/healthz").Want(200)
}

// Half an answer must not pass for a whole one.
func TestAnAnswerThatBreaksOffIsCut(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, pages(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("row\n", 10_000))
		panic("no more rows")
	}))
	response, err := w.Stranger().HTTP().Get(w.URL + "/p/x")
	if err == nil {
		_, err = io.ReadAll(response.Body)
		response.Body.Close()
	}
	if err == nil {
		t.Error("a reader takes the half for the whole")
	}
}

func TestEveryAnswerIsProtected(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Config(func(cfg *api.Config) { cfg.Secure = true }), pages(func(http.ResponseWriter, *http.Request) { panic("x") }))
	for _, path := range []string{"/", "/api/v1/session", "/api/v1/nothing", "/api/docs", "/api/openapi.yaml", "/healthz", "/p/x", "/console/", "/metrics"} {
		h := w.Stranger().Get(path).Header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "script-src 'self';") || !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "default-src 'self'") {
			t.Errorf("%s: CSP %q", path, csp)
		}
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Strict-Transport-Security": "max-age=31536000", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if h.Get("X-Request-ID") == "" {
			t.Errorf("%s: has no request id", path)
		}
		if strings.HasPrefix(path, "/api/v1/") && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: may be cached: %q", path, h.Get("Cache-Control"))
		}
	}
}

func TestCookiesStayWithTheBrowser(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Config(func(cfg *api.Config) { cfg.Secure = true }))
	w.As(core.RoleClerk) // makes sure that the account works
	c := w.Stranger()
	a := c.Post("/session", map[string]any{"login": "clerk-" + w.Village.String(), "password": apitest.Password}).Want(200)
	cookie := a.Header.Get("Set-Cookie")
	for _, want := range []string{"qy_staff=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/;"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("%q lacks %s", cookie, want)
		}
	}
	if strings.Contains(cookie, "Max-Age") || strings.Contains(cookie, "Expires") {
		t.Errorf("%q outlives the browser", cookie)
	}
}

func TestARequestKeepsTheIDItsProxyGave(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	if got := w.Stranger().With("X-Request-ID", "proxy-12345678").Get("/session").Header.Get("X-Request-ID"); got != "proxy-12345678" {
		t.Errorf("got %q", got)
	}
	for _, forged := range []string{"short", "with blank in it", `{"level":"ERROR"}x`, strings.Repeat("x", 65)} {
		if got := w.Stranger().With("X-Request-ID", forged).Get("/session").Header.Get("X-Request-ID"); got == forged || got == "" {
			t.Errorf("%q was taken over", forged)
		}
	}
}

// The log names routes, not people: no name, no token, no address of a card, no id of a household.
func TestTheLogHoldsNothingPersonal(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	home := w.Household("欧阳建国")
	card := w.UnlockedCard(home)
	card.Get("/card").Want(200)
	clerk := w.As(core.RoleClerk)
	clerk.Get(w.In("/households/" + home.String())).Want(200)
	clerk.Get(w.In("/households?q=欧阳")).Want(200)
	w.Stranger().Get("/card/" + card.Token) // the page a QR opens
	for _, private := range []string{"欧阳", card.Token, home.String(), "李文书", "127.0.0.1", apitest.Password, "2580"} {
		if w.Logged(private) {
			t.Errorf("%q stands in the log", private)
		}
	}
	if !w.Logged("/villages/{village}/households/{id}") || !w.Logged("staff "+clerk.ID.String()) {
		t.Error("the log does not tell which operation was called by which account")
	}
}

func TestTextIsCompressedForWhoTakesIt(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, pages(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/p/photo" {
			w.Header().Set("Content-Type", "image/jpeg")
		} else {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		}
		size := map[string]int{"/p/short": 500, "/p/long": 50_000, "/p/photo": 50_000}[r.URL.Path]
		_, _ = io.WriteString(w, strings.Repeat("村", size/3))
	}))
	for path, want := range map[string]struct {
		accept   string
		encoding string
		size     int
	}{
		"/p/long": {"br, gzip;q=0.8", "gzip", 49_998}, "/p/short": {"gzip", "", 498}, "/p/photo": {"gzip", "", 49_998},
		"/p/long?1": {"gzip;q=0", "", 49_998}, "/p/long?2": {"identity", "", 49_998},
	} {
		request, err := http.NewRequest("GET", w.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", want.accept)
		response, err := w.Stranger().HTTP().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body := io.Reader(response.Body)
		if response.Header.Get("Content-Encoding") == "gzip" {
			if body, err = gzip.NewReader(response.Body); err != nil {
				t.Fatal(err)
			}
		}
		text, err := io.ReadAll(body)
		response.Body.Close()
		if err != nil || len(text) != want.size || response.Header.Get("Content-Encoding") != want.encoding {
			t.Errorf("%s: %d bytes, encoding %q, %v", path, len(text), response.Header.Get("Content-Encoding"), err)
		}
		if !strings.Contains(strings.Join(response.Header.Values("Vary"), ","), "Accept-Encoding") && want.encoding != "" {
			t.Errorf("%s: Vary %q", path, response.Header.Values("Vary"))
		}
	}
}

func TestTheFrontEndIsServedByEntry(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("let a = 1;\n", 500)
	w := apitest.New(t, apitest.Config(func(cfg *api.Config) {
		cfg.Web = fstest.MapFS{
			"resident/index.html": {Data: []byte("<p>resident")}, "counter/index.html": {Data: []byte("<p>counter")},
			"console/index.html": {Data: []byte("<p>console")}, "board/index.html": {Data: []byte("<p>board")},
			"assets/app-4f2a.js": {Data: []byte(long)}, "sw.js": {Data: []byte("// worker")}, ".gitkeep": {},
		}
	}))
	for path, want := range map[string]string{
		"/": "<p>resident", "/card/ABC": "<p>resident", "/v/520524100201/rules": "<p>resident", "/counter": "<p>counter", "/counter/cart": "<p>counter",
		"/console/": "<p>console", "/board/x/y": "<p>board", "/counters": "<p>resident", "/sw.js": "// worker", "/assets/app-4f2a.js": long,
	} {
		a := get(t, w, path)
		if a.status != 200 || a.body != want {
			t.Errorf("%s: %d %.40q", path, a.status, a.body)
		}
		cache := "no-cache"
		if strings.HasPrefix(path, "/assets/") {
			cache = "public, max-age=31536000, immutable"
		}
		if a.header.Get("Cache-Control") != cache {
			t.Errorf("%s: Cache-Control %q", path, a.header.Get("Cache-Control"))
		}
	}
	for path, want := range map[string]int{"/assets/app-0000.js": 404, "/.gitkeep": 404, "/../../etc/passwd": 200, "/favicon.ico": 404} {
		if a := get(t, w, path); a.status != want || strings.Contains(a.body, "root:") {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := get(t, w, "/assets/app-4f2a.js"); a.header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("a script is %q", a.header.Get("Content-Type"))
	}
	tag := get(t, w, "/").header.Get("ETag")
	request, _ := http.NewRequest("GET", w.URL+"/", nil)
	request.Header.Set("If-None-Match", tag)
	response, err := w.Stranger().HTTP().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusNotModified || tag == "" {
		t.Errorf("a page that is in the browser already: %d, tag %q", response.StatusCode, tag)
	}
}

func TestABinaryWithoutPagesSaysHowToBuildThem(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Config(func(cfg *api.Config) { cfg.Web = fstest.MapFS{".gitkeep": {}} }))
	if a := get(t, w, "/counter/"); a.status != 503 || !strings.Contains(a.body, "make build") || !strings.Contains(a.body, "页面还没有构建") {
		t.Errorf("%d %s", a.status, a.body)
	}
	get(t, w, "/api/docs")
}

type got struct {
	status int
	body   string
	header http.Header
}

func get(t *testing.T, w *apitest.World, path string) got {
	t.Helper()
	response, err := w.Stranger().HTTP().Get(w.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got{response.StatusCode, string(body), response.Header}
}

func TestTheReferenceNeedsNoNetwork(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	page := get(t, w, "/api/docs")
	if page.status != 200 || strings.Contains(page.body, "<script") || strings.Contains(page.body, "//cdn") || strings.Contains(page.body, "https://unpkg") {
		t.Errorf("%d; it loads something from outside, or runs something", page.status)
	}
	for _, o := range operations(w.Handler.Contract()) {
		if !strings.Contains(page.body, `id="`+o.op.OperationID+`"`) || !strings.Contains(page.body, "/api/v1"+o.path) {
			t.Errorf("%s is not on the page", o.op.OperationID)
		}
	}
	for _, text := range []string{"ledger.insufficient", "review_claim", "请先登录。", "schema-Problem"} {
		if !strings.Contains(page.body, text) {
			t.Errorf("%q is not on the page", text)
		}
	}
	if css := get(t, w, "/api/docs/reference.css"); css.status != 200 || strings.Contains(css.body, "url(") {
		t.Errorf("style: %d", css.status)
	}
	if yaml := get(t, w, "/api/openapi.yaml"); yaml.status != 200 || !strings.Contains(yaml.body, "openapi: 3.1.0") {
		t.Errorf("YAML: %d", yaml.status)
	}
	if json := get(t, w, "/api/openapi.json"); json.status != 200 || !strings.Contains(json.body, `"openapi":"3.1.0"`) {
		t.Errorf("JSON: %d", json.status)
	}
}

func TestMetricsCountRoutesNotPaths(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	w.As(core.RoleClerk).Get(w.In("/items")).Want(200)
	w.Stranger().Get("/nothing")
	text := get(t, w, "/metrics").body
	for _, want := range []string{
		`qunyan_http_requests_total{route="GET /api/v1/villages/{village}/items",status="200"} 1`,
		`qunyan_http_request_seconds_count{route="POST /api/v1/session"}`, "qunyan_store_commits_total", "go_goroutines",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, w.Village.String()) {
		t.Error("a path stands in a label: every village would become a series")
	}
}
