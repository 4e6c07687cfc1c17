package api

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// readyWithin is how long a probe waits for the database.
const readyWithin = 3 * time.Second

// routeHealth serves what watches the process. None of it tells anything about people, but /metrics is better kept
// inside: docs/operations.md says how.
func (s *server) routeHealth() {
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plainText(w, http.StatusOK, "ok") })
	s.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
		defer cancel()
		if err := s.svc.Store.Ready(ctx, s.svc.Clock); err != nil {
			s.log.Warn("not ready", "error", err)
			plainText(w, http.StatusServiceUnavailable, errs.CodeOf(err))
			return
		}
		plainText(w, http.StatusOK, "ready")
	})
	s.mux.Handle("GET /metrics", s.metrics.handler())
}

func plainText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // the client may be gone
}

// metrics are the process's own numbers, in a registry of their own: the library's global one would be shared by every
// server of a test run.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(st *store.Store, backedUp func() int64) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "qunyan_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "qunyan_http_request_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, counted := range []struct {
		name, help string
		read       func(store.Stats) int64
	}{
		{"qunyan_store_commands_total", "Commands written.", func(st store.Stats) int64 { return st.Commands }},
		{"qunyan_store_commits_total", "Transactions committed; commands divided by commits is the size of a group.", func(st store.Stats) int64 { return st.Commits }},
		{"qunyan_store_retries_total", "Commands run again after a conflict or a lost connection.", func(st store.Stats) int64 { return st.Retries }},
	} {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: counted.name, Help: counted.help},
			func() float64 { return float64(counted.read(st.Stats())) }))
	}
	if backedUp != nil {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "qunyan_backup_last_success_seconds", Help: "When the newest scheduled backup was begun, in Unix seconds; 0 if there is none.",
		}, func() float64 { return float64(backedUp()) / 1000 }))
	}
	return m
}

// observe counts a request under its route: paths hold ids, and every id would become a series of its own.
func (m *metrics) observe(r *http.Request, status int, took time.Duration) {
	route := routeOf(r)
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
}
