package rulebook_test

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/core"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook"
)

func (h *house) importing(t *testing.T, by core.Actor, in rulebook.ImportInput) rulebook.Imported {
	t.Helper()
	out, err := h.rules.Import(context.Background(), by, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (h *house) read(t *testing.T, area core.Area, version int64) rulebook.Ruleset {
	t.Helper()
	set, err := h.rules.Ruleset(context.Background(), h.staff(core.RoleCounty, h.county), area, version)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// said writes down what is wrong as "C3 code".
func said(out rulebook.Imported) (all []string) {
	for _, f := range out.Faults {
		all = append(all, fmt.Sprintf("%s%d %s", f.Column, f.Row, f.Code))
	}
	return all
}

// written is a version in every form it can be had in.
func written(t *testing.T, set rulebook.Ruleset) map[string][]byte {
	t.Helper()
	forms := map[string][]byte{}
	var b bytes.Buffer
	if err := rulebook.WriteJSON(&b, set); err != nil {
		t.Fatal(err)
	}
	forms["JSON"] = bytes.Clone(b.Bytes())
	for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
		b.Reset()
		if err := rulebook.WriteWorkbook(&b, lang, set); err != nil {
			t.Fatal(err)
		}
		forms["Excel "+string(lang)] = bytes.Clone(b.Bytes())
	}
	return forms
}

// Whatever the product brings, and whatever a village made of it, comes back as it was: in its order, with nothing
// changed, from either form and either language; and once in, importing again changes nothing.
func TestExportAndImportGiveTheSameRules(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, source := range append(rulebook.Schemes(), rulebook.FromTemplate) {
		h := newHouse(t)
		v, err := h.rules.Draft(ctx, h.secretary(), rulebook.DraftInput{Area: h.village, Title: "前进村积分细则", Source: source})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.rules.WriteOwnRule(ctx, h.secretary(), rulebook.OwnInput{Village: h.village, Version: v, Enabled: true, Rule: rulebook.Rule{
			Code: "Z09", Category: rulebook.Volunteer, Kind: rulebook.Contribution, TextZh: "巡河（每次），=1+1", TextEn: "Walks <the> river & \"banks\"", Points: 10,
			Per: rulebook.PerUnit, UnitZh: "小时", UnitEn: "hour", CapPeriod: rulebook.EachYear, CapPoints: 200, CapCount: 30, Approver: rulebook.Leader, Self: true}}); err != nil {
			t.Fatal(err)
		}
		want := h.read(t, h.village, v)
		for form, content := range written(t, want) {
			in := rulebook.ImportInput{Area: h.village, Version: v, Content: content}
			out := h.importing(t, h.secretary(), in)
			if !out.Written || out.FaultCount != 0 || len(out.Same) != len(want.Rules) || len(out.Added)+len(out.Changed)+len(out.LeftOut)+len(out.Ignored) != 0 {
				t.Errorf("%s, %s: %d same of %d, %+v", source, form, len(out.Same), len(want.Rules), said(out))
			}
			if got := h.read(t, h.village, v).Rules; !sameRules(got, want.Rules) {
				t.Errorf("%s, %s: %+v\nwant %+v", source, form, got, want.Rules)
			}
		}
	}
}

// What a file says about caps on categories is what the draft has afterwards: none where its table is empty. A file
// that says nothing about them leaves them alone.
func TestAnEmptiedTableOfCategoryCapsTakesThemAway(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	v, err := h.rules.Draft(ctx, h.secretary(), rulebook.DraftInput{Area: h.village, Title: "前进村积分细则", Source: rulebook.FromTemplate})
	if err != nil {
		t.Fatal(err)
	}
	for form, without := range written(t, h.read(t, h.village, v)) {
		if _, err := h.rules.SetCategoryCaps(ctx, h.secretary(), rulebook.CategoryCapsInput{Area: h.village, Version: v,
			Caps: []rulebook.CategoryCap{{Category: rulebook.Volunteer, Period: rulebook.EachMonth, Points: 60}}}); err != nil {
			t.Fatal(err)
		}
		set := h.read(t, h.village, v)
		silent := book(t, []any{"编号", "分值"}, []any{set.Rules[0].Code, int64(set.Rules[0].Points)})
		for _, step := range []struct {
			content []byte
			caps    int
		}{{silent, 1}, {without, 0}} {
			seen := h.importing(t, h.secretary(), rulebook.ImportInput{Area: h.village, Version: v, Content: step.content, Dry: true}).Caps
			if told := seen != nil && len(seen.Before) == 1 && len(seen.After) == 0; told != (step.caps == 0) {
				t.Errorf("%s: the look before says %+v", form, seen)
			}
			out := h.importing(t, h.secretary(), rulebook.ImportInput{Area: h.village, Version: v, Content: step.content})
			if got := h.read(t, h.village, v).Caps; !out.Written || len(got) != step.caps {
				t.Errorf("%s: caps %+v, want %d; %v", form, got, step.caps, said(out))
			}
		}
	}
}

// sameRules compares but for the numbers of the order, which an import counts anew.
func sameRules(a, b []rulebook.Rule) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	for i := range a {
		a[i].Sort = 0
	}
	for i := range b {
		b[i].Sort = 0
	}
	return reflect.DeepEqual(a, b)
}

func book(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnImportNamesEveryBadLineAndWritesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.draft(t)
	before := h.read(t, h.village, v).Rules
	content := book(t, []any{"编号", "类别", "性质", "事项", "事项英文", "分值", "怎么计", "谁来认定", "上限按什么算", "最多几次", "单位"},
		[]any{"A01", "", "", "", "", 99},
		[]any{"A02", "", "", "换个说法", "", 10},
		[]any{"B01", "", "", "", "", 7},
		[]any{"M01", "", "", "", "", "", "", "", "", 9},
		[]any{"X01", "志愿服务", "贡献项", "不参加活动的罚款50元", "Pays a fine", 10, "按次", "组长（网格员、楼栋长）"},
		[]any{"X02", "志愿服务", "贡献项", "", "Nothing", 10, "按次", "leader"},
		[]any{"X03", "志愿服务", "贡献项", "巡逻", "Patrol", 900, "按次", "leader"},
		[]any{"X04", "志愿服务", "贡献项", "巡逻", "Patrol", 10, "按次", "leader", "每月"},
		[]any{"X05", "志愿服务", "贡献项", "巡逻", "Patrol", 10, "按数量", "leader"},
		[]any{"X05", "志愿服务", "贡献项", "巡逻", "Patrol", 10, "按次", "leader"})
	in := rulebook.ImportInput{Area: h.village, Version: v, Content: content}
	out := h.importing(t, h.secretary(), in)
	want := []string{"F2 rulebook.out_of_bounds", "D3 rulefile.county_field", "F4 rulefile.first_step", "J5 rulebook.cap_loosened", "D6 rulebook.red_line",
		"D7 rulefile.needed", "F8 rulebook.out_of_bounds", "I9 rulebook.bad_rule", "K10 rulefile.needed", "A11 rulefile.code_twice"}
	if got := said(out); !slices.Equal(got, want) || out.Written {
		t.Errorf("faults\n%q, want\n%q", got, want)
	}
	for _, f := range out.Faults {
		for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
			if text := f.Reason(lang); strings.Contains(text, "{") || strings.Contains(text, "rules.redline") || strings.Contains(text, "errors.") {
				t.Errorf("%s: %s", f.Code, text)
			}
		}
	}
	if text := out.Faults[4].Reason(messages.Chinese); !strings.Contains(text, "R2") || !strings.Contains(text, "行政处罚法") {
		t.Errorf("a fine: %s", text)
	}
	if after := h.read(t, h.village, v).Rules; !sameRules(before, after) {
		t.Error("a file with faults changed the draft")
	}
}

