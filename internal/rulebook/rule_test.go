package rulebook

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/messages"
)

// The template is domain.md §4 line by line; a change of a number there is a change people vote on.
func TestTheTemplateIsTheFieldsTable(t *testing.T) {
	t.Parallel()
	rules, err := Template()
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		code      string
		category  Category
		points    core.Points
		steps     string
		period    Period
		capPoints core.Points
		capCount  int64
		approver  Approver
	}
	want := []row{
		{"A01", Council, 2, "", EachEvent, 0, 1, Leader},
		{"A02", Council, 10, "", EachMonth, 20, 0, Committees},
		{"A03", Council, 3, "", EachMonth, 12, 0, Leader},
		{"B01", Environment, 10, "10 5", EachMonth, 0, 1, Appraisers},
		{"B02", Environment, 5, "", EachMonth, 20, 0, Leader},
		{"B03", Environment, 5, "", EachMonth, 0, 1, Leader},
		{"C01", Harmony, 5, "", EachMonth, 15, 0, Mediator},
		{"C02", Customs, 20, "", EachEvent, 0, 1, Ceremonies},
		{"C03", Harmony, 3, "", EachMonth, 12, 0, Leader},
		{"D01", Volunteer, 10, "", EachMonth, 40, 0, Committees},
		{"D02", Volunteer, 50, "", EachEvent, 0, 1, Township},
		{"E01", Honour, 5, "5 10 15 20 30 50", EachEvent, 0, 1, Committees},
		{"E03", Industry, 30, "", Life, 0, 1, Committees},
		{"M01", Deduction, -2, "", EachWeek, 0, 1, Appraisers},
		{"M03", Deduction, -10, "", EachEvent, 0, 1, Committees},
	}
	if len(rules) != len(want) {
		t.Fatalf("%d lines", len(rules))
	}
	for i, r := range rules {
		var steps []string
		for _, s := range r.Scale {
			b, _ := json.Marshal(s.Points)
			steps = append(steps, string(b))
		}
		got := row{r.Code, r.Category, r.Points, strings.Join(steps, " "), r.CapPeriod, r.CapPoints, r.CapCount, r.Approver}
		if got != want[i] {
			t.Errorf("line %d: %+v, want %+v", i+1, got, want[i])
		}
		if r.PointsMin > r.Points || r.PointsMax < r.Points || r.ProofZh == "" || r.ProofEn == "" {
			t.Errorf("line %s: bounds or proof missing", r.Code)
		}
	}
}

func TestEveryWordOfARuleIsInTheCatalogue(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, c := range Categories() {
		keys = append(keys, "rules.category."+string(c))
	}
	for _, a := range Approvers() {
		keys = append(keys, "rules.approver."+string(a))
	}
	for _, p := range Periods() {
		keys = append(keys, "rules.period."+string(p))
	}
	for _, k := range []Kind{Base, Appraisal, Contribution} {
		keys = append(keys, "rules.kind."+string(k))
	}
	for _, s := range []State{Draft, Voted, Filing, Filed, Published, Withdrawn} {
		keys = append(keys, "rules.state."+string(s))
	}
	for _, m := range append(Deciding(), PartyMembers) {
		keys = append(keys, "rules.meeting."+string(m))
	}
	for _, key := range keys {
		zh, en := messages.Text(messages.Chinese, key, nil), messages.Text(messages.English, key, nil)
		if zh == key || en == key || zh == en {
			t.Errorf("%s: %q and %q", key, zh, en)
		}
	}
}

