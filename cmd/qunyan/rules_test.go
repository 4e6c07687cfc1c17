package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qunyan/internal/store/storetest"
)

// lintOf runs `qunyan rules lint` on texts.
func lintOf(t *testing.T, texts string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(context.Background(), &program{stdin: strings.NewReader(texts), stdout: &out, stderr: &err}, append([]string{"rules"}, args...))
	return code, out.String(), err.String()
}

func TestLintPrintsWhatIsBlocked(t *testing.T) {
	t.Parallel()
	code, out, errs := lintOf(t, "\ufeff参加夜校、院坝会\r\n\r\n取消低保资格\n罚款五十元", "lint", "-")
	if code != exitFailed || errs != "" || strings.Count(out, "\n") != 2 || !strings.HasPrefix(out, "3\tR1\t取消低保资格\t") || !strings.Contains(out, "4\tR2\t") {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
	if code, out, _ := lintOf(t, "宣传低保政策\n参加夜校\n", "lint", "-"); code != exitDone || out != "" {
		t.Errorf("innocent texts: exit %d, %q", code, out)
	}
	if code, out, _ := lintOf(t, "", "lint", "-"); code != exitDone || out != "" {
		t.Errorf("nothing: exit %d, %q", code, out)
	}
	if code, out, _ := lintOf(t, "到县里上访", "lint", "--deduction", "--lang", "en", "-"); code != exitFailed || !strings.Contains(out, "petition") {
		t.Errorf("a deduction that does not say so: exit %d, %q", code, out)
	}
}

func TestLintExitsTwoOnMistakes(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"lint"}, {"lint", "x"}, {"lint", "-", "-"}, {"draft", "-"}, {"-"}, {"lint", "--lang", "fr", "-"}, {"lint", "--loud", "-"},
		{"export"}, {"export", "前进村"}, {"export", "520524100201/0"}, {"export", "520524100201", "x"}, {"export", "520524", "--format", "pdf"},
		{"import"}, {"import", "x.xlsx"}, {"import", "x.xlsx", "--check", "--area", "520524"}, {"import", "--check"}, {"import", "x.xlsx", "y.xlsx", "--check"}} {
		if code, out, errs := lintOf(t, "罚款", args...); code != exitUsage || errs == "" || out != "" {
			t.Errorf("%v: exit %d, %q, %q", args, code, out, errs)
		}
	}
	if code, _, errs := lintOf(t, strings.Repeat("罚", longestText), "lint", "-"); code != exitFailed || errs == "" {
		t.Errorf("a line without end: exit %d, %q", code, errs)
	}
}

// What an operator does with a county's list: take it out, look at it, spoil it, see what is wrong.
func TestRulesLeaveAndComeBackAsFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	environ := []string{"QUNYAN_DATA=" + dir, "QUNYAN_DB=" + storetest.URL(t), "QUNYAN_LOG_LEVEL=error"}
	if code, _, errs := call(t, environ, "setup", "--login", "county"); code != exitDone {
		t.Fatal(errs)
	}
	sheet, list := filepath.Join(dir, "rules.xlsx"), filepath.Join(dir, "rules.json")
	if code, out, errs := call(t, environ, "rules", "export", "520524", "--to", sheet); code != exitDone || !strings.HasPrefix(out, sheet+": version 1 of 520524, ") {
		t.Fatalf("a workbook: exit %d, %q, %q", code, out, errs)
	}
	code, text, errs := call(t, environ, "rules", "export", "--format", "json", "520524/1")
	if code != exitDone || !strings.Contains(text, `"format": "qunyan.rules"`) {
		t.Fatalf("JSON: exit %d, %q, %q", code, text, errs)
	}
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{sheet, list} {
		if code, out, errs := call(t, nil, "rules", "import", file, "--check"); code != exitDone || !strings.Contains(out, " 0 faults") || !strings.HasPrefix(out, "checked: ") {
			t.Errorf("%s: exit %d, %q, %q", file, code, out, errs)
		}
	}
	bad := filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(bad, []byte("编号,类别,事项,分值,电话\nA01,参与议事,到县里上访的取消低保,2,1\nA1,参与议事,开会,二,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ := call(t, nil, "rules", "import", bad, "--check")
	for _, want := range []string{"C2\trulebook.red_line\t", "A3\trulefile.bad_code\t", "D3\trulefile.bad_number\t", "E", "refused: "} {
		if code != exitFailed || !strings.Contains(out, want) {
			t.Errorf("a bad file: exit %d, %q does not say %q", code, out, want)
		}
	}
	for name, args := range map[string][]string{
		"no draft of that number":  {"import", list, "--check", "--area", "520524", "--version", "9"},
		"a version in force":       {"import", list, "--area", "520524", "--version", "1"},
		"no version of that area":  {"export", "520524114211/7"},
		"no rules in force there":  {"export", "520524114211"},
		"a file that is not there": {"import", filepath.Join(dir, "none.xlsx"), "--check"},
		"no table at all":          {"import", filepath.Join(dir, "secret.key"), "--check"},
	} {
		if code, _, errs := call(t, environ, append([]string{"rules"}, args...)...); code != exitFailed || errs == "" {
			t.Errorf("%s: exit %d, %q", name, code, errs)
		}
	}
}
