package page

import (
	"context"
	"html/template"
	"slices"
	"strconv"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/proof"
	"qunyan/internal/store"
)

// passbookPage is a household's passbook on paper: the newest line last, as in a bank's book.
type passbookPage struct {
	Frame
	place
	directory.Household
	ledger.Balances
	Small      bool // A5; else A4
	From       core.Month
	To         core.Month
	Today      core.Day
	Lines      []passbookLine
	Soon       []claims.Expiring // points that expire soon
	Cut        bool              // more lines than are printed; the oldest are left out
	Note       *proof.Note
	NoteQR     template.HTML
	Proved     *ledger.LineProof // the newest line a checkpoint covers
	ProvedQR   template.HTML
	ProvedPath string // its paper
	Lookup     string // where number and code are typed
}

type passbookLine struct {
	ledger.BookLine
	Change  core.Points
	Balance int64
	Base    bool
	Code    string
}

// mostPrinted bounds a print: some forty pages.
const mostPrinted = 2000

// monthsPrinted is the span of a print that names none.
const monthsPrinted = 12

// passbook is for the village's staff.
func (h *Handler) passbook(q *request) error {
	where, err := q.place()
	if err != nil {
		return err
	}
	household, err := core.ParseID(q.PathValue("household"))
	if err != nil {
		return errs.New(errs.NotFound, "directory.no_household")
	}
	by, err := q.staff()
	if err != nil {
		return err
	}
	return h.showPassbook(q, by, where, household)
}

// ownPassbook is for whoever holds the household's card: its token stands in the address, as on the card itself.
func (h *Handler) ownPassbook(q *request) error {
	by, _, err := h.svc.Access.OpenCard(q.Context(), q.PathValue("token"), "")
	if err != nil {
		return err
	}
	where, err := h.placeOf(q.Context(), by.Village)
	if err != nil {
		return err
	}
	return h.showPassbook(q, by, where, by.Household)
}

func (h *Handler) showPassbook(q *request, by core.Actor, where place, household core.ID) error {
	v := &passbookPage{place: where, Small: q.URL.Query().Get("size") == "a5", Today: q.today(), Lookup: q.origin() + bookPath(where.Village)}
	if err := v.span(q); err != nil {
		return err
	}
	if err := v.readLines(q, by, household); err != nil {
		return err
	}
	err := h.svc.Store.View(q.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		if v.Household, err = directory.HouseholdByID(ctx, tx, where.Village, household); err != nil {
			return err
		}
		v.Balances, err = ledger.BalancesOf(ctx, tx, where.Village, household, h.svc.Clock.Now())
		return err
	})
	if err != nil {
		return err
	}
	if v.Soon, _, err = h.svc.Claims.Warnings(q.Context(), where.Village, household); err != nil {
		return err
	}
	if err := v.prove(q, by); err != nil {
		return err
	}
	q.page.Title = q.page.T("page.passbook.title")
	v.Frame = q.page
	v.Head = core.MaskName(v.Head)
	return q.show("passbook.html", v)
}

// span takes ?from= and ?to= as months yyyymm; without them the last twelve.
func (v *passbookPage) span(q *request) (err error) {
	if v.To, err = q.month("to", v.Today.Month()); err != nil {
		return err
	}
	v.From, err = q.month("from", v.To.Add(1-monthsPrinted))
	return err
}

// month reads a month yyyymm of the query.
func (q *request) month(name string, otherwise core.Month) (core.Month, error) {
	text := q.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if m := core.Month(n); err == nil && m.Valid() {
		return m, nil
	}
	return 0, errs.New(errs.Invalid, "input.value", "field", name)
}

// readLines reads from the newest back to the span's beginning; who may not is told so by the first page.
func (v *passbookPage) readLines(q *request, by core.Actor, household core.ID) error {
	page := core.Page{Limit: core.MaxPage}
	for {
		lines, next, err := q.h.svc.Ledger.HouseholdLines(q.Context(), by, v.place.Village, household, page)
		if err != nil {
			return err
		}
		for _, l := range lines {
			switch month := l.Day.Month(); {
			case month < v.From:
				next = ""
			case month <= v.To && len(v.Lines) == mostPrinted:
				v.Cut, next = true, ""
			case month <= v.To:
				v.Lines = append(v.Lines, passbookLineOf(l, v.place.Village))
			}
		}
		if page.Cursor = next; next == "" {
			slices.Reverse(v.Lines)
			return nil
		}
	}
}

func passbookLineOf(l ledger.BookLine, village core.Area) passbookLine {
	account, change, balance := l.OfHousehold()
	return passbookLine{BookLine: l, Change: core.Points(change), Balance: balance, Base: account == ledger.HouseholdBase, Code: l.Code(village)}
}

// prove reads the newest checkpoint and the proof of the newest printed line it covers. A book without a checkpoint is
// printed without either.
func (v *passbookPage) prove(q *request, by core.Actor) error {
	c, err := q.h.svc.Ledger.CoverageOf(q.Context(), v.place.Village)
	if err != nil || c.Note == nil {
		return err
	}
	v.Note, v.NoteQR = c.Note, proofQR(q.origin()+checkPath(c.Note.Compact()))
	for i := len(v.Lines) - 1; i >= 0; i-- {
		if v.Lines[i].No > c.Note.Size {
			continue
		}
		p, err := q.h.svc.Ledger.ProofOf(q.Context(), by, v.place.Village, v.Lines[i].No)
		if err != nil {
			return err
		}
		v.Proved, v.ProvedPath = &p, proofPath(v.place.Village, p.Line.No, p.Code)
		v.ProvedQR = proofQR(q.origin() + checkPath(p.Proof.Compact(p.Key.Algorithm)))
		return nil
	}
	return nil
}

// Waiting is how many printed lines no checkpoint covers yet.
func (v *passbookPage) Waiting() (n int) {
	for _, l := range v.Lines {
		if v.Note == nil || l.No > v.Note.Size {
			n++
		}
	}
	return n
}

// ProofOf is where a line's proof is.
func (v *passbookPage) ProofOf(l passbookLine) string {
	return proofPath(v.place.Village, l.No, l.Code)
}

// Voucher writes a line's number.
func (f Frame) Voucher(no int64) string { return strconv.FormatInt(no, 10) }

// OtherPaper is this page for the other size of paper.
func (v *passbookPage) OtherPaper() string {
	if v.Small {
		return v.with("size", "")
	}
	return v.with("size", "a5")
}
