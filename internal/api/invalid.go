package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"qunyan/internal/errs"
	"qunyan/internal/messages"
)

// refusals reads huma's English sentences about an input, which hold no code, and gives each a stable code of ours. The
// sentences are constants of its package validation; a test holds each of them against this table.
var refusals = []struct {
	begins string
	code   string
	want   string // for input.type: key of the word for what was wanted
}{
	{"unexpected property", "input.unknown_field", ""},
	{"unknown query parameter", "input.unknown_field", ""},
	{"expected required property", "input.required", ""},
	{"required ", "input.required", ""},
	{"expected property ", "input.required", ""},
	{"expected boolean", "input.type", "boolean"},
	{"expected number or", "input.type", "number"},
	{"expected integer", "input.type", "integer"},
	{"expected array items to be unique", "input.value", ""},
	{"expected array length", "input.range", ""},
	{"expected array", "input.type", "array"},
	{"expected object with", "input.range", ""},
	{"expected object", "input.type", "object"},
	{"expected number to be a multiple", "input.value", ""},
	{"expected number >", "input.range", ""},
	{"expected number <", "input.range", ""},
	{"expected number", "input.type", "number"},
	{"expected length", "input.range", ""},
	{"expected string to", "input.value", ""},
	{"expected string", "input.type", "string"},
	{"invalid integer", "input.type", "integer"},
	{"invalid boolean", "input.type", "boolean"},
	{"invalid float", "input.type", "number"},
}

// translate turns huma's refusal of an input into a problem of ours. Nothing of the input is repeated.
func (s *server) translate(lang messages.Lang, request string, m *huma.ErrorModel) *Problem {
	if m.Status >= http.StatusInternalServerError {
		return newProblem(lang, request, errs.New(errs.Internal, "internal"))
	}
	if len(m.Errors) == 0 || m.Status == http.StatusUnsupportedMediaType || m.Status == http.StatusBadRequest {
		return newProblem(lang, request, wholeBody(m)).withStatus(m.Status)
	}
	var p *Problem
	for i, detail := range m.Errors {
		e := fieldError(detail)
		if i == 0 {
			p = newProblem(lang, request, e)
		}
		p.Errors = append(p.Errors, FieldProblem{
			Location: e.Field, Code: e.Code, Message: messages.Text(lang, "errors."+e.Code, readableParams(lang, e.Params)),
		})
	}
	return p
}

func (p *Problem) withStatus(status int) *Problem {
	p.Status, p.Title = status, http.StatusText(status)
	return p
}

// wholeBody is the error when not one field but the body itself is at fault.
func wholeBody(m *huma.ErrorModel) *errs.Error {
	switch m.Status {
	case http.StatusUnsupportedMediaType:
		return errs.New(errs.Invalid, "input.media_type")
	case http.StatusBadRequest:
		if len(m.Errors) == 0 {
			return errs.New(errs.Invalid, "input.body_missing")
		}
	}
	return errs.New(errs.Invalid, "input.body")
}

func fieldError(d *huma.ErrorDetail) *errs.Error {
	field := shortened(d.Location)
	for _, place := range []string{"body", "query", "path", "header"} {
		if rest, ok := strings.CutPrefix(field, place); ok && (rest == "" || rest[0] == '.') {
			field = strings.TrimPrefix(rest, ".")
			break
		}
	}
	for _, r := range refusals {
		if !strings.HasPrefix(d.Message, r.begins) {
			continue
		}
		switch r.code {
		case "input.required":
			field = missingField(field, d.Message)
		case "input.range":
			return errs.New(errs.Invalid, r.code, "field", field, "limit", limitText(d.Message)).At(field)
		case "input.type":
			return errs.New(errs.Invalid, r.code, "field", field, "want", r.want).At(field)
		}
		return errs.New(errs.Invalid, r.code, "field", field).At(field)
	}
	return errs.New(errs.Invalid, "input.value", "field", field).At(field)
}

var requiredForm = regexp.MustCompile(`^expected (?:required )?property (\S+) to be present`)

// missingField adds the name of the property that is not there to the path of the object that lacks it.
func missingField(object, message string) string {
	m := requiredForm.FindStringSubmatch(message)
	switch {
	case m == nil:
		return object
	case object == "":
		return m[1]
	}
	return object + "." + m[1]
}

var limitForm = regexp.MustCompile(`(>=|<=|>|<) (-?[0-9.e+]+)$|at (least|most) ([0-9]+)`)

// limitText writes the bound of a refusal as a sign and a number, which read alike in every language.
func limitText(message string) string {
	m := limitForm.FindStringSubmatch(message)
	switch {
	case m == nil:
		return ""
	case m[1] != "":
		return strings.NewReplacer(">=", "≥", "<=", "≤").Replace(m[1]) + " " + plainNumber(m[2])
	case m[3] == "least":
		return "≥ " + m[4]
	}
	return "≤ " + m[4]
}

// plainNumber undoes the exponent that huma writes large bounds with (1e+06).
func plainNumber(text string) string {
	var f float64
	if _, err := fmt.Sscan(text, &f); err != nil || f != float64(int64(f)) {
		return text
	}
	return fmt.Sprint(int64(f))
}

// fieldWord is the word for the last name of a field's path, or the path itself where the catalogue has none.
func fieldWord(lang messages.Lang, field string) string {
	name := field
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	if i := strings.IndexByte(name, '['); i >= 0 {
		name = name[:i]
	}
	if word, ok := messages.Lookup(lang, "field."+name); ok {
		return word
	}
	return field
}

// shortened bounds what is repeated of a name that a caller made up.
func shortened(name string) string {
	const most = 60
	if r := []rune(name); len(r) > most {
		return string(r[:most]) + "…"
	}
	return name
}

func isJSON(r *http.Request) bool {
	kind := r.Header.Get("Content-Type")
	if kind == "" {
		return true
	}
	kind, _, err := mime.ParseMediaType(kind)
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// unstorable says that a text holds what a database refuses: PostgreSQL takes no NUL and no bytes that are not UTF-8,
// SQLite takes both, and nobody types either.
func unstorable(text string) bool { return strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) }

// checkAddress refuses a path or a query with a text that cannot be stored.
func checkAddress(address *url.URL) error {
	bad := unstorable(address.Path)
	for _, values := range address.Query() {
		bad = bad || slices.ContainsFunc(values, unstorable)
	}
	if bad {
		return errs.New(errs.Invalid, "input.text")
	}
	return nil
}

// checkJSON refuses an object that says one thing twice, in any case: which of the two is checked and which is used would
// depend on the reader (RFC 8259 §4); and a text that cannot be stored. Anything else that is wrong with the JSON is found
// later.
func checkJSON(body []byte) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var open []map[string]bool // the keys of each open object; nil for an array
	key := false               // the next string is a key
	for {
		token, err := dec.Token()
		if err != nil { // the end, or what huma will refuse
			return nil
		}
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{':
				open = append(open, map[string]bool{})
			case '[':
				open = append(open, nil)
			default:
				open = open[:len(open)-1]
			}
			key = len(open) > 0 && open[len(open)-1] != nil
			continue
		case string:
			if unstorable(t) {
				return errs.New(errs.Invalid, "input.text")
			}
			if key {
				folded := strings.ToLower(t)
				keys := open[len(open)-1]
				if keys[folded] {
					return errs.New(errs.Invalid, "input.repeated_field", "field", shortened(t)).At(shortened(t))
				}
				keys[folded] = true
				key = false
				continue
			}
		}
		key = len(open) > 0 && open[len(open)-1] != nil
	}
}
