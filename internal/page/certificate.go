package page

import (
	"html/template"
	"strconv"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/proof"
)

// certificatePage is the paper that secretary and supervisor sign when a month is closed.
type certificatePage struct {
	Frame
	place
	claims.Certificate
	Upheld    int
	Dismissed int
	Note      *proof.Note // the newest checkpoint; nil while there is none
	NoteText  string
	NoteQR    template.HTML
}

// certificate is for the village's staff: objections stand in it with the household's number.
func (h *Handler) certificate(q *request) error {
	where, err := q.place()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(q.PathValue("month"), 10, 64)
	if err != nil || !core.Month(n).Valid() {
		return errs.New(errs.NotFound, "input.not_found")
	}
	by, err := q.staff()
	if err != nil {
		return err
	}
	v := &certificatePage{place: where}
	if v.Certificate, err = h.svc.Claims.CertificateOf(q.Context(), by, where.Village, core.Month(n)); err != nil {
		return err
	}
	for _, o := range v.Objections {
		switch o.Outcome {
		case claims.Upheld:
			v.Upheld++
		case claims.Dismissed:
			v.Dismissed++
		}
	}
	c, err := h.svc.Ledger.CoverageOf(q.Context(), where.Village)
	if err != nil {
		return err
	}
	if c.Note != nil {
		v.Note, v.NoteText, v.NoteQR = c.Note, c.Note.Text(), proofQR(q.origin()+checkPath(c.Note.Compact()))
	}
	q.page.Title = q.page.T("page.close.title", "village", where.Short, "month", q.page.Month(core.Month(n)))
	v.Frame = q.page
	return q.show("certificate.html", v)
}

// Covered says that the checkpoint vouches for every line of the month.
func (v *certificatePage) Covered() bool {
	return v.Note != nil && v.Note.Size >= max(v.Closing.LastNo, v.Expired.LastNo)
}

// Change is how a category's points differ from the month before.
func (v *certificatePage) Change(t claims.CategoryTotal) string {
	return v.Signed(t.Points - t.LastPoints)
}

// Taken is what the month's deductions took.
func (v *certificatePage) Taken() string { return v.Signed(-v.Closing.Deducted) }
