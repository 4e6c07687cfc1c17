package torture

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"testing"

	"qunyan/internal/core"
)

// request is one wish of a client. It is sent until it is answered, always with the same key and body, or given up.
type request struct {
	kind, path, key string
	body            []byte
	claim           core.ID // that is approved

	answered bool
	id       core.ID // of what the answer speaks of
	no       int64   // of the slip
	answer   []byte
}

// client is one person at one screen. It has its own connection, does one thing after the other, and keeps a log.
type client struct {
	t    *testing.T
	http *http.Client
	base string
	csrf string

	patient bool                                // takes \"try later\" for no answer
	next    func(over <-chan struct{}) *request // nil when there is nothing more to do
	heard   func(r *request)                    // told of every first answer, if set

	log  []*request
	open []*request // sent, and no answer came
}

// signIn makes a client of an account.
func signIn(t *testing.T, base, login string) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, http: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}, base: base}
	t.Cleanup(c.http.CloseIdleConnections)
	body, _ := json.Marshal(map[string]string{"login": login, "password": password})
	status, answer, err := c.do(http.MethodPost, "/session", "", body, "application/json")
	var session struct {
		CSRF string `json:"csrf"`
	}
	if err != nil || status != http.StatusOK || json.Unmarshal(answer, &session) != nil {
		t.Fatalf("sign in as %s: %d %s %v", login, status, answer, err)
	}
	c.csrf = session.CSRF
	return c
}

// do sends a request once. An error says that no answer came.
func (c *client) do(method, path, key string, body []byte, media string) (status int, answer []byte, err error) {
	r, err := http.NewRequest(method, c.base+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", media)
	r.Header.Set("X-CSRF-Token", c.csrf)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	res, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// send gives false if no answer came. Any answer but a good one is a fault of the test or of the server.
func (c *client) send(r *request) bool {
	status, answer, err := c.do(http.MethodPost, r.path, r.key, r.body, "application/json")
	if err != nil {
		return false
	}
	if status == http.StatusServiceUnavailable && c.patient {
		return false
	}
	if status >= 300 {
		c.t.Errorf("%s %s: %d %s", r.kind, r.path, status, answer)
		return false // no use in going on like this
	}
	var got struct {
		ID core.ID `json:"id"`
		No int64   `json:"no"`
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		c.t.Errorf("%s: %v: %s", r.kind, err, answer)
	}
	if r.answered && (got.ID != r.id || got.No != r.no || r.kind == "redeem" && !bytes.Equal(answer, r.answer)) {
		c.t.Errorf("%s %s was answered with\n%s\nand then with\n%s", r.kind, r.key, r.answer, answer)
	}
	first := !r.answered
	r.answered, r.id, r.no, r.answer = true, got.ID, got.No, answer
	if first && c.heard != nil {
		c.heard(r)
	}
	return true
}

// try sends the client's newest request and wants this answer.
func (c *client) try(t *testing.T, during string, want int, code string) {
	r := c.log[len(c.log)-1]
	status, answer, err := c.do(http.MethodPost, r.path, r.key, r.body, "application/json")
	var got struct {
		Code string  `json:"code"`
		ID   core.ID `json:"id"`
		No   int64   `json:"no"`
	}
	if err == nil {
		err = json.Unmarshal(answer, &got)
	}
	if err != nil || status != want || got.Code != code {
		t.Errorf("%s: %d %s %v, want %d %s", during, status, answer, err, want, code)
	}
	if status == http.StatusCreated {
		r.answered, r.id, r.no, r.answer = true, got.ID, got.No, answer
	}
}

// work sends what was left open, some of it, and then new requests, until no answer comes or nothing is left to do.
func (c *client) work(acknowledged chan<- struct{}, over <-chan struct{}) {
	again := c.open
	c.open = nil
	if n := len(c.log); n > 0 { // one that was answered long ago
		again = append(again, c.log[mathrand.N(n)])
	}
	for i, r := range again {
		if !r.answered && mathrand.N(3) == 0 {
			continue // a client that never comes back
		}
		if !c.send(r) {
			c.open = append(c.open, unanswered(again[i:])...)
			return
		}
	}
	for r := c.next(over); r != nil; r = c.next(over) {
		c.log = append(c.log, r)
		if !c.send(r) {
			c.open = append(c.open, r)
			return
		}
		select {
		case acknowledged <- struct{}{}:
		case <-over:
		}
	}
}

func unanswered(list []*request) (open []*request) {
	for _, r := range list {
		if !r.answered {
			open = append(open, r)
		}
	}
	return open
}

func newRequest(kind, path string, body any) *request {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // a test that cannot be written as JSON
	}
	return &request{kind: kind, path: path, key: kind + "-" + rand.Text(), body: text}
}

func (s shop) path(rest string) string { return "/villages/" + s.village.String() + rest }

func (s shop) someone() core.ID { return s.homes[mathrand.N(len(s.homes))] }

// goods are handed out, and some taken in.
func (s shop) goods() *request {
	if mathrand.N(5) == 0 {
		return newRequest("receive", s.path("/items/"+s.item.String()+"/receive"), map[string]any{"qty": 2, "cost_fen": 2 * cost})
	}
	return newRequest("redeem", s.path("/redemptions"), s.basket(price))
}

// basket is one piece for somebody, at this price.
func (s shop) basket(price int) map[string]any {
	return map[string]any{"household": s.someone(), "points": price, "items": []any{map[string]any{"item": s.item, "qty": 1, "price": price}}}
}

func (s shop) claim(day core.Day) *request {
	return newRequest("claim", s.path("/claims"), map[string]any{"household": s.someone(), "rule": "A01", "day": day, "event": rand.Text(), "qty": 1})
}

func (s shop) approval(claim core.ID) *request {
	r := newRequest("approve", s.path("/claims/"+claim.String()+"/approve"), map[string]any{})
	r.claim = claim
	return r
}

// office signs in the people of one shop's village: who hands out goods, who types claims in, and who approves what was
// typed in and has nothing to do in between.
func office(t *testing.T, base string, s shop, day core.Day) []*client {
	t.Helper()
	keeper, clerk, supervisor := signIn(t, base, "keeper"), signIn(t, base, "clerk"), signIn(t, base, "supervisor")
	typed := make(chan core.ID, 1<<16)
	keeper.next = func(<-chan struct{}) *request { return s.goods() }
	clerk.next = func(<-chan struct{}) *request { return s.claim(day) }
	clerk.heard = func(r *request) { typed <- r.id }
	supervisor.next = func(over <-chan struct{}) *request {
		select {
		case id := <-typed:
			return s.approval(id)
		case <-over:
			return nil
		}
	}
	return []*client{keeper, clerk, supervisor}
}
