package apitest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"qunyan/internal/core"
)

// Client sends requests as one person. It may be used from several goroutines.
type Client struct {
	ID    core.ID // account or card
	Token string  // of a card
	CSRF  string  // sent with every write

	w      *World
	http   http.Client
	header map[string]string
}

// With is the same client with one more header; an empty value leaves the header out.
func (c *Client) With(name, value string) *Client {
	copied := *c
	copied.header = maps.Clone(c.header)
	copied.header[http.CanonicalHeaderKey(name)] = value
	return &copied
}

// Key is the same client whose writes carry one idempotency key. Without it every write has a fresh one.
func (c *Client) Key(key string) *Client { return c.With("Idempotency-Key", key) }

// Unlock gives a card's PIN.
func (c *Client) Unlock(pin string) {
	c.w.T.Helper()
	var opened struct {
		CSRF string `json:"csrf"`
	}
	c.Post("/card/unlock", map[string]any{"pin": pin}).Want(200).Into(&opened)
	c.CSRF = opened.CSRF
}

// Get reads a path below /api/v1.
func (c *Client) Get(path string) *Answer { c.w.T.Helper(); return c.Do(http.MethodGet, path, nil) }

// Post sends body as JSON; a []byte or string as it is.
func (c *Client) Post(path string, body any) *Answer {
	c.w.T.Helper()
	return c.Do(http.MethodPost, path, body)
}

// Put sends body as JSON.
func (c *Client) Put(path string, body any) *Answer {
	c.w.T.Helper()
	return c.Do(http.MethodPut, path, body)
}

// Patch sends body as JSON.
func (c *Client) Patch(path string, body any) *Answer {
	c.w.T.Helper()
	return c.Do(http.MethodPatch, path, body)
}

// Delete deletes.
func (c *Client) Delete(path string) *Answer {
	c.w.T.Helper()
	return c.Do(http.MethodDelete, path, nil)
}

// Do sends a request and holds the answer against the contract. A path that begins with /api/ or is a page's is taken
// as it is.
func (c *Client) Do(method, path string, body any) *Answer {
	c.w.T.Helper()
	request, err := http.NewRequest(method, c.w.URL+full(path), bodyOf(body))
	if err != nil {
		c.w.T.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if method != http.MethodGet {
		request.Header.Set("Idempotency-Key", rand.Text())
		if c.CSRF != "" {
			request.Header.Set("X-CSRF-Token", c.CSRF)
		}
	}
	for name, value := range c.header {
		request.Header.Set(name, value)
		if value == "" {
			request.Header.Del(name)
		}
	}
	response, err := c.http.Do(request)
	if err != nil {
		c.w.T.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.w.T.Fatalf("%s %s: reading the answer: %v", method, path, err)
	}
	a := &Answer{Status: response.StatusCode, Header: response.Header, Body: text, w: c.w, asked: method + " " + path}
	if strings.HasPrefix(full(path), prefix+"/") {
		c.w.contract.check(a, method, strings.TrimPrefix(request.URL.Path, prefix))
	}
	return a
}

const prefix = "/api/v1"

func full(path string) string {
	for _, own := range []string{"/api/", "/p/", "/print/", "/healthz", "/readyz", "/metrics", "/counter", "/console", "/board", "/assets"} {
		if path == "/" || strings.HasPrefix(path, own) {
			return path
		}
	}
	return prefix + path
}

func bodyOf(body any) io.Reader {
	switch b := body.(type) {
	case nil:
		return nil
	case []byte:
		return bytes.NewReader(b)
	case string:
		return strings.NewReader(b)
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // a test that cannot be written as JSON
	}
	return bytes.NewReader(text)
}

// HTTP is the client's connection with its cookies, for requests that Do cannot make.
func (c *Client) HTTP() *http.Client { return &c.http }

func (c *Client) cookie(name string) string {
	u, err := url.Parse(c.w.URL + prefix + "/card")
	if err != nil {
		c.w.T.Fatal(err)
	}
	for _, cookie := range c.http.Jar.Cookies(u) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	w     *World
	asked string
}

// Want fails the test at once if the status is another.
func (a *Answer) Want(status int) *Answer {
	a.w.T.Helper()
	if a.Status != status {
		a.w.T.Fatalf("%s: status %d, want %d: %s", a.asked, a.Status, status, a.Body)
	}
	return a
}

// WantProblem fails the test at once unless the answer is a problem of this status and code.
func (a *Answer) WantProblem(status int, code string) *Answer {
	a.w.T.Helper()
	a.Want(status)
	if got := a.Code(); got != code {
		a.w.T.Fatalf("%s: code %q, want %q: %s", a.asked, got, code, a.Body)
	}
	return a
}

// Into reads the body into v.
func (a *Answer) Into(v any) *Answer {
	a.w.T.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.w.T.Fatalf("%s: %v: %s", a.asked, err, a.Body)
	}
	return a
}

// Problem is a refusal.
type Problem struct {
	Status  int            `json:"status"`
	Code    string         `json:"code"`
	Detail  string         `json:"detail"`
	Field   string         `json:"field"`
	Params  map[string]any `json:"params"`
	Request string         `json:"request"`
	Errors  []struct {
		Location string `json:"location"`
		Code     string `json:"code"`
		Message  string `json:"message"`
	} `json:"errors"`
}

// Problem reads the refusal.
func (a *Answer) Problem() (p Problem) {
	a.w.T.Helper()
	a.Into(&p)
	return p
}

// Code is the problem's code; "" for an answer that is none.
func (a *Answer) Code() string {
	var p Problem
	if a.Status < 400 || json.Unmarshal(a.Body, &p) != nil {
		return ""
	}
	return p.Code
}

// Read decodes an answer.
func Read[T any](a *Answer) (v T) {
	a.w.T.Helper()
	a.Into(&v)
	return v
}

// Log collects what the server logs.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

// String is everything logged so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
