package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"qunyan/internal/errs"
)

// surfaces are the front end's entries besides the resident's, which answers everything else.
var surfaces = []string{"counter", "console", "board", "proof"}

// routeWeb serves the front end and hands /p/ and /print/ to the server-rendered pages.
func (s *server) routeWeb() error {
	if s.cfg.Pages != nil {
		pages := s.paced(s.cfg.Pages)
		s.mux.Handle("/p/", pages)
		s.mux.Handle("/print/", pages)
	}
	files, err := loadAssets(s.cfg.Web)
	if err != nil {
		return err
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.serveWeb(w, r, files) })
	return nil
}

// paced keeps one address from having pages rendered, or forms taken, faster than people read and write.
func (s *server) paced(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := limitPage
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			kind = limitWrite
		}
		if err := s.limits.take(kind, s.addressOf(r)); err != nil {
			p := newProblem(langOf(r), traceOf(r.Context()).request, errs.From(err))
			w.Header().Set("Retry-After", strconv.FormatInt(p.retryAfter, 10))
			http.Error(w, p.Detail, p.Status)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// asset is a built file, with its compressed form made at the first request that takes it: a browser on a village's
// line asks for the same few files again and again.
type asset struct {
	body    []byte
	media   string
	etag    string
	forever bool
	zipped  func() []byte
}

func loadAssets(root fs.FS) (map[string]asset, error) {
	files := map[string]asset{}
	if root == nil {
		return files, nil
	}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		files["/"+name] = newAsset(name, body)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return files, err
}

func newAsset(name string, body []byte) asset {
	media := mime.TypeByExtension(path.Ext(name))
	switch path.Ext(name) { // what the machine's own table may not know
	case ".js", ".mjs":
		media = "text/javascript; charset=utf-8"
	case ".webmanifest":
		media = "application/manifest+json"
	case ".woff2":
		media = "font/woff2"
	case "":
		media = "application/octet-stream"
	}
	sum := sha256.Sum256(body)
	a := asset{
		body: body, media: media, etag: `"` + hex.EncodeToString(sum[:12]) + `"`,
		// The build names files under assets/ after what is in them.
		forever: strings.HasPrefix(name, "assets/"),
	}
	a.zipped = sync.OnceValue(func() []byte { return zip(body) })
	return a
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	_, _ = w.Write(body)                                  // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

func (s *server) serveWeb(w http.ResponseWriter, r *http.Request, files map[string]asset) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.writeProblem(s.plainExchange(w, r), errs.New(errs.NotFound, "input.method"))
		return
	}
	if a, ok := files[path.Clean(r.URL.Path)]; ok {
		a.serve(w, r)
		return
	}
	if path.Ext(r.URL.Path) != "" {
		// A file that is not there: an old page asking for a script of a former build must not be given a page.
		plainText(w, http.StatusNotFound, "not found")
		return
	}
	page, ok := files["/"+surfaceOf(r.URL.Path)+"/index.html"]
	if !ok {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, notBuilt)
		return
	}
	page.serve(w, r)
}

// surfaceOf names the entry whose router knows a path.
func surfaceOf(p string) string {
	for _, surface := range surfaces {
		if p == "/"+surface || strings.HasPrefix(p, "/"+surface+"/") {
			return surface
		}
	}
	return "resident"
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("ETag", a.etag)
	h.Set("Content-Type", a.media)
	h.Set("Cache-Control", "no-cache")
	if a.forever {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(r.Header.Get("If-None-Match"), a.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body
	if compressible(a.media) && len(body) >= leastCompressed && acceptsGzip(r) {
		body = a.zipped()
		h.Set("Content-Encoding", "gzip")
	}
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // the client may be gone
}

// notBuilt is shown by a binary that was compiled without the front end.
const notBuilt = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>群雁</title><body style="font:18px/1.7 system-ui,sans-serif;max-width:36em;margin:12vh auto;padding:0 1em">
<h1>页面还没有构建</h1><p>这个程序里没有网页。请在源码目录运行 <code>make build</code>，再启动 <code>bin/qunyan</code>。</p>
<p lang="en">This binary carries no pages. Run <code>make build</code> in the source directory and start <code>bin/qunyan</code>.</p>
<p><a href="/api/docs">API</a></p></body></html>`
