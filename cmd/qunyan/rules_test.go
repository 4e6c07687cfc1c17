package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
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
	for _, args := range [][]string{{}, {"lint"}, {"lint", "x"}, {"lint", "-", "-"}, {"draft", "-"}, {"-"}, {"lint", "--lang", "fr", "-"}, {"lint", "--loud", "-"}} {
		if code, out, errs := lintOf(t, "罚款", args...); code != exitUsage || errs == "" || out != "" {
			t.Errorf("%v: exit %d, %q, %q", args, code, out, errs)
		}
	}
	if code, _, errs := lintOf(t, strings.Repeat("罚", longestText), "lint", "-"); code != exitFailed || errs == "" {
		t.Errorf("a line without end: exit %d, %q", code, errs)
	}
}
