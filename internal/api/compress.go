package api

import (
	"bufio"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// compressor gzips answers that are text. Village lines are thin, and JSON shrinks to a fifth.
type compressor struct{ writers sync.Pool }

func newCompressor() *compressor {
	return &compressor{writers: sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
		return w
	}}}
}

// leastCompressed is how many bytes an answer needs for compressing to be worth its header.
const leastCompressed = 1024

func (c *compressor) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !acceptsGzip(r) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Add("Vary", "Accept-Encoding")
		out := &compressing{ResponseWriter: w, pool: &c.writers}
		out.buffer = bufio.NewWriterSize(writerFunc(out.pass), leastCompressed)
		next.ServeHTTP(out, r)
		out.close()
	})
}

func acceptsGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

// compressing holds the first bytes back until it is clear whether there are enough to compress.
type compressing struct {
	http.ResponseWriter
	pool   *sync.Pool
	buffer *bufio.Writer
	status int
	sent   bool // the header has gone out
	gz     *gzip.Writer
}

type writerFunc func([]byte) (int, error)

// Write implements io.Writer.
func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// WriteHeader waits for the body.
func (c *compressing) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

// Write implements http.ResponseWriter.
func (c *compressing) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	return c.buffer.Write(b)
}

// pass is called with the first full buffer and everything after it.
func (c *compressing) pass(b []byte) (int, error) {
	c.start(true)
	if c.gz != nil {
		return c.gz.Write(b)
	}
	return c.ResponseWriter.Write(b)
}

func (c *compressing) start(large bool) {
	if c.sent {
		return
	}
	c.sent = true
	h := c.Header()
	if large && c.status != http.StatusPartialContent && h.Get("Content-Encoding") == "" && compressible(h.Get("Content-Type")) {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		c.gz = c.pool.Get().(*gzip.Writer)
		c.gz.Reset(c.ResponseWriter)
	}
	if c.status != 0 {
		c.ResponseWriter.WriteHeader(c.status)
	}
}

// close sends what was held back. It is not called after a panic, which must be able to answer for itself.
func (c *compressing) close() {
	c.start(false)
	_ = c.buffer.Flush() // the client may be gone
	if c.gz != nil {
		_ = c.gz.Close()
		c.pool.Put(c.gz)
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (c *compressing) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func compressible(kind string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	switch strings.TrimSpace(kind) {
	case "application/json", "application/problem+json", "application/yaml", "application/openapi+json", "application/javascript",
		"application/manifest+json", "image/svg+xml":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}
