package claims_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store/storetest"
)

// life is a village that people do random things in.
type life struct {
	*place
	rt         *rapid.T
	claimed    []core.ID
	notices    []claims.Notice
	objections []core.ID
	open       core.Month // the month that closes next
}

// TestRandomMonths lets a village live through random months, and after every close holds it to the book.
func TestRandomMonths(t *testing.T) {
	st := storetest.Open(t)
	rapid.Check(t, func(rt *rapid.T) {
		clock := storetest.NewClock(startDay)
		l := &life{place: settle(t, st, clock, 4), rt: rt, open: 202609}
		steps := map[string]func(){
			"submit": l.submitOne, "sheet": l.submitSheet, "review": l.review, "approve all": l.approveAll, "withdraw": l.withdraw,
			"resubmit": l.resubmit, "publish": l.publishOne, "object": l.objectOne, "answer": l.answerOne, "close": l.closeOne, "wait": l.wait,
		}
		names := []string{"submit", "submit", "sheet", "review", "approve all", "withdraw", "resubmit", "publish", "object", "answer", "close", "wait", "wait"}
		for range rapid.IntRange(10, 45).Draw(rt, "steps") {
			steps[rapid.SampledFrom(names).Draw(rt, "step")]()
		}
		if found := l.imbalance(); found != "" {
			rt.Fatal(found)
		}
	})
}

// allowed takes a refusal for an answer, and anything else for a fault.
func (l *life) allowed(err error) bool {
	if err != nil && errs.KindOf(err) == errs.Internal {
		l.rt.Fatal(err)
	}
	return err == nil
}

func (l *life) pick(ids []core.ID) core.ID {
	if len(ids) == 0 {
		return 1
	}
	return rapid.SampledFrom(ids).Draw(l.rt, "which")
}

func (l *life) someDeed() claims.Deed {
	d := l.deed(rapid.IntRange(0, 3).Draw(l.rt, "home"), rapid.SampledFrom([]string{"A01", "A02", "B02", "M01", "M03"}).Draw(l.rt, "rule"))
	d.Day = d.Day.Add(-rapid.IntRange(0, 70).Draw(l.rt, "days ago"))
	if d.Rule == "B02" {
		d.Qty = rapid.Int64Range(1, 6).Draw(l.rt, "qty")
	}
	return d
}

func (l *life) submitOne() {
	by := l.clerk
	if rapid.Bool().Draw(l.rt, "from a card") {
		by = l.card(rapid.IntRange(0, 3).Draw(l.rt, "card"))
	}
	if c, err := l.claims.Submit(context.Background(), by, l.village, l.someDeed()); l.allowed(err) {
		l.claimed = append(l.claimed, c.ID)
	}
}

func (l *life) submitSheet() {
	made, err := l.claims.SubmitSheet(context.Background(), l.clerk, l.village, l.sheetOf("A01", 0, 1, 2, 3, 0))
	if l.allowed(err) {
		for _, r := range made.Rows {
			if r.Claim != 0 {
				l.claimed = append(l.claimed, r.Claim)
			}
		}
	}
}

func (l *life) review() {
	seen := claims.Seen{ID: l.pick(l.claimed)}
	var err error
	switch rapid.IntRange(0, 2).Draw(l.rt, "verdict") {
	case 0:
		_, err = l.claims.Approve(context.Background(), l.supervisor, l.village, seen)
	case 1:
		_, err = l.claims.Return(context.Background(), l.supervisor, l.village, seen, "补充")
	default:
		_, err = l.claims.Reject(context.Background(), l.supervisor, l.village, seen, "不符")
	}
	l.allowed(err)
}

func (l *life) approveAll() {
	if len(l.claimed) > 0 {
		_, err := l.claims.ApproveMany(context.Background(), l.supervisor, l.village, asSeen(l.claimed[max(0, len(l.claimed)-claims.MaxTogether):]...))
		l.allowed(err)
	}
}

func (l *life) withdraw() {
	_, err := l.claims.Withdraw(context.Background(), l.clerk, l.village, l.pick(l.claimed))
	l.allowed(err)
}

func (l *life) resubmit() {
	d := l.someDeed()
	_, err := l.claims.Resubmit(context.Background(), l.clerk, l.village, l.pick(l.claimed), claims.Resubmission{Day: d.Day, Qty: d.Qty, Step: -1})
	l.allowed(err)
}

func (l *life) publishOne() {
	month := l.open.Add(rapid.IntRange(-1, 1).Draw(l.rt, "month"))
	if n, err := l.claims.PublishNotice(context.Background(), l.clerk, l.village, month, rapid.SampledFrom([]int{0, 3, 4, 7}).Draw(l.rt, "days")); l.allowed(err) {
		l.notices = append(l.notices, n)
	}
}

func (l *life) objectOne() {
	if len(l.notices) == 0 {
		return
	}
	n := rapid.SampledFrom(l.notices).Draw(l.rt, "notice")
	if o, err := l.object(l.clerk, n, l.pick(l.claimed), "有疑问"); l.allowed(err) {
		l.objections = append(l.objections, o.ID)
	}
}

func (l *life) answerOne() {
	_, err := l.claims.AnswerObjection(context.Background(), l.secretary, l.village, l.pick(l.objections),
		claims.Answer{Outcome: rapid.SampledFrom([]string{claims.Upheld, claims.Dismissed}).Draw(l.rt, "outcome"), Text: "核实过"})
	l.allowed(err)
}

// closeOne closes the month that is next, and holds the second close to the first.
func (l *life) closeOne() {
	done, err := l.claims.Close(context.Background(), l.secretary, l.village, l.open)
	if !l.allowed(err) {
		return
	}
	if again, err := l.claims.Close(context.Background(), l.secretary, l.village, l.open); err != nil || again != done {
		l.rt.Fatalf("closed again: %+v, %v; before %+v", again, err, done)
	}
	if found := l.imbalance(); found != "" {
		l.rt.Fatalf("after the close of %d: %s", l.open, found)
	}
	l.open = l.open.Next()
}

func (l *life) wait() {
	l.clock.SetDay(core.DayOf(l.clock.Now()).Add(rapid.IntRange(1, 12).Draw(l.rt, "wait")))
}