func TestCheckNamesTheFieldAtFault(t *testing.T) {
	t.Parallel()
	good := template(t)
	for _, c := range []struct {
		name, rule, field string
		spoil             func(r *Rule)
	}{
		{"no code", "A01", "code", func(r *Rule) { r.Code = "" }},
		{"a code in small letters", "A01", "code", func(r *Rule) { r.Code = "a01" }},
		{"a long code", "A01", "code", func(r *Rule) { r.Code = "A011" }},
		{"a category nobody knows", "A01", "category", func(r *Rule) { r.Category = "welfare" }},
		{"a kind nobody knows", "A01", "kind", func(r *Rule) { r.Kind = "" }},
		{"no text", "A01", "text_zh", func(r *Rule) { r.TextZh = "" }},
		{"no English text", "A01", "text_en", func(r *Rule) { r.TextEn = "" }},
		{"a page of text", "A01", "text_zh", func(r *Rule) { r.TextZh = strings.Repeat("长", 61) }},
		{"broken text", "A01", "text_zh", func(r *Rule) { r.TextZh = "\xff" }},
		{"an approver nobody knows", "A01", "approver", func(r *Rule) { r.Approver = "me" }},
		{"a unit nobody counts", "A01", "per", func(r *Rule) { r.UnitZh = "次" }},
		{"no unit", "B02", "unit_zh", func(r *Rule) { r.UnitZh = "" }},
		{"nothing to count by", "A01", "per", func(r *Rule) { r.Per = "hour" }},
		{"nothing for the deed", "A01", "points", func(r *Rule) { r.Points = 0 }},
		{"a deed that costs points", "A01", "points_min", func(r *Rule) { r.PointsMin = -2; r.Points = -1 }},
		{"a deduction that gives", "M01", "points_max", func(r *Rule) { r.PointsMax = 2; r.Points = 1 }},
		{"a deduction of nothing", "M01", "points_max", func(r *Rule) { r.PointsMax = 0 }},
		{"a deduction to claim oneself", "M01", "self", func(r *Rule) { r.Self = true }},
		{"bounds upside down", "A01", "points_max", func(r *Rule) { r.PointsMin, r.PointsMax = 5, 1 }},
		{"above the bound", "A01", "points", func(r *Rule) { r.Points = 6 }},
		{"a fortune", "A01", "points_max", func(r *Rule) { r.PointsMax = 1001 }},
		{"one step", "B01", "scale", func(r *Rule) { r.Scale = r.Scale[:1] }},
		{"a step above the bound", "B01", "scale", func(r *Rule) { r.Scale = []Step{r.Scale[0], {"差", "bad", 99}} }},
		{"a step without a name", "B01", "scale", func(r *Rule) { r.Scale = []Step{r.Scale[0], {"", "x", 5}} }},
		{"a first step of its own", "B01", "scale", func(r *Rule) { r.Points = 9 }},
		{"too many steps", "B01", "scale", func(r *Rule) {
			for len(r.Scale) < 13 {
				r.Scale = append(r.Scale, r.Scale[0])
			}
		}},
		{"a period without a cap", "A01", "cap_period", func(r *Rule) { r.CapCount = 0 }},
		{"a cap without a period", "A01", "cap_period", func(r *Rule) { r.CapPeriod = "" }},
		{"a period no calendar has", "A01", "cap_period", func(r *Rule) { r.CapPeriod = "decade" }},
		{"a cap below one deed", "A02", "cap_points", func(r *Rule) { r.CapPoints = 9 }},
		{"a cap below zero", "A02", "cap_points", func(r *Rule) { r.CapPoints = -20 }},
		{"a count below zero", "A01", "cap_count", func(r *Rule) { r.CapCount = -1 }},
	} {
		r := good[c.rule]
		c.spoil(&r)
		err := r.Check()
		if err == nil || errs.CodeOf(err) != "rulebook.bad_rule" || errs.From(err).Field != c.field {
			t.Errorf("%s: %v, want field %s", c.name, err, c.field)
		}
	}
}

// Any bytes that pass for a list of rules are rules that keep their promises and survive being written and read.
func FuzzRules(f *testing.F) {
	f.Add(templateJSON)
	f.Add([]byte(`[{"code":"A01","category":"council","kind":"base","text_zh":"一","text_en":"a","points":1,"points_min":1,"points_max":1,"per":"event","approver":"leader"}]`))
	f.Add([]byte(`[{"code":"A01","points":1e18}]`))
	f.Add([]byte(`[{"code":"A01","scale":null}]`))
	f.Add([]byte(`[null]`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		rules, err := parseRules(data)
		if err != nil {
			return
		}
		for _, r := range rules {
			scale, err := formatList(r.Scale)
			if err != nil {
				t.Fatal(err)
			}
			back, err := parseList[Step](scale)
			if err != nil || !reflect.DeepEqual(back, r.Scale) {
				t.Fatalf("scale %q came back as %v: %v", scale, back, err)
			}
			d := Deed{Qty: 1, Step: NoStep}
			if len(r.Scale) > 0 {
				d.Step = 0
			}
			v, err := r.Judge(d, Used{})
			if err != nil || v.Points == 0 || (v.Points < 0) != (r.Category == Deduction) {
				t.Fatalf("rule %+v gave %+v, %v", r, v, err)
			}
		}
		written, err := json.Marshal(rules)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseRules(written)
		if err != nil || !reflect.DeepEqual(again, rules) {
			t.Fatalf("%s came back as %+v: %v", written, again, err)
		}
	})
}

func TestCarryOverKeepsAVillagesChoices(t *testing.T) {
	t.Parallel()
	former, err := Template()
	if err != nil {
		t.Fatal(err)
	}
	own := append([]Rule{}, former[:5]...) // the village left out B03 and what follows
	own[0].Points = 4
	own[1].CapPoints, own[1].Self = 10, false
	own[3].Scale = []Step{{"x", "x", 8}, {"y", "y", 4}}
	own[3].Points = 8
	newer := append([]Rule{}, former[:6]...)
	newer[0].PointsMax = 3 // 4 no longer fits
	added := former[6]
	added.Code = "Z01"
	newer = append(newer, added)
	offer, other := former[0], former[0]
	offer.Code, offer.TextZh, offer.PointsMax = "T01", "参加乡镇组织的活动", 6
	other.Code, other.TextZh = "T02", "乡镇的另一条"
	taken := offer
	taken.Points = 5
	got := carryOver(newer, former, append(own, taken), []Rule{offer, other})
	if len(got) != 7 {
		t.Fatalf("%d lines: the five of the village, the county's new one and the township's that was taken in are wanted", len(got))
	}
	if got[6].Code != "T01" || got[6].Points != 5 || got[6].PointsMax != 6 {
		t.Errorf("the township's line: %+v", got[6])
	}
	if got[0].Points != 2 {
		t.Errorf("a weight outside the new bounds stayed: %d", got[0].Points)
	}
	if got[1].CapPoints != 10 || got[1].Self {
		t.Errorf("the tighter cap was lost: %+v", got[1])
	}
	if got[3].Points != 8 || got[3].Scale[1].Points != 4 || got[3].Scale[1].LabelZh != former[3].Scale[1].LabelZh {
		t.Errorf("the scale: %+v", got[3].Scale)
	}
	if got[5].Code != "Z01" {
		t.Errorf("the county's new line is %s", got[5].Code)
	}
}
