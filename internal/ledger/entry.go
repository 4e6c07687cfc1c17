package ledger

import (
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/proof"
)

// lineForm is the first field of a line's bytes. Another form would be a new number; lines of old forms keep theirs.
const lineForm = 1

// AppendEntry adds the bytes that stand for the line in the book's tree of hashes, as docs/proof.md describes them: the
// form, then village, no, voucher, at_ms, kind, category, debit, credit, owner, amount, debit_after, credit_after, ref,
// reverses, memo_zh, memo_en, actor. The day is left out because it follows from at_ms.
func (l Line) AppendEntry(b []byte, village core.Area) []byte {
	b = append(b, lineForm<<1) // AppendInt of a small number, without the call: this runs for every line there is
	for _, v := range [...]int64{int64(village), l.No, l.Voucher, l.AtMs, int64(l.Kind)} {
		b = proof.AppendInt(b, v)
	}
	b = proof.AppendText(b, l.Category)
	for _, v := range [...]int64{int64(l.Debit), int64(l.Credit), int64(l.Owner), l.Amount, l.DebitAfter, l.CreditAfter, int64(l.Ref), l.Reverses} {
		b = proof.AppendInt(b, v)
	}
	b = proof.AppendText(proof.AppendText(b, l.MemoZh), l.MemoEn)
	return proof.AppendInt(b, int64(l.Actor))
}

// ParseEntry reads what AppendEntry wrote. Error: proof.syntax.
func ParseEntry(b []byte) (village core.Area, l Line, err error) {
	r := proof.NewReader(b)
	form := r.Int()
	village = core.Area(r.Int())
	l.No, l.Voucher, l.AtMs, l.Kind = r.Int(), r.Int(), r.Int(), Kind(r.Int())
	l.Category = r.Text()
	l.Debit, l.Credit, l.Owner = Account(r.Int()), Account(r.Int()), core.ID(r.Int())
	l.Amount, l.DebitAfter, l.CreditAfter = r.Int(), r.Int(), r.Int()
	l.Ref, l.Reverses = core.ID(r.Int()), r.Int()
	l.MemoZh, l.MemoEn = r.Text(), r.Text()
	l.Actor = core.ID(r.Int())
	if form != lineForm || !r.Done() {
		return 0, Line{}, errs.New(errs.Invalid, "proof.syntax", "part", "line")
	}
	l.Day = core.DayOf(l.AtMs)
	return village, l, nil
}
