package ledger_test

import (
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
)

func TestALinesBytesReadBackAsTheLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		any := rapid.Int64()
		at := rapid.Int64Range(0, 4_000_000_000_000).Draw(t, "at")
		l := ledger.Line{No: any.Draw(t, "no"), Voucher: any.Draw(t, "voucher"), Day: core.DayOf(at), AtMs: at, Kind: ledger.Kind(any.Draw(t, "kind")),
			Category: rapid.String().Draw(t, "category"), Debit: ledger.Account(any.Draw(t, "debit")), Credit: ledger.Account(any.Draw(t, "credit")),
			Owner: core.ID(any.Draw(t, "owner")), Amount: any.Draw(t, "amount"), DebitAfter: any.Draw(t, "debit after"), CreditAfter: any.Draw(t, "credit after"),
			Ref: core.ID(any.Draw(t, "ref")), Reverses: any.Draw(t, "reverses"), MemoZh: rapid.String().Draw(t, "zh"), MemoEn: rapid.String().Draw(t, "en"),
			Actor: core.ID(any.Draw(t, "actor"))}
		village := core.Area(any.Draw(t, "village"))
		b := l.AppendEntry(nil, village)
		v, back, err := ledger.ParseEntry(b)
		if err != nil || v != village || back != l {
			t.Fatalf("%+v came back as %+v of %d: %v", l, back, v, err)
		}
		if _, _, err := ledger.ParseEntry(b[:len(b)-1]); errs.CodeOf(err) != "proof.syntax" {
			t.Fatalf("cut short: %v", err)
		}
		if _, _, err := ledger.ParseEntry(append(b, 0)); errs.CodeOf(err) != "proof.syntax" {
			t.Fatalf("with something behind: %v", err)
		}
	})
}

func FuzzParseEntry(f *testing.F) {
	f.Add(ledger.Line{No: 6, Voucher: 6, AtMs: 1_788_172_800_000, Kind: ledger.Earned, Category: "council", Debit: ledger.PointsIssued,
		Credit: ledger.HouseholdSpendable, Owner: 7, Amount: 2, MemoZh: "按时参加群众会"}.AppendEntry(nil, 520524105002))
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, l, err := ledger.ParseEntry(b); err == nil && string(l.AppendEntry(nil, v)) != string(b) {
			t.Errorf("%x reads as %+v, which is %x", b, l, l.AppendEntry(nil, v))
		}
	})
}
