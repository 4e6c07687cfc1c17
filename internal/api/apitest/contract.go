package apitest

import (
	"encoding/json"
	"mime"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"qunyan/internal/api"
)

// contract holds answers against the OpenAPI description.
type contract struct {
	doc *huma.OpenAPI
	mu  sync.Mutex // huma's validation fills in schemas as it meets them
}

func newContract(h *api.Handler) *contract { return &contract{doc: h.Contract()} }

// operation finds the operation of a path, preferring literal segments to {names}, as the server does.
func (c *contract) operation(method, path string) *huma.Operation {
	var best *huma.Operation
	bestLiterals := -1
	for template, item := range c.doc.Paths {
		literals, ok := fits(template, path)
		op := methodOf(item, method)
		if ok && op != nil && literals > bestLiterals {
			best, bestLiterals = op, literals
		}
	}
	return best
}

func fits(template, path string) (literals int, ok bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return 0, false
	}
	for i := range want {
		switch {
		case strings.HasPrefix(want[i], "{"):
		case want[i] == got[i]:
			literals++
		default:
			return 0, false
		}
	}
	return literals, true
}

func methodOf(item *huma.PathItem, method string) *huma.Operation {
	switch method {
	case "GET":
		return item.Get
	case "POST":
		return item.Post
	case "PUT":
		return item.Put
	case "PATCH":
		return item.Patch
	case "DELETE":
		return item.Delete
	}
	return nil
}

// check fails the test if an answer is not what the contract says.
func (c *contract) check(a *Answer, method, path string) {
	t := a.w.T
	t.Helper()
	op := c.operation(method, path)
	if op == nil {
		if a.Status != 404 && a.Status != 405 {
			t.Errorf("%s: status %d, but the contract has no such operation", a.asked, a.Status)
		}
		return
	}
	if a.Status >= 400 {
		c.checkBody(a, c.doc.Components.Responses["Problem"])
		return
	}
	response, ok := op.Responses[strconv.Itoa(a.Status)]
	if !ok {
		t.Errorf("%s: status %d is not in the contract", a.asked, a.Status)
		return
	}
	c.checkBody(a, response)
}

func (c *contract) checkBody(a *Answer, response *huma.Response) {
	t := a.w.T
	t.Helper()
	if len(response.Content) == 0 {
		if len(a.Body) > 0 {
			t.Errorf("%s: a body of %d bytes, and the contract has none", a.asked, len(a.Body))
		}
		return
	}
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	media, ok := response.Content[kind]
	if !ok {
		t.Errorf("%s: Content-Type %q is not in the contract", a.asked, kind)
		return
	}
	if !strings.HasSuffix(kind, "json") {
		return
	}
	var body any
	if err := json.Unmarshal(a.Body, &body); err != nil {
		t.Errorf("%s: not JSON: %v", a.asked, err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var result huma.ValidateResult
	huma.Validate(c.doc.Components.Schemas, media.Schema, huma.NewPathBuffer([]byte{}, 0), huma.ModeReadFromServer, body, &result)
	for _, err := range result.Errors {
		t.Errorf("%s: the answer breaks the contract: %v", a.asked, err)
	}
}
