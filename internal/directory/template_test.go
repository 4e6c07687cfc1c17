package directory_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/directory"
	"qunyan/internal/directory/entry"
	"qunyan/internal/messages"
)

func TestTemplateIsReadByTheImport(t *testing.T) {
	t.Parallel()
	for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
		w := newWorld(t)
		var b bytes.Buffer
		if err := directory.WriteTemplate(&b, lang); err != nil {
			t.Fatal(err)
		}
		if got := faults(w.bring(b.String())); len(got) != 1 || got[0] != "0 import.no_rows" {
			t.Errorf("%s: the empty template has the faults %v", lang, got)
		}
		f, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		sheet := f.GetSheetName(0)
		say := func(key string) string { return messages.Text(lang, "import."+key, nil) }
		row := []any{w.village.String(), "白泥镇", "前进村", "三组", "1", "", "王建国", say("relation.head"), say("sex.m"), "1990", "13800001111", idOfWang, say("yes"), say("no"), say("state.active")}
		if err := f.SetSheetRow(sheet, "A2", &row); err != nil {
			t.Fatal(err)
		}
		b.Reset()
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		end := w.bring(b.String())
		if summary(end) != "done: 1 rows, 1 created, 0 changed, 0 unchanged, 1 groups, 0 faults" || len(end.Ignored) != 0 {
			t.Errorf("%s: %s, %v, ignored %v", lang, summary(end), faults(end), end.Ignored)
		}
	}
}

func TestEveryWordOfTheTemplateIsRead(t *testing.T) {
	t.Parallel()
	for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
		var labels []string
		for _, c := range entry.Columns() {
			labels = append(labels, directory.ColumnLabel(lang, c))
		}
		layout, ok := entry.Header(labels, true)
		if !ok || len(layout.Unknown)+len(layout.Missing)+len(layout.Twice) > 0 {
			t.Fatalf("%s: %+v", lang, layout)
		}
		for key, c := range map[string]entry.Column{
			"relation.head": entry.Relation, "relation.spouse": entry.Relation, "relation.child": entry.Relation, "relation.parent": entry.Relation,
			"relation.other": entry.Relation, "sex.m": entry.Sex, "sex.f": entry.Sex, "yes": entry.Party, "no": entry.Cadre, "state.active": entry.State,
		} {
			cells := make([]string, len(labels))
			cells[layout.Position(c)] = messages.Text(lang, "import."+key, nil)
			_, faults := entry.Parse(layout, cells, 20260301)
			for _, f := range faults {
				if f.Column == c {
					t.Errorf("%s: %q has the fault %s", lang, cells[layout.Position(c)], f.Code)
				}
			}
		}
	}
}

// Faults of rows are codes without a type of their own, so nothing but this test sees one that has no sentence.
func TestEveryFaultHasASentence(t *testing.T) {
	t.Parallel()
	codes := map[string]bool{}
	for _, code := range entry.Faults() {
		codes[code] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") || name == "template.go" {
			continue
		}
		for _, m := range regexp.MustCompile(`"(import\.[a-z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			codes[m[1]] = true
		}
	}
	if len(codes) < 45 {
		t.Errorf("only %d codes found", len(codes))
	}
	for code := range codes {
		for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
			if _, ok := messages.Lookup(lang, "errors."+code); !ok {
				t.Errorf("%s: %s has no sentence", lang, code)
			}
		}
	}
}
