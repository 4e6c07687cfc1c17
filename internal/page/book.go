package page

import (
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
)

// bookPage is the page of a village's checkpoints: how far its book is signed for, and with which key.
type bookPage struct {
	Frame
	place
	ledger.Coverage
	Key  *seal.Key     // that signed the newest checkpoint; nil if it is listed nowhere
	QR   template.HTML // of the newest checkpoint
	Open string        // the check page with the newest checkpoint
	List []proof.Note  // a page of all of them, the newest first
	Next string        // cursor of the next page
}

// checkpointsAPage is how many checkpoints the page lists at once: a month of daily ones.
const checkpointsAPage = 31

func (h *Handler) book(q *request) error {
	where, err := q.place()
	if err != nil {
		return err
	}
	q.page.Title = q.page.T("page.book.title", "village", where.Short)
	v := &bookPage{Frame: q.page, place: where}
	if v.Coverage, err = h.svc.Ledger.CoverageOf(q.Context(), where.Village); err != nil {
		return err
	}
	if v.Note == nil {
		return q.show("book.html", v)
	}
	page := core.Page{Limit: checkpointsAPage, Cursor: q.URL.Query().Get("before")}
	if v.List, v.Next, err = h.svc.Ledger.Checkpoints(q.Context(), where.Village, page); err != nil {
		return err
	}
	v.Open = checkPath(v.Note.Compact())
	v.QR = proofQR(q.origin() + v.Open)
	v.Key, err = h.keyOf(q, *v.Note)
	if err != nil {
		return err
	}
	return q.show("book.html", v)
}

// checkPath is the check page with something to check. What stands behind # never reaches a server.
func checkPath(compact string) string { return "/proof/#" + compact }

// Left is how many lines no checkpoint covers yet.
func (v *bookPage) Left() int64 { return v.Lines - v.Note.Size }

// More is the address of the next page of checkpoints.
func (v *bookPage) More() string { return v.with("before", v.Next) }

// keyOf is the listed key that signed a note, or nil.
func (h *Handler) keyOf(q *request, n proof.Note) (*seal.Key, error) {
	keys, err := h.svc.Ledger.Keys(q.Context())
	if err != nil {
		return nil, err
	}
	for i := range keys {
		if keys[i].Name == n.Signature.Name && keys[i].ID() == n.Signature.ID {
			return &keys[i], nil
		}
	}
	return nil, nil
}

// checkpointFile hands out a checkpoint to keep: who has it can show later that the book was changed.
func (h *Handler) checkpointFile(q *request) error {
	where, err := q.place()
	if err != nil {
		return err
	}
	size, err := strconv.ParseInt(q.PathValue("size"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "seal.none")
	}
	n, err := h.svc.Ledger.Checkpoint(q.Context(), where.Village, size)
	if err != nil {
		return err
	}
	q.send(where.Village.String()+"-"+strconv.FormatInt(size, 10)+".note", n.String())
	return nil
}

// keysPage lists the public keys, to be compared with paper.
type keysPage struct {
	Frame
	Keys []seal.Key // the newest first
}

func (h *Handler) keys(q *request) error {
	keys, err := h.svc.Ledger.Keys(q.Context())
	if err != nil {
		return err
	}
	q.page.Title = q.page.T("page.keys.title")
	v := &keysPage{Frame: q.page}
	for _, k := range keys {
		v.Keys = append([]seal.Key{k}, v.Keys...)
	}
	return q.show("keys.html", v)
}

// AlgorithmName is what people call a key's algorithm.
func (f Frame) AlgorithmName(a proof.Algorithm) string {
	return f.T("page.keys.algorithm." + string(a))
}

// Moment writes the day and minute of a moment given in Unix milliseconds: 2026年9月8日 10:05.
func (f Frame) Moment(ms int64) string {
	return f.Date(core.DayOf(ms)) + " " + f.Clock(ms)[len("2026-09-08 "):]
}

// file is what is downloaded instead of a page.
type file struct {
	name string
	body string
}

func (f *file) write(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Content-Disposition", `attachment; filename="`+f.name+`"`) // digits and letters of ours
	header.Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, f.body) // a reader who left is no fault of ours
}

// send answers with a text file to keep.
func (q *request) send(name, body string) { q.file = &file{name, body} }

// lookup leads from a number and a code typed off paper to the line's proof.
func (h *Handler) lookup(q *request) error {
	where, err := q.place()
	if err != nil {
		return err
	}
	no, err := strconv.ParseInt(q.URL.Query().Get("no"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "ledger.no_line")
	}
	return h.showProof(q, where, no)
}

func proofPath(village core.Area, no int64, code string) string {
	return "/print/proof/" + village.String() + "/" + strconv.FormatInt(no, 10) + "?" + url.Values{"code": {code}}.Encode()
}
