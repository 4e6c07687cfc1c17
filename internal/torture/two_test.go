package torture

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/store/storetest"
)

// pair is two servers on one database, as behind a load balancer. On SQLite it is not how anybody should run, but an
// overlapping restart does it for a moment, and the same must hold.
type pair struct {
	t *testing.T
	w *world
	s [2]*server

	log *logBuffer // of both
}

func newPair(t *testing.T, months int) *pair {
	t.Helper()
	binary, data, db := binary(t), t.TempDir(), storetest.URL(t)
	p := &pair{t: t, w: newWorld(t, data, db, 1, months), log: newLogBuffer()}
	var starting sync.WaitGroup
	for i := range p.s {
		starting.Go(func() { p.s[i] = startLogging(t, p.log, binary, data, db, "--log-level", "debug") })
	}
	starting.Wait()
	return p
}

// both signs one account in at either server.
func (p *pair) both(login string) [2]*client {
	p.t.Helper()
	return [2]*client{signIn(p.t, p.s[0].url, login), signIn(p.t, p.s[1].url, login)}
}

func TestTwoServersDoEachJobOnce(t *testing.T) {
	p := newPair(t, 0)
	for _, job := range []string{"purge-intents", "purge-sessions", "sweep-photos"} {
		p.log.await("job=" + job)
	}
	for _, s := range p.s {
		s.stop() // ends after the job that runs
	}
	done := map[string]int{}
	for _, found := range regexp.MustCompile(`job=(\S+)`).FindAllStringSubmatch(p.log.String(), -1) {
		done[found[1]]++
	}
	for job, n := range done {
		if n != 1 {
			t.Errorf("%s was done %d times:\n%s", job, n, p.log)
		}
	}
}

func TestTwoServersCloseAMonthOnce(t *testing.T) {
	p := newPair(t, 6)
	before := readBook(t, p.w)
	secretaries := p.both("secretary")
	for _, v := range p.w.months {
		var answers [2]string
		together(2, func(i int) {
			c := secretaries[i]
			r := newRequest("close", fmt.Sprintf("/villages/%s/months/%d/close", v, p.w.lastMonth()), map[string]any{})
			c.log = append(c.log, r)
			if c.send(r) {
				answers[i] = string(r.answer)
			}
		})
		if answers[0] != answers[1] || answers[0] == "" {
			t.Errorf("one server closed the month with\n%s\nand the other with\n%s", answers[0], answers[1])
		}
	}
	now := readBook(t, p.w)
	compare(t, before, now, secretaries[:])
	if want := int64(len(p.w.months)); now.closes != want || now.closeLines != want*2*monthHomes {
		t.Errorf("%d months are closed with %d lines, want %d with %d", now.closes, now.closeLines, want, want*2*monthHomes)
	}
}

func TestTwoServersImportAFileOnce(t *testing.T) {
	p := newPair(t, 0)
	clerks := p.both("clerk")
	var ends [2]importJob
	together(2, func(i int) {
		var err error
		if ends[i], err = clerks[i].importFile(p.w.empty); err != nil {
			t.Error(err)
		}
	})
	done := 0
	for _, end := range ends {
		switch {
		case end.State == "done":
			done++
		case len(end.Errors) != 1 || end.Errors[0].Code != "import.changed_meanwhile": // the other was faster, and it says so
			t.Errorf("an import ended %+v", end)
		}
	}
	if done == 0 {
		t.Error("neither import was done")
	}
	if now := readBook(t, p.w); now.imported != importedHouseholds {
		t.Errorf("%d households, want %d", now.imported, importedHouseholds)
	}
}

// What is changed at one server counts at the other with its next request: nothing that decides is kept in memory.
func TestTwoServersShareEveryChangeAtOnce(t *testing.T) {
	p := newPair(t, 0)
	shop := p.w.shops[0]
	here := signIn(t, p.s[0].url, "county")
	secretary := signIn(t, p.s[0].url, "secretary")
	keepers, clerks := p.both("keeper"), p.both("clerk")

	// a price
	keepers[0].want(http.MethodPatch, shop.path("/items/"+shop.item.String()), map[string]any{"version": 1, "price": price + 1}, 200, "")
	keepers[1].want(http.MethodPost, shop.path("/redemptions"), shop.basket(price), 409, "market.price_changed")
	keepers[1].want(http.MethodPost, shop.path("/redemptions"), shop.basket(price+1), 201, "")

	// a rule
	drafted := secretary.want(http.MethodPost, shop.path("/rulesets"), map[string]any{"title": "第二版", "source": "own"}, 201, "")
	listed := clerks[1].want(http.MethodGet, "/areas/"+shop.village.String()+"/rulesets", nil, 200, "")
	if !strings.Contains(listed, "第二版") {
		t.Errorf("the other server does not know of the new rules %s: %s", drafted, listed)
	}

	// a role
	clerk := staffID(t, here, "clerk")
	clerks[1].want(http.MethodGet, shop.path("/claims"), nil, 200, "")
	here.want(http.MethodPatch, "/staff/"+clerk.String(), map[string]any{"grants": []any{map[string]any{"role": "keeper", "area": p.w.empty.String()}}}, 200, "")
	clerks[1].want(http.MethodPost, shop.path("/claims"), map[string]any{"household": shop.homes[0], "rule": "A01", "day": p.w.today, "event": "x", "qty": 1}, 403, "access.forbidden")

	// a session that was ended, a password that was set anew, an account that was shut
	keepers[0].want(http.MethodPost, "/session/password", map[string]any{"old": password, "new": "yu-shun-feng-tiao"}, 200, "")
	keepers[1].want(http.MethodGet, shop.path("/items"), nil, 401, "access.sign_in")
	stranger := &client{t: t, http: http.DefaultClient, base: p.s[1].url}
	stranger.want(http.MethodPost, "/session", map[string]string{"login": "keeper", "password": password}, 401, "access.bad_login")
	stranger.want(http.MethodPost, "/session", map[string]string{"login": "keeper", "password": "yu-shun-feng-tiao"}, 200, "")
	here.want(http.MethodPatch, "/staff/"+clerk.String(), map[string]any{"state": "disabled"}, 200, "")
	clerks[1].want(http.MethodGet, shop.path("/claims"), nil, 401, "access.sign_in")
}

// want sends a request and gives the answer, which must have this status and, if it is a refusal, this code.
func (c *client) want(method, path string, body any, status int, code string) string {
	c.t.Helper()
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	got, answer, err := c.do(method, path, "", text, "application/json")
	var problem struct {
		Code string `json:"code"`
	}
	if err != nil || got != status || code != "" && (json.Unmarshal(answer, &problem) != nil || problem.Code != code) {
		c.t.Errorf("%s %s: %d %s %v, want %d %s", method, path, got, answer, err, status, code)
	}
	return string(answer)
}

func staffID(t *testing.T, c *client, login string) core.ID {
	t.Helper()
	var found struct {
		Items []struct {
			ID    core.ID `json:"id"`
			Login string  `json:"login"`
		} `json:"items"`
	}
	text := c.want(http.MethodGet, "/staff?area="+county.String()+"&q="+login, nil, 200, "")
	if err := json.Unmarshal([]byte(text), &found); err != nil || len(found.Items) == 0 {
		t.Fatalf("no account %s: %s", login, text)
	}
	return found.Items[0].ID
}
