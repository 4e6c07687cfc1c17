package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"qunyan/internal/access"
	"qunyan/internal/core"
)

// authKind says how a caller shows who they are.
type authKind uint8

const (
	// authStaff needs a session cookie. It is the zero value, so that a forgotten field never opens a door.
	authStaff authKind = iota
	// authCard needs the header X-Card.
	authCard
	// authPublic needs nothing; the actor is nobody.
	authPublic
)

// spec describes one operation.
type spec struct {
	ID      string // kebab-case, unique: "approve-claim"
	Method  string
	Path    string // below /api/v1, with {village} or {area} for the area the permission is checked in
	Tag     string // heading in the reference
	Summary string
	Detail  string // optional: what a caller must know beyond the summary
	Op      access.Op
	Auth    authKind
	Status  int   // of success; 0 is 200
	MaxBody int64 // most bytes of the body; 0 is 256 KiB
	Limit   limit // how often one address may call it; 0 is the general bound

	// FirstPassword lets an account that must change its password call this.
	FirstPassword bool
	// NoCSRF is for operations that open a session, so that no token can exist yet.
	NoCSRF bool
	// Seconds is how long the operation may take; 0 is 30.
	Seconds int
}

const (
	defaultMaxBody = 256 << 10
	defaultSeconds = 30
)

// answer is huma's shape of a response with nothing but a body.
type answer[O any] struct{ Body *O }

// none is the body of an operation that answers 204.
type none struct{}

// handle registers an operation: I is huma's input (path, query, Body), O the JSON body of the answer (none answers
// 204). Permission, CSRF, limits and the intent are dealt with before fn; by carries them.
func handle[I, O any](s *server, sp spec, fn func(ctx context.Context, by core.Actor, in *I) (*O, error)) {
	run := func(ctx context.Context, in *I) (*O, error) {
		x := exchangeOf(ctx)
		ctx, cancel := context.WithTimeout(ctx, sp.timeout())
		defer cancel()
		out, err := fn(ctx, x.by, in)
		if err != nil {
			return nil, s.problem(x, err)
		}
		fillNil(out)
		return out, nil
	}
	if _, empty := any((*O)(nil)).(*none); empty {
		sp.Status = http.StatusNoContent
		huma.Register(s.huma, s.operation(sp), func(ctx context.Context, in *I) (*struct{}, error) {
			_, err := run(ctx, in)
			return nil, err
		})
		return
	}
	huma.Register(s.huma, s.operation(sp), func(ctx context.Context, in *I) (*answer[O], error) {
		out, err := run(ctx, in)
		if err != nil {
			return nil, err
		}
		return &answer[O]{Body: out}, nil
	})
}

// stream is an answer that is written piece by piece: a workbook, a photo.
type stream struct {
	Type string // media type
	Name string // file name for saving; "" shows it in place
	// Forever says that the bytes at this address never change, so the browser may keep them.
	Forever bool
	Write   func(ctx context.Context, w io.Writer) error
}

// handleStream registers an operation that answers with a stream of the given media type, or of one of several with commas
// between them.
func handleStream[I any](s *server, sp spec, mediaType string, fn func(ctx context.Context, by core.Actor, in *I) (*stream, error)) {
	handleStreamOf(s, sp, mediaType, binary(), fn)
}

func handleStreamOf[I any](s *server, sp spec, mediaType string, schema *huma.Schema, fn func(ctx context.Context, by core.Actor, in *I) (*stream, error)) {
	op := s.operation(sp)
	content := map[string]*huma.MediaType{}
	for one := range strings.SplitSeq(mediaType, ", ") {
		content[one] = &huma.MediaType{Schema: schema}
	}
	op.Responses[strconv.Itoa(op.DefaultStatus)].Content = content
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		x := exchangeOf(ctx)
		out, err := fn(ctx, x.by, in)
		if err != nil {
			return nil, s.problem(x, err)
		}
		return &huma.StreamResponse{Body: func(huma.Context) { s.send(ctx, x, out, op.DefaultStatus) }}, nil
	})
}

