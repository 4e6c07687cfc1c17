package api

import (
	"encoding/json"
	"net/http"
	"sync"
)

// YAML is the contract as text, the same for every run of one binary: api/openapi.yaml.
func (h *Handler) YAML() ([]byte, error) { return h.s.huma.OpenAPI().YAML() }

// routeContract serves the contract and its reference.
func (s *server) routeContract() {
	s.serveOnce("GET /api/openapi.yaml", "application/yaml", func() ([]byte, error) { return s.huma.OpenAPI().YAML() })
	s.serveOnce("GET /api/openapi.json", "application/openapi+json", func() ([]byte, error) { return json.Marshal(s.huma.OpenAPI()) })
	s.serveOnce("GET /api/docs", "text/html; charset=utf-8", func() ([]byte, error) { return newReference(s) })
	s.serveOnce("GET /api/docs/reference.css", "text/css; charset=utf-8", func() ([]byte, error) { return referenceCSS, nil })
	s.mux.HandleFunc("/api/", s.noSuchOperation)
}

// serveOnce serves what does not change while the process runs. It is made for the first who asks: most servers are
// never asked.
func (s *server) serveOnce(pattern, mediaType string, content func() ([]byte, error)) {
	made := sync.OnceValues(content)
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		body, err := made()
		if err != nil {
			s.writeProblem(s.plainExchange(w, r), err)
			return
		}
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(body) // the client may be gone
	})
}