func TestAnImportTakesWeightsAndLeavesTheRestToTheCounty(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	v := h.draft(t)
	content := book(t, []any{"编号", "分值", "最多几次"}, []any{"Ｂ０２", "４"}, []any{"A01", 3, 1})
	dry := h.importing(t, h.secretary(), rulebook.ImportInput{Area: h.village, Version: v, Content: content, Dry: true})
	if dry.Written || dry.FaultCount != 0 || !slices.Equal(dry.Changed, []string{"B02", "A01"}) || len(dry.LeftOut) != 13 || len(h.read(t, h.village, v).Rules) != 15 {
		t.Fatalf("dry run %+v", dry)
	}
	by := h.secretary()
	by.Intent.Key = "import-once"
	for range 2 {
		if out := h.importing(t, by, rulebook.ImportInput{Area: h.village, Version: v, Content: content}); !out.Written || len(out.Changed) != 2 {
			t.Fatalf("import %+v", out)
		}
	}
	got := h.read(t, h.village, v).Rules
	if len(got) != 2 || got[0].Code != "B02" || got[0].Points != 4 || got[0].TextZh == "" || got[0].CapPoints != 20 || got[1].Points != 3 {
		t.Errorf("draft %+v", got)
	}
	h.adopt(t, v, 20261001)
	for name, c := range map[string]struct {
		by   core.Actor
		area core.Area
		code string
	}{
		"into an adopted version": {h.secretary(), h.village, "rulebook.not_draft"},
		"by the township":         {h.staff(core.RoleTownship, h.village.Parent()), h.village, "access.forbidden"},
		"into the county's":       {h.secretary(), h.county, "access.forbidden"},
	} {
		for _, dry := range []bool{true, false} {
			_, err := h.rules.Import(ctx, c.by, rulebook.ImportInput{Area: c.area, Version: v, Content: content, Dry: dry})
			wantCode(t, name, err, c.code)
		}
	}
}

