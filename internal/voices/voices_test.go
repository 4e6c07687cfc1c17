package voices_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/claims/claimstest"
	"qunyan/internal/core"
	"qunyan/internal/voices"
)

type office struct {
	*claimstest.Place
	svc *voices.Service
}

func open(t testing.TB, homes int) *office {
	p := claimstest.New(t, homes)
	return &office{p, voices.New(p.Store, p.Clock, p.IDs, p.Claims)}
}

func (o *office) raise(by core.Actor, home int, text string) voices.Suggestion {
	o.T.Helper()
	s, err := o.svc.Raise(context.Background(), by, o.Village, voices.Draft{Household: o.Homes[home], Text: text})
	o.Wants(err, "")
	return s
}

func (o *office) adopt(by core.Actor, id core.ID) voices.Suggestion {
	o.T.Helper()
	s, err := o.svc.Adopt(context.Background(), by, o.Village, id, voices.Decision{MinutesNo: "〔2026〕12号", Answer: "本月就装"})
	o.Wants(err, "")
	return s
}

// From a villager's words to the lamp by the road: adopted, claimed, reviewed by another person, carried out.
func TestASuggestionsRoad(t *testing.T) {
	t.Parallel()
	o, ctx := open(t, 2), context.Background()
	raised := o.raise(o.Card(0), 1, " 村口的路灯坏了，\x00建议修好。 ")
	if raised.Household != o.Homes[0] || raised.Text != "村口的路灯坏了，建议修好。" || raised.State != voices.Open || raised.Head != "王建国" {
		t.Errorf("raised: %+v", raised)
	}
	adopted := o.adopt(o.Secretary, raised.ID)
	if adopted.State != voices.Adopted || adopted.Claim == 0 || adopted.ClaimCode != "" || adopted.DecidedName != o.Secretary.Name {
		t.Errorf("adopted: %+v", adopted)
	}
	claim := o.ClaimsOf(0)[0]
	if claim.ID != adopted.Claim || claim.Rule != voices.Rule || claim.Proof != "〔2026〕12号" || claim.State != claims.Submitted || claim.Points != 10 || claim.Note != raised.Text {
		t.Errorf("the claim: %+v", claim)
	}
	_, err := o.Claims.Approve(ctx, o.Secretary, o.Village, claims.Seen{ID: claim.ID})
	if err == nil {
		t.Error("who adopted it reviewed its claim")
	}
	_, err = o.Claims.Approve(ctx, o.Supervisor, o.Village, claims.Seen{ID: claim.ID})
	o.Wants(err, "")
	done, err := o.svc.CarryOut(ctx, o.Clerk, o.Village, raised.ID, adopted.Version, "9月20日装好两盏")
	o.Wants(err, "")
	if done.State != voices.Done || done.Note != "9月20日装好两盏" || done.DoneName != o.Clerk.Name {
		t.Errorf("done: %+v", done)
	}
	if got, want := o.Actions("voices."), []string{"voices.carry_out", "voices.adopt", "voices.raise"}; !slices.Equal(got, want) {
		t.Errorf("the trail: %v", got)
	}
	own, _, err := o.svc.Own(ctx, o.Card(0), core.Page{})
	o.Wants(err, "")
	if others, _, err := o.svc.Own(ctx, o.Card(1), core.Page{}); err != nil || len(own) != 1 || len(others) != 0 {
		t.Errorf("own: %v, others: %v, %v", own, others, err)
	}
}

// The cap of the month is reached: the suggestion is adopted all the same, and says why it brought nothing.
func TestACapLeavesTheAdoptionStanding(t *testing.T) {
	t.Parallel()
	o := open(t, 1)
	for i, code := range []string{"", "", "claims.cap_reached"} {
		s := o.adopt(o.Secretary, o.raise(o.Card(0), 0, "第几条建议："+strings.Repeat("好", i+5)).ID)
		if s.ClaimCode != code || (s.Claim == 0) != (code != "") || s.State != voices.Adopted {
			t.Errorf("suggestion %d: %+v", i, s)
		}
	}
	if n := len(o.ClaimsOf(0)); n != 2 {
		t.Errorf("%d claims", n)
	}
}

func TestWhoDecidesIsSomebodyElse(t *testing.T) {
	t.Parallel()
	o, ctx := open(t, 2), context.Background()
	typed := o.raise(o.Clerk, 1, "替老人写的：修一下水沟")
	_, err := o.svc.Adopt(ctx, o.Clerk, o.Village, typed.ID, voices.Decision{MinutesNo: "1号"})
	o.Wants(err, "voices.own_suggestion")
	neighbour := o.Secretary
	neighbour.Village, neighbour.Household = o.Village, o.Homes[1]
	_, err = o.svc.Reject(ctx, neighbour, o.Village, typed.ID, voices.Decision{Answer: "不行"})
	o.Wants(err, "voices.own_household")
	for name, by := range map[string]core.Actor{"keeper": o.Keeper, "supervisor": o.Supervisor, "auditor": o.Auditor, "a card": o.Card(0)} {
		if _, err := o.svc.Reject(ctx, by, o.Village, typed.ID, voices.Decision{Answer: "不行"}); err == nil {
			t.Errorf("%s decided", name)
		}
	}
	_, err = o.svc.Reject(ctx, o.Secretary, o.Village, typed.ID, voices.Decision{})
	o.Wants(err, "claims.text_missing")
	_, err = o.svc.Adopt(ctx, o.Secretary, o.Village, typed.ID, voices.Decision{})
	o.Wants(err, "claims.text_missing")
	_, err = o.svc.Adopt(ctx, o.Secretary, o.Village, typed.ID, voices.Decision{MinutesNo: "1号", Version: 7})
	o.Wants(err, "voices.changed_meanwhile")
	_, err = o.svc.CarryOut(ctx, o.Secretary, o.Village, typed.ID, 0, "修好了")
	o.Wants(err, "voices.wrong_state")
	_, err = o.svc.Reject(ctx, o.Secretary, o.Village, typed.ID, voices.Decision{Answer: "今年没有钱，明年再议"})
	o.Wants(err, "")
	_, err = o.svc.Adopt(ctx, o.Secretary, o.Village, typed.ID, voices.Decision{MinutesNo: "1号"})
	o.Wants(err, "voices.wrong_state")
	_, err = o.svc.Adopt(ctx, o.Secretary, o.Village, 4711, voices.Decision{MinutesNo: "1号"})
	o.Wants(err, "voices.no_suggestion")
}

