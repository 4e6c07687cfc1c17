package api

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

const requestHeader = "X-Request-ID"

// requestForm is what we take over from a proxy; anything else could put lines into the log.
var requestForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{8,64}$`)

// around is the outermost middleware: it names the request, sets the headers that protect every answer, keeps a panic
// from ending the process, refuses writes from foreign pages, compresses, counts and logs.
func (s *server) around(next http.Handler) http.Handler {
	foreign := http.NewCrossOriginProtection()
	compressed := newCompressor().wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := core.SystemClock{}.Start()
		a := &trace{request: r.Header.Get(requestHeader), from: s.addressOf(r)}
		if !requestForm.MatchString(a.request) {
			a.request = rand.Text()
		}
		r = r.WithContext(context.WithValue(r.Context(), traceKey{}, a))
		out := &recorder{ResponseWriter: w}
		out.Header().Set(requestHeader, a.request)
		s.protect(out.Header(), r)
		defer func() {
			s.recovered(out, r, a, recover())
			s.metrics.observe(r, out.status, started.Elapsed())
			s.logRequest(r, a, out, started.Elapsed().Milliseconds())
		}()
		if err := foreign.Check(r); err != nil {
			writeJSONProblem(out, newProblem(langOf(r), a.request, errs.New(errs.Forbidden, "access.cross_site")))
			return
		}
		compressed.ServeHTTP(out, r)
	})
}

// recovered answers a panic with a 500 that names the request, and lets the log know where it happened.
func (s *server) recovered(out *recorder, r *http.Request, a *trace, p any) {
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		out.cut = true
		return
	}
	s.log.Error("panic", "request", a.request, "operation", a.op, "panic", p, "stack", string(debug.Stack()))
	if out.status == 0 {
		writeJSONProblem(out, newProblem(langOf(r), a.request, errs.New(errs.Internal, "internal")))
		return
	}
	out.cut = true
}

// logRequest writes one line per request. It holds no name, no address and no path with ids or tokens, only the route.
func (s *server) logRequest(r *http.Request, a *trace, out *recorder, ms int64) {
	level := slog.LevelInfo
	switch {
	case out.status >= 500:
		level = slog.LevelWarn
	case r.Pattern == "GET /healthz" || r.Pattern == "GET /readyz" || r.Pattern == "GET /metrics":
		level = slog.LevelDebug
	}
	s.log.Log(r.Context(), level, "request", "request", a.request, "route", routeOf(r), "status", out.status,
		"ms", ms, "bytes", out.bytes, "actor", strings.TrimSpace(a.actor))
	if out.cut {
		// Nothing that was sent so far may pass for a whole answer.
		panic(http.ErrAbortHandler)
	}
}

// routeOf is the pattern that matched, never the path itself.
func routeOf(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

// protect sets the headers every answer carries. Scripts come only from our own files; styles may also stand in the
// page, because the charts write them there; the card scanner starts its worker from a blob. No referrer leaves, because a card's address holds its token.
func (s *server) protect(h http.Header, r *http.Request) {
	h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "+
		"img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; "+
		"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=(self), payment=()")
	if s.cfg.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Language", langOf(r).Tag())
		h.Add("Vary", "Accept-Language, Cookie, X-Card")
	}
}

// addressOf is the client's network address: the peer's, or what the proxy in front of us saw.
func (s *server) addressOf(r *http.Request) string {
	if s.cfg.TrustProxy {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if ip := net.ParseIP(strings.TrimSpace(hops[len(hops)-1])); ip != nil {
			return ip.String()
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// recorder remembers what was sent.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	cut    bool // the connection must be cut: the answer is not whole
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// attachment makes a Content-Disposition that keeps Chinese file names (RFC 6266).
func attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}
