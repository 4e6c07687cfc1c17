package api

import (
	"net/http"
	"slices"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// plainExchange is the exchange of a request that belongs to no operation.
func (s *server) plainExchange(w http.ResponseWriter, r *http.Request) *exchange {
	return &exchange{w: w, r: r, by: core.Actor{Request: traceOf(r.Context()).request}}
}

// noSuchOperation answers everything under /api/ that no operation took: 405 with the methods there are, or 404.
func (s *server) noSuchOperation(w http.ResponseWriter, r *http.Request) {
	x := s.plainExchange(w, r)
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := s.mux.Handler(probe); strings.HasPrefix(pattern, method+" ") {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) > 0 && !slices.Contains(allowed, r.Method) {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		p := newProblem(x.lang(), x.by.Request, errs.New(errs.Invalid, "input.method"))
		writeJSONProblem(w, p.withStatus(http.StatusMethodNotAllowed))
		return
	}
	s.writeProblem(x, errs.New(errs.NotFound, "input.not_found"))
}
