package ruletable_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/errs"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook/ruletable"
)

func read(t testing.TB, content []byte) (*ruletable.File, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "upload")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return ruletable.Read(name)
}

// sheet builds a workbook of one sheet and lets fill change it.
func sheet(t testing.TB, rows [][]any, fill ...func(f *excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	for _, fn := range fill {
		if err := fn(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// faults writes down what is wrong as "C3 code".
func faults(f *ruletable.File) (all []string) {
	for _, one := range f.Faults {
		all = append(all, one.Column+strconv.Itoa(one.Row)+" "+one.Code)
	}
	return all
}

func TestWhatClerksWriteIsUnderstood(t *testing.T) {
	t.Parallel()
	heading := []any{"编 号*", "类别", "事项", "分值 Points", "怎么计", "村民自己申报", "备注"}
	f, err := read(t, sheet(t, [][]any{{"前进村积分细则"}, heading,
		{"ａ０１", "参与议事", " 开会（群众会），到会 ", "５", "按次", "是", "x"},
		{"B02", "Clean environment", "=SUM(A1)", -2, "per unit", "no"},
		{}, {"C03", "harmony", "调解", "−3.0", "event", ""}}))
	if err != nil || f.FaultCount != 0 {
		t.Fatalf("%v, %v", err, faults(f))
	}
	got := []string{}
	for _, r := range f.Rows[ruletable.Rules] {
		got = append(got, strings.Join([]string{strconv.Itoa(r.Number), r.Code(), r.Texts["category"], r.Texts["text_zh"], strconv.FormatInt(r.Wholes["points"], 10), r.Texts["per"], r.Texts["self"]}, "|"))
	}
	want := []string{"3|A01|council|开会（群众会），到会|5|event|yes", "4|B02|environment|=SUM(A1)|-2|unit|no", "6|C03|harmony|调解|-3|event|"}
	if !slices.Equal(got, want) || !slices.Equal(f.Ignored, []string{"Sheet1!G"}) {
		t.Errorf("read %q, ignored %q", got, f.Ignored)
	}
}

func TestEveryBadCellIsNamed(t *testing.T) {
	t.Parallel()
	rows := [][]any{{"编号", "类别", "事项", "分值", "村民自己申报", "事项"},
		{"A1", "参与议事", "开会", 2}, {"", "参与议事", "开会", 2}, {"A03", "议事", "开会", "2026-09-01"}, {"A04", "参与议事", strings.Repeat("长", 501), 2.5, "也许"},
		{"A05", "参与议事", "开\n会", "一二"}, {"A06", "参与议事", "开会", 2}, {"A07", "参与议事", "开会", 2}}
	f, err := read(t, sheet(t, rows, func(f *excelize.File) error {
		return errors.Join(f.SetRowVisible("Sheet1", 7, false), f.MergeCell("Sheet1", "B8", "B9"), f.SetCellFormula("Sheet1", "D8", "1+1"), f.SetCellFormula("Sheet1", "K8", "1+1"))
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"C1 import.column_twice", "A2 rulefile.bad_code", "A3 rulefile.code_needed", "B4 rulefile.unknown_word", "D4 rulefile.bad_number",
		"C5 import.too_long", "D5 rulefile.bad_number", "E5 import.bad_yes_no", "C6 rulefile.unprintable", "D6 rulefile.bad_number", "7 import.hidden_row", "B8 import.merged", "D8 rulefile.formula"}
	if got := faults(f); !slices.Equal(got, want) {
		t.Errorf("faults\n%q, want\n%q", got, want)
	}
	for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
		for _, one := range f.Faults {
			if said := one.Reason(lang); strings.Contains(said, "{") || strings.Contains(said, "errors.") {
				t.Errorf("%s: %q", one.Code, said)
			}
		}
	}
	if said := f.Faults[3].Reason(messages.Chinese); said != "“类别”认不出。请填其中之一：参与议事、移风易俗、扣分、环境卫生、和谐乡村、荣誉、产业、志愿服务。" {
		t.Errorf("an unknown category: %s", said)
	}
}

func TestWhatIsNoSetOfRulesIsRefused(t *testing.T) {
	t.Parallel()
	many := [][]any{{"编号", "事项", "分值"}}
	for i := range 10_000 {
		many = append(many, []any{"A" + strconv.Itoa(10+i%90), "开会", 2})
	}
	for name, c := range map[string]struct {
		content []byte
		code    string
	}{
		"no heading":   {sheet(t, [][]any{{"户编号", "姓名"}, {1, "王建国"}}), "rulefile.no_header"},
		"no rows":      {sheet(t, [][]any{{"编号", "事项", "分值"}}), "rulefile.no_rows"},
		"10,000 rows":  {sheet(t, many), "rulefile.too_many"},
		"a picture":    {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), "import.not_a_table"},
		"an old sheet": {[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on"), "import.old_format"},
		"nothing":      {nil, "import.empty_file"},
	} {
		if _, err := read(t, c.content); err == nil || errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

// everyCell is a row with something in every column of a part.
func everyCell(p ruletable.Part, said string) ruletable.Row {
	row := ruletable.Row{Texts: map[ruletable.Column]string{}, Wholes: map[ruletable.Column]int64{}}
	for _, c := range ruletable.Columns(p) {
		row.Texts[c] = said
	}
	for c, text := range map[ruletable.Column]string{"code": "A01", "category": "council", "kind": "base", "per": "unit", "cap_period": "life", "approver": "leader", "self": "yes", "who": "party", "unit_round": "up", "list_category": "harmony", "list_text": "no", "each": "person"} {
		if _, ok := row.Texts[c]; ok {
			row.Texts[c] = text
		}
	}
	for i, c := range []ruletable.Column{"points", "points_min", "points_max", "cap_points", "cap_count", "unit_size", "warn_days"} {
		if _, ok := row.Texts[c]; ok {
			delete(row.Texts, c)
			row.Wholes[c] = int64(i) - 2
		}
	}
	return row
}

func TestWhatWasWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	for _, said := range []string{"按时参加群众会（到结束）", "=1+1", "+5", "_x0041_", "<a & b>", "'引号", "1.50", "是"} {
		for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
			rows := map[ruletable.Part][]ruletable.Row{}
			for _, p := range ruletable.Parts() {
				rows[p] = []ruletable.Row{everyCell(p, said)}
			}
			var b bytes.Buffer
			if err := ruletable.Write(&b, lang, rows); err != nil {
				t.Fatal(err)
			}
			f, err := read(t, b.Bytes())
			if err != nil || f.FaultCount > 0 || len(f.Ignored) > 0 {
				t.Fatalf("%q: %v, %+v, ignored %q", said, err, f, f.Ignored)
			}
			for p, want := range rows {
				got := f.Rows[p]
				if len(got) != 1 || !equal(got[0].Texts, want[0].Texts) || !equal(got[0].Wholes, want[0].Wholes) {
					t.Errorf("%s %q in %s: %+v, want %+v", p, said, lang, got, want)
				}
			}
		}
	}
}

func equal[V comparable](a, b map[ruletable.Column]V) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

// FuzzRead reads any bytes as a set of rules: rows whose every value is sound, faults that have a sentence, or a refusal.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "编号,类别,事项,分值\nA01,参与议事,开会,2\n", "code\tpoints\na01\t−5.0\n", "编号,档次,分值\nA01,村级,5\n", "编号;事项;编号\nA01;x;A02\n", "code,points\nA01,99999999999\nA02,1e3\nA03,\x00\n"} {
		f.Add([]byte(s))
	}
	f.Add(sheet(f, [][]any{{"编号", "事项", "分值"}, {"A01", "开会", 2}}, func(x *excelize.File) error { return x.SetCellFormula("Sheet1", "C2", "1+1") }))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := read(t, content)
		if err != nil {
			if kind := errs.KindOf(err); kind != errs.Invalid && kind != errs.TooLarge {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if len(file.Rows[ruletable.Rules]) > ruletable.MaxRules || len(file.Faults) > file.FaultCount {
			t.Fatalf("%d rules, %d faults of %d", len(file.Rows[ruletable.Rules]), len(file.Faults), file.FaultCount)
		}
		for _, rows := range file.Rows {
			for _, r := range rows {
				if len(r.Code()) != 3 || r.Number < 1 {
					t.Fatalf("row %+v", r)
				}
				for _, n := range r.Wholes {
					if n > 999_999_999 || n < -999_999_999 {
						t.Fatalf("number %d", n)
					}
				}
			}
		}
		for _, one := range file.Faults {
			if said := one.Reason(messages.Chinese); said == "" || strings.HasPrefix(said, "errors.") {
				t.Fatalf("fault %+v", one)
			}
		}
	})
}
