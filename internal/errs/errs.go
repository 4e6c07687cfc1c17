// Package errs is the only error type that crosses a package border: a Kind that says what went wrong in general,
// a stable Code that says it exactly ("market.out_of_stock"), and named parameters for the sentence that the message
// catalogue shows for that code. Whatever is not an *Error is an internal fault: logged, and never shown.
package errs

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is the general class of an error; the API maps each to one HTTP status.
type Kind uint8

// The kinds, from "our fault" to "try later". The zero value is Internal so that an unset kind never looks harmless.
const (
	Internal        Kind = iota // a fault of ours: logged with the request, shown as one sentence
	Invalid                     // the input cannot be right, whoever sends it
	Unauthenticated             // nobody is signed in, or the card or session is not valid
	Forbidden                   // known who it is, and not allowed
	NotFound                    // no such thing, or not visible to this actor
	Conflict                    // right in itself, but not in the present state
	Gone                        // was here once; revoked or expired
	TooLarge                    // more than the stated limit
	RateLimited                 // too many tries; later
	Unavailable                 // a dependency (disk, database) does not answer; nothing was written
)

// String names the kind in lower case, for logs.
func (k Kind) String() string {
	names := [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "gone", "too_large", "rate_limited", "unavailable"}
	if int(k) < len(names) {
		return names[k]
	}
	return "internal"
}

// Error is an error a caller can act on and a user can read.
type Error struct {
	Kind   Kind
	Code   string         // stable, "area.word_word"; key "errors.<code>" of the catalogue
	Field  string         // JSON path of the input at fault, or ""
	Params map[string]any // for the message; never secrets, never the raw input
	cause  error
}

// New makes an error of a kind and code. params are name, value, name, value … for the message.
func New(kind Kind, code string, params ...any) *Error {
	e := &Error{Kind: kind, Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if e.Params == nil {
			e.Params = make(map[string]any, len(params)/2)
		}
		e.Params[fmt.Sprint(params[i])] = params[i+1]
	}
	return e
}

// At returns a copy that names the input field at fault.
func (e *Error) At(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Because returns a copy that keeps cause for the log; the cause is never shown to a user.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Error reads "kind code [field]: cause".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	b.WriteByte(' ')
	b.WriteString(e.Code)
	if e.Field != "" {
		b.WriteString(" at ")
		b.WriteString(e.Field)
	}
	if e.cause != nil {
		b.WriteString(": ")
		b.WriteString(e.cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is(err, errs.New(kind, code)) compare kind and code alone.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Code == e.Code
}

// From finds the *Error inside err. Anything else becomes an Internal error with code "internal" and err as its cause.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", cause: err}
}

// KindOf is From(err).Kind; call it on non-nil errors only.
func KindOf(err error) Kind { return From(err).Kind }

// CodeOf is From(err).Code; call it on non-nil errors only.
func CodeOf(err error) string { return From(err).Code }