func TestTheCountyImportsItsTemplate(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	by := h.staff(core.RoleCounty, h.county)
	v, err := h.rules.Draft(ctx, by, rulebook.DraftInput{Area: h.county, Title: "示范文本（修订）"})
	if err != nil {
		t.Fatal(err)
	}
	set := h.read(t, h.county, v)
	set.Rules = set.Rules[3:5]
	set.Rules[1].PointsMax, set.Rules[1].TextZh = 12, "公共区域大扫除（新）"
	for form, content := range written(t, set) {
		if out := h.importing(t, by, rulebook.ImportInput{Area: h.county, Version: v, Content: content}); !out.Written || len(out.Same)+len(out.Changed) != 2 {
			t.Errorf("%s: %+v", form, out)
		}
		if got := h.read(t, h.county, v).Rules; !sameRules(got, set.Rules) {
			t.Errorf("%s: %+v", form, got)
		}
	}
}

func TestJSONIsReadStrictly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.draft(t)
	good := string(written(t, h.read(t, h.village, v))["JSON"])
	for name, c := range map[string]struct{ content, code string }{
		"half a file":          {good[:len(good)/2], "rulefile.bad_json"},
		"something after it":   {good + "{}", "rulefile.bad_json"},
		"another file":         {`{"type":"FeatureCollection"}`, "rulefile.other_format"},
		"a newer format":       {strings.Replace(good, `"format_version": 1`, `"format_version": 2`, 1), "rulefile.other_format"},
		"a list":               {`[1]`, "rulefile.other_format"},
		"no rules":             {`{"format":"qunyan.rules","format_version":1,"rules":[]}`, "rulefile.no_rows"},
		"a thousand and one":   {`{"format":"qunyan.rules","format_version":1,"rules":[` + strings.Repeat(`{},`, 1000) + `{}]}`, "rulefile.too_many"},
		"deep":                 {`{"format":` + strings.Repeat("[", 100_000), "rulefile.bad_json"},
		"more than four MB":    {good + strings.Repeat(" ", 4<<20), "rulefile.too_large"},
		"a page of the web":    {"<html>", "rulefile.no_header"},
		"a broken zip archive": {"PK\x03\x04 and so on", "import.damaged"},
	} {
		_, err := h.rules.Import(context.Background(), h.secretary(), rulebook.ImportInput{Area: h.village, Version: v, Content: []byte(c.content), Dry: true})
		wantCode(t, name, err, c.code)
	}
	bad := `{"format":"qunyan.rules","format_version":1,"rules":[{"code":"A01","fine":50},{"code":"A02","points":"2"},{"code":"A03","points":2.5},{},` +
		good[strings.Index(good, `{
      "code": "B02"`):strings.Index(good, `,
    {
      "code": "B03"`)] + `,{"code":"B02"}]}`
	out := h.importing(t, h.secretary(), rulebook.ImportInput{Area: h.village, Version: v, Content: []byte("\ufeff" + bad), Dry: true})
	want := []string{"1 rulefile.unknown_field", "2 rulefile.bad_field", "3 rulefile.bad_field", "4 rulefile.needed", "6 rulefile.json_twice"}
	if got := said(out); !slices.Equal(got, want) || !slices.Equal(out.Same, []string{"B02"}) {
		t.Errorf("faults %q, want %q; same %q", got, want, out.Same)
	}
}

// FuzzImportJSON reads any text as JSON of rules: faults that have a sentence, or a refusal. It never panics.
func FuzzImportJSON(f *testing.F) {
	for _, s := range []string{`{}`, `[`, `{"format":"qunyan.rules","format_version":1,"rules":[{"code":"A01","scale":[{"points":1}]}]}`, `{"rules":null}`, "\ufeff{\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		for _, fault := range rulebook.FaultsOfJSON([]byte(content)) {
			if text := fault.Reason(messages.Chinese); text == "" || strings.HasPrefix(text, "errors.") {
				t.Fatalf("fault %+v", fault)
			}
		}
	})
}