// What everybody sees: no words before a decision, no names that were not wished, nothing withheld, never a whole name.
func TestThePublicList(t *testing.T) {
	t.Parallel()
	o, ctx := open(t, 3), context.Background()
	named, err := o.svc.Raise(ctx, o.Card(0), o.Village, voices.Draft{Text: "办一个夜校班", Named: true})
	o.Wants(err, "")
	o.adopt(o.Secretary, named.ID)
	quiet := o.raise(o.Card(1), 1, "河边立一块牌子")
	_, err = o.svc.Reject(ctx, o.Secretary, o.Village, quiet.ID, voices.Decision{Answer: "乡里统一立"})
	o.Wants(err, "")
	bad := o.raise(o.Card(2), 2, "某某某是个懒人")
	_, err = o.svc.Reject(ctx, o.Secretary, o.Village, bad.ID, voices.Decision{Answer: "说的是别人的私事", Withheld: true})
	o.Wants(err, "")
	o.raise(o.Card(1), 1, "还没有商议的一条")
	list, next, err := o.svc.Public(ctx, o.Village, core.Page{})
	o.Wants(err, "")
	if len(list) != 4 || next != "" {
		t.Fatalf("%d on the list, next %q", len(list), next)
	}
	want := []voices.Public{{State: voices.Open}, {State: voices.Rejected, Answer: "说的是别人的私事"},
		{State: voices.Rejected, Text: "河边立一块牌子", Answer: "乡里统一立"}, {State: voices.Adopted, Text: "办一个夜校班", Head: "王*国", Answer: "本月就装"}}
	for i, w := range want {
		w.ID, w.Day = list[i].ID, claimstest.Today
		if list[i] != w {
			t.Errorf("line %d: %+v, want %+v", i, list[i], w)
		}
	}
	first, next, err := o.svc.Public(ctx, o.Village, core.Page{Limit: 3})
	o.Wants(err, "")
	rest, end, err := o.svc.Public(ctx, o.Village, core.Page{Limit: 3, Cursor: next})
	o.Wants(err, "")
	if len(first) != 3 || len(rest) != 1 || end != "" || rest[0].ID != named.ID {
		t.Errorf("pages: %d and %d", len(first), len(rest))
	}
	_, _, err = o.svc.Public(ctx, o.Village, core.Page{Cursor: "?"})
	o.Wants(err, "input.bad_cursor")
}

func TestWhatIsNotTaken(t *testing.T) {
	t.Parallel()
	o, ctx := open(t, 2), context.Background()
	locked := o.Card(0)
	locked.Unlocked = false
	for _, c := range []struct {
		name string
		by   core.Actor
		text string
		code string
	}{
		{"four characters", o.Card(0), "修修路吧", "voices.too_short"},
		{"too many", o.Card(0), strings.Repeat("路", voices.MaxText+1), "claims.text_too_long"},
		{"a telephone number", o.Card(0), "请找老王 138 0000 0000", "voices.personal_number"},
		{"one in full width", o.Card(0), "请找老王１３８００００００００", "voices.personal_number"},
		{"an identity number", o.Card(0), "52052419700101001X 这个人", "voices.personal_number"},
		{"without the PIN", locked, "修一下村口的路", "access.pin_needed"},
		{"the keeper", o.Keeper, "修一下村口的路", "access.forbidden"},
		{"nobody", core.Actor{}, "修一下村口的路", "access.sign_in"},
	} {
		_, err := o.svc.Raise(ctx, c.by, o.Village, voices.Draft{Household: o.Homes[0], Text: c.text})
		if o.Wants(err, c.code); err == nil {
			t.Errorf("%s was taken", c.name)
		}
	}
	_, err := o.svc.Raise(ctx, o.Clerk, o.Village, voices.Draft{Household: 4711, Text: "修一下村口的路"})
	o.Wants(err, "claims.no_household")
	// A date with a year and a sum of money are no telephone numbers.
	o.raise(o.Card(0), 0, "2026-09-10 花 120000 元修的路坏了")
	o.raise(o.Clerk, 0, "第二条建议由文书代写")
	o.raise(o.Card(0), 0, "第三条建议")
	_, err = o.svc.Raise(ctx, o.Card(0), o.Village, voices.Draft{Text: "今天的第四条"})
	o.Wants(err, "voices.too_many_today")
	o.raise(o.Card(1), 1, "别的户照样可以提")
	for day := claimstest.Today; ; day = day.Add(1) {
		o.Clock.SetDay(day.Add(1))
		var last error
		for range voices.PerDay {
			_, last = o.svc.Raise(ctx, o.Card(0), o.Village, voices.Draft{Text: "又是新的一天"})
		}
		if last != nil {
			o.Wants(last, "voices.too_many_open")
			break
		}
	}
	open, _, err := o.svc.Suggestions(ctx, o.Auditor, o.Village, voices.Open, core.Page{Limit: 200})
	o.Wants(err, "")
	if len(open) != voices.MaxOpen+1 {
		t.Errorf("%d wait", len(open))
	}
}