// send writes a stream. A failure after the first byte cannot become a problem any more; the connection is cut, so that
// nobody takes half a workbook for a whole one.
func (s *server) send(ctx context.Context, x *exchange, out *stream, status int) {
	// A slow line may take longer over a workbook than the server gives a request otherwise.
	connection := http.NewResponseController(x.w)
	if err := errors.Join(connection.SetReadDeadline(time.Time{}), connection.SetWriteDeadline(time.Time{})); err != nil {
		s.log.Warn("stream keeps the server's deadline", "request", x.by.Request, "error", err)
	}
	header := x.w.Header()
	header.Set("Content-Type", out.Type)
	if out.Name != "" {
		header.Set("Content-Disposition", attachment(out.Name))
	}
	if out.Forever {
		header.Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	x.w.WriteHeader(status)
	if err := out.Write(ctx, x.w); err != nil {
		s.log.Warn("stream cut", "request", x.by.Request, "error", err)
		panic(http.ErrAbortHandler)
	}
}

func (sp spec) timeout() time.Duration {
	if sp.Seconds == 0 {
		return defaultSeconds * time.Second
	}
	return time.Duration(sp.Seconds) * time.Second
}

// operation turns a spec into huma's description, with the admission before it.
func (s *server) operation(sp spec) huma.Operation {
	if sp.Status == 0 {
		sp.Status = http.StatusOK
	}
	if sp.MaxBody == 0 {
		sp.MaxBody = defaultMaxBody
	}
	if slices.ContainsFunc(s.order, func(other spec) bool { return other.ID == sp.ID }) {
		panic(fmt.Sprintf("api: two operations are called %q", sp.ID))
	}
	s.order = append(s.order, sp)
	op := huma.Operation{
		OperationID: sp.ID, Method: sp.Method, Path: sp.Path, Summary: sp.Summary, Description: sp.description(),
		Tags: []string{sp.Tag}, DefaultStatus: sp.Status,
		Responses:    responses(sp.Status),
		MaxBodyBytes: -1, // admit has read the body within its own bound
		// Less than 0 is "no deadline of huma's own": admit has set one for reading, and huma's would still be running
		// while the command works and would cut it off after five seconds.
		BodyReadTimeout: -1,
		Middlewares:     huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) { s.admit(sp, ctx, next) }},
		Extensions:      map[string]any{"x-permission": string(sp.Op)},
	}
	if sp.Op == "" {
		op.Extensions["x-permission"] = "public"
		if sp.Auth == authStaff {
			op.Extensions["x-permission"] = "signed_in"
		}
	}
	switch sp.Auth {
	case authStaff:
		op.Security = []map[string][]string{{"staff": {}}}
	case authCard:
		op.Security = []map[string][]string{{"card": {}}}
	case authPublic:
		op.Security = []map[string][]string{}
	}
	if sp.Method != http.MethodGet {
		op.Parameters = []*huma.Param{{Ref: "#/components/parameters/IdempotencyKey"}}
	}
	return op
}

// The pieces that inputs are put together from. Their names are exported because huma passes over embedded types that
// are not.

// InVillage is the input of an operation in a village.
type InVillage struct {
	Village areaParam `path:"village" doc:"Code of the village, 12 digits"`
}

// InArea is the input of an operation in an area of any level.
type InArea struct {
	Area areaParam `path:"area" doc:"Code of the area: county 6 digits, township 9, village 12"`
}

// ByID adds the {id} of a path.
type ByID struct {
	ID idParam `path:"id" doc:"13 characters"`
}

// PageQuery asks for a page of a list.
type PageQuery struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"next of the page before; leave out for the first page"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"most items of a page"`
}

func (q PageQuery) page() core.Page { return core.Page{Cursor: q.Cursor, Limit: q.Limit} }

// list is a page of a list.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"cursor of the next page; '' on the last"`
}

// listOf makes the whole of a short list, or one page of a long one.
func listOf[S, T any](rows []S, next string, view func(S) T) *list[T] {
	l := &list[T]{Items: make([]T, len(rows)), Next: next}
	for i, row := range rows {
		l.Items[i] = view(row)
	}
	return l
}

// areaParam and idParam carry a code or id in a path or query: huma would read their number types as numbers.
type areaParam struct{ core.Area }

type idParam struct{ core.ID }
