package page

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/appraisal"
	"qunyan/internal/branch"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/gatherings"
	"qunyan/internal/households"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
	"qunyan/internal/voices"
)

//go:embed templates/*
var files embed.FS

// Services are what the pages read.
type Services struct {
	Access     *access.Service
	Appraisals *appraisal.Service
	Branch     *branch.Service
	Claims     *claims.Service
	Directory  *directory.Service
	Gatherings *gatherings.Service
	Households *households.Service
	Ledger     *ledger.Service
	Market     *market.Service
	Rules      *rulebook.Service
	Voices     *voices.Service
	Store      *store.Store
	Clock      core.Clock
}

// Config says how the outside looks; the zero value runs.
type Config struct {
	PublicURL  string // what QR codes begin with; "" takes it from the request
	Secure     bool   // browsers come by https
	TrustProxy bool   // the client's address is the last entry of X-Forwarded-For
}

// Handler serves /p/ and /print/.
type Handler struct {
	cfg       Config
	svc       Services
	log       *slog.Logger
	templates *template.Template
	mux       *http.ServeMux
}

// New builds the handler. It fails only on mistakes of ours in a template.
func New(cfg Config, svc Services, log *slog.Logger) (*Handler, error) {
	templates, err := template.New("").ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	h := &Handler{cfg: cfg, svc: svc, log: log, templates: templates, mux: http.NewServeMux()}
	for pattern, serve := range map[string]func(*request) error{
		"GET /p/{village}":                           h.village,
		"GET /p/{village}/notice/{id}":               h.notice,
		"GET /p/{village}/notice/{id}/object":        h.objectionForm,
		"POST /p/{village}/notice/{id}/object":       h.object,
		"GET /p/{village}/objection":                 h.objection,
		"GET /p/{village}/suggestions":               h.suggestions,
		"GET /p/{village}/rules":                     h.rules,
		"GET /p/{village}/book":                      h.book,
		"GET /p/{village}/book/{size}":               h.checkpointFile,
		"GET /p/{village}/line":                      h.lookup,
		"GET /p/keys":                                h.keys,
		"GET /print/slip/{village}/{id}":             h.slip,
		"GET /print/card/{token}":                    h.card,
		"GET /print/gathering/{village}/{id}":        h.signIn,
		"GET /print/door/{village}/{id}":             h.door,
		"GET /print/rules/{village}/{version}":       h.printRules,
		"GET /print/proof/{village}/{no}":            h.proof,
		"GET /print/passbook/{village}/{household}":  h.passbook,
		"GET /print/passbook/{token}":                h.ownPassbook,
		"/":                                          h.nothing,
		"GET /print/appraisal/{village}/{id}":        h.ratingSheet,
		"GET /print/appraisal/{village}/{id}/result": h.ratingResult,
		"GET /p/{village}/notice/{id}/chat":          h.chat,
		"GET /print/close/{village}/{month}":         h.certificate,
		"GET /print/change/{village}/{id}":           h.change,
		"GET /print/branch/{village}/{year}/{list}":  h.branch,
	} {
		h.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, serve) })
	}
	return h, nil
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// request is one page on its way.
type request struct {
	*http.Request
	h    *Handler
	lang messages.Lang
	page Frame
	name string // of the template
	data any
	code int // HTTP status
	file *file
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request, fill func(*request) error) {
	q := &request{Request: r, h: h, lang: langOf(r), code: http.StatusOK}
	q.page = Frame{Lang: q.lang, Big: r.URL.Query().Get("big") == "1", Path: r.URL.Path, query: r.URL.Query()}
	if err := fill(q); err != nil {
		q.refuse(err)
	}
	if q.file != nil {
		q.file.write(w)
		return
	}
	var out bytes.Buffer // a page is whole or not at all
	if err := h.templates.ExecuteTemplate(&out, q.name, q.data); err != nil {
		h.log.Error("page", "template", q.name, "error", err)
		http.Error(w, messages.Text(q.lang, "errors.internal", nil), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", q.lang.Tag())
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", "Accept-Language")
	w.WriteHeader(q.code)
	_, _ = out.WriteTo(w) // a reader who left is no fault of ours
}

// show chooses the template and what it shows.
func (q *request) show(name string, data any) error {
	q.name, q.data = name, data
	return nil
}

// refuse shows an error as a page that says what happened and where to go.
func (q *request) refuse(err error) {
	e := errs.From(err)
	statuses := map[errs.Kind]int{errs.Invalid: 422, errs.Unauthenticated: 401, errs.Forbidden: 403, errs.NotFound: 404,
		errs.Conflict: 409, errs.Gone: 410, errs.TooLarge: 413, errs.RateLimited: 429, errs.Unavailable: 503}
	status, known := statuses[e.Kind]
	if !known {
		q.h.log.Error("page", "route", q.Pattern, "error", err)
		status, e = http.StatusInternalServerError, errs.New(errs.Internal, "internal")
	}
	q.code = status
	q.page.Title = messages.Text(q.lang, "page.error.title", nil)
	_ = q.show("message.html", message{Frame: q.page, Text: messages.Text(q.lang, "errors."+e.Code, e.Params), Home: q.homeOf()})
}

// message is a page that says one thing.
type message struct {
	Frame
	Text string
	Home string // the village's page, "" if no village is known
}

// homeOf is the page of the village in the path.
func (q *request) homeOf() string {
	area, err := core.ParseArea(q.PathValue("village"))
	if err != nil || !strings.HasPrefix(q.URL.Path, "/p/") || strings.Count(q.URL.Path, "/") < 3 {
		return ""
	}
	return q.page.Link("/p/" + area.String())
}

func (h *Handler) nothing(*request) error { return errs.New(errs.NotFound, "input.not_found") }

func langOf(r *http.Request) messages.Lang {
	switch l := messages.Lang(r.URL.Query().Get("lang")); l {
	case messages.Chinese, messages.English:
		return l
	}
	return messages.Negotiate(r.Header.Get("Accept-Language"))
}

// place is a village with the names people use.
type place struct {
	Village      core.Area
	Short        string
	TownshipName string
}

func (q *request) place() (place, error) {
	code, err := core.ParseArea(q.PathValue("village"))
	if err != nil || code.Level() != core.Village {
		return place{}, errs.New(errs.NotFound, "directory.no_area")
	}
	return q.h.placeOf(q.Context(), code)
}

func (h *Handler) placeOf(ctx context.Context, code core.Area) (place, error) {
	village, err := h.svc.Directory.Area(ctx, code)
	if err != nil {
		return place{}, err
	}
	township, err := h.svc.Directory.Area(ctx, code.Parent())
	return place{Village: code, Short: village.Short, TownshipName: township.Short}, err
}

func (q *request) id() (core.ID, error) {
	id, err := core.ParseID(q.PathValue("id"))
	if err != nil {
		return 0, errs.New(errs.NotFound, "input.not_found")
	}
	return id, nil
}

func (q *request) today() core.Day { return core.DayOf(q.h.svc.Clock.Now()) }

// origin is scheme and host as the outside knows them, for QR codes.
func (q *request) origin() string {
	if q.h.cfg.PublicURL != "" {
		return q.h.cfg.PublicURL
	}
	if q.h.cfg.Secure || q.TLS != nil {
		return "https://" + q.Host
	}
	return "http://" + q.Host
}

// from is the client's network address, for holding off floods.
func (q *request) from() string {
	if q.h.cfg.TrustProxy {
		hops := strings.Split(strings.Join(q.Header.Values("X-Forwarded-For"), ","), ",")
		if ip := net.ParseIP(strings.TrimSpace(hops[len(hops)-1])); ip != nil {
			return ip.String()
		}
	}
	host, _, err := net.SplitHostPort(q.RemoteAddr)
	if err != nil {
		return q.RemoteAddr
	}
	return host
}
