package page

import (
	"html/template"
	"strconv"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
)

// proofPage is the paper with one line's proof.
type proofPage struct {
	Frame
	place
	ledger.LineProof
	Balance     int64
	Change      int64
	Account     ledger.Account
	Covered     bool
	Open        string        // the check page with the proof
	QR          template.HTML // "" for a book too long for a code that a phone reads
	Fingerprint string
	Lookup      string // where number and code are typed
}

func (h *Handler) proof(q *request) error {
	where, err := q.place()
	if err != nil {
		return err
	}
	no, err := strconv.ParseInt(q.PathValue("no"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "ledger.no_line")
	}
	return h.showProof(q, where, no)
}

func (h *Handler) showProof(q *request, where place, no int64) error {
	p, err := h.svc.Ledger.ProofByCode(q.Context(), where.Village, no, q.URL.Query().Get("code"))
	covered := err == nil
	if code := errs.CodeOf(err); err != nil && (p.Code == "" || code != "seal.none" && code != "seal.not_covered") {
		return err
	}
	if covered && q.URL.Query().Get("file") == "1" {
		q.send(where.Village.String()+"-"+strconv.FormatInt(no, 10)+".tlog-proof", p.Proof.String())
		return nil
	}
	q.page.Title = q.page.T("page.proof.title")
	v := &proofPage{Frame: q.page, place: where, LineProof: p, Covered: covered, Lookup: q.origin() + bookPath(where.Village)}
	v.Account, v.Change, v.Balance = seen(p.Line)
	if covered {
		v.Open = checkPath(p.Proof.Compact(p.Key.Algorithm))
		v.QR = proofQR(q.origin() + v.Open)
		v.Fingerprint = p.Key.Fingerprint()
	}
	return q.show("proof_print.html", v)
}

func bookPath(village core.Area) string { return "/p/" + village.String() + "/book" }

// seen reads a line as its household does; a line between the village's own accounts from the one that receives.
func seen(l ledger.Line) (account ledger.Account, change, balance int64) {
	if account, change, balance = l.OfHousehold(); account == 0 {
		account, change, balance = l.Credit, l.Amount, l.CreditAfter
	}
	return account, change, balance
}

// File is where the proof is downloaded.
func (v *proofPage) File() string { return v.with("file", "1") }

// Text is what the line is about.
func (f Frame) Text(l ledger.Line) string {
	text := f.Pick(l.MemoZh, l.MemoEn)
	if l.Kind == ledger.Redeemed {
		return f.T("page.passbook.redeemed", "goods", text)
	}
	return text
}

// Amount writes points, or fen as yuan, with the sign of a change.
func (v *proofPage) Amount(n int64) string {
	if v.Account.Unit() == ledger.InFen {
		sign := "+"
		if n < 0 {
			sign, n = "−", -n
		}
		return v.T("page.proof.yuan", "n", sign+v.Yuan(core.Fen(n)))
	}
	return v.T("page.slip.points", "n", v.Signed(core.Points(n)))
}

// Rest writes the balance.
func (v *proofPage) Rest() string {
	if v.Account.Unit() == ledger.InFen {
		return v.T("page.proof.yuan", "n", v.Yuan(core.Fen(v.Balance)))
	}
	return v.T("page.slip.points", "n", v.Balance)
}

// AccountName is what the book calls an account.
func (f Frame) AccountName(a ledger.Account) string { return f.T("book.account." + a.String()) }
