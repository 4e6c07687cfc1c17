package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"qunyan/internal/errs"
	"qunyan/internal/messages"
)

// Problem is an RFC 9457 problem: what a caller gets whenever something was not done.
type Problem struct {
	Type    string         `json:"type" example:"about:blank" doc:"always about:blank; code says what happened"`
	Title   string         `json:"title" doc:"the status in words"`
	Status  int            `json:"status" doc:"the HTTP status"`
	Detail  string         `json:"detail" doc:"a sentence for the user, in the language of Accept-Language"`
	Code    string         `json:"code" example:"ledger.insufficient" doc:"stable; programs decide by it"`
	Field   string         `json:"field" doc:"path of the input at fault, or ''"`
	Params  map[string]any `json:"params" doc:"the values in the sentence"`
	Request string         `json:"request" doc:"id of the request, for questions to the administrator"`
	Errors  []FieldProblem `json:"errors" doc:"every field at fault, if there are several"`

	retryAfter int64
}

// FieldProblem is one field that was refused.
type FieldProblem struct {
	Location string `json:"location"`
	Code     string `json:"code"`
	Message  string `json:"message"`
}

// Error lets huma pass a problem on as the error of an operation.
func (p *Problem) Error() string { return p.Code }

// GetStatus gives huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType gives huma the media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders gives huma the headers.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(p.retryAfter, 10))
	}
	return h
}

// statusOf is the one table from kinds to statuses. A conflict with the present state and an input that can never be
// right are told apart, so that a client knows whether looking again would help.
func statusOf(kind errs.Kind) int {
	switch kind {
	case errs.Invalid:
		return http.StatusUnprocessableEntity
	case errs.Unauthenticated:
		return http.StatusUnauthorized
	case errs.Forbidden:
		return http.StatusForbidden
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Conflict:
		return http.StatusConflict
	case errs.Gone:
		return http.StatusGone
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge
	case errs.RateLimited:
		return http.StatusTooManyRequests
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// problem turns an error into what the caller sees, and logs what the caller must not see.
func (s *server) problem(x *exchange, err error) *Problem {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = errs.New(errs.Unavailable, "store.busy").Because(err)
	case errors.Is(err, context.Canceled) && x.r.Context().Err() != nil:
		err = errs.New(errs.Unavailable, "store.busy").Because(err) // the caller has gone and reads no answer
	}
	e := errs.From(err)
	switch e.Kind {
	case errs.Internal:
		s.log.Error("internal error", "request", x.by.Request, "operation", traceOf(x.r.Context()).op, "error", err)
	case errs.Unavailable:
		s.log.Warn("unavailable", "request", x.by.Request, "operation", traceOf(x.r.Context()).op, "error", err)
	}
	return newProblem(x.lang(), x.by.Request, e)
}

func newProblem(lang messages.Lang, request string, e *errs.Error) *Problem {
	status := statusOf(e.Kind)
	e = spoken(lang, e)
	p := &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: messages.Text(lang, "errors."+e.Code, readableParams(lang, e.Params)),
		Code:   e.Code, Field: e.Field, Params: e.Params, Request: request,
	}
	if p.Params == nil {
		p.Params = map[string]any{}
	}
	p.Errors = []FieldProblem{}
	if e.Kind == errs.RateLimited {
		p.retryAfter = 1
		if seconds, ok := e.Params["seconds"].(int64); ok {
			p.retryAfter = seconds
		}
	}
	return p
}

// spoken puts the sentences in the place of the keys that a red line's law and reason are named by, for the caller too.
func spoken(lang messages.Lang, e *errs.Error) *errs.Error {
	if e.Code != "rulebook.red_line" {
		return e
	}
	said := *e
	said.Params = maps.Clone(e.Params)
	for _, name := range []string{"law", "reason"} {
		if key, ok := e.Params[name].(string); ok {
			said.Params[name] = messages.Text(lang, key, nil)
		}
	}
	return &said
}

// readableParams puts the words people know in the place of a field's name and of a type's.
func readableParams(lang messages.Lang, params map[string]any) map[string]any {
	field, isField := params["field"].(string)
	want, isType := params["want"].(string)
	if !isField && !isType {
		return params
	}
	readable := maps.Clone(params)
	if isField {
		readable["field"] = fieldWord(lang, field)
	}
	if isType {
		readable["want"] = messages.Text(lang, "field.type_"+want, nil)
	}
	return readable
}

// writeProblem answers outside of an operation's handler.
func (s *server) writeProblem(x *exchange, err error) { writeJSONProblem(x.w, s.problem(x, err)) }

func writeJSONProblem(w http.ResponseWriter, p *Problem) {
	body, err := json.Marshal(p)
	if err != nil { // a parameter that JSON cannot carry is a mistake of ours
		body = fmt.Appendf(nil, `{"status":%d,"code":%q}`, p.Status, p.Code)
	}
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // the caller may be gone
}
