package api

import (
	"encoding/json"
	"net/http"
)

// YAML is the contract as text, the same for every run of one binary: api/openapi.yaml.
func (h *Handler) YAML() ([]byte, error) { return h.s.huma.OpenAPI().YAML() }

// routeContract serves the contract and its reference, which do not change while the process runs.
func (s *server) routeContract(reference []byte) {
	yaml, yamlErr := s.huma.OpenAPI().YAML()
	text, jsonErr := json.Marshal(s.huma.OpenAPI())
	s.serveBytes("GET /api/openapi.yaml", "application/yaml", yaml, yamlErr)
	s.serveBytes("GET /api/openapi.json", "application/openapi+json", text, jsonErr)
	s.serveBytes("GET /api/docs", "text/html; charset=utf-8", reference, nil)
	s.serveBytes("GET /api/docs/reference.css", "text/css; charset=utf-8", referenceCSS, nil)
	s.mux.HandleFunc("/api/", s.noSuchOperation)
}

func (s *server) serveBytes(pattern, mediaType string, body []byte, err error) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			s.writeProblem(s.plainExchange(w, r), err)
			return
		}
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(body) // the client may be gone
	})
}
