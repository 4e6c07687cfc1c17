package core_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"qunyan/internal/core"
)

func TestMaskName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":         "",
		" ":        "",
		"王":        "*",
		"李明":       "李*",
		"王建国":      "王*国",
		" 王建国 ":    "王*国",
		"欧阳修":      "欧阳*",
		"欧阳建国":     "欧阳*国",
		"长孙":       "长*",
		"长孙明":      "长孙*",
		"张王建国":     "张**国",
		"阿依古丽":     "阿**丽",
		"阿依古丽·买买提": "阿***·买**",
		"买买提・艾力":   "买**・艾*",
		"罗·一":      "*·*",
		"Li Ming":  "L* M***",
		"Anna":     "A***",
		"𠮷田𠮷":      "𠮷*𠮷",
		"王*国":      "王*国",
		"·":        "*",
		"王··国":     "*··*",
	} {
		if got := core.MaskName(name); got != want {
			t.Errorf("MaskName(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestMaskedNameHidesSomethingAndKeepsItsLength(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		runes := rapid.SliceOfN(rapid.RuneFrom([]rune("王李欧阳长孙建国明丽依古买·AB𠮷")), 1, 12).Draw(t, "name")
		name := string(runes)
		masked := core.MaskName(name)
		if utf8.RuneCountInString(masked) != len(runes) {
			t.Fatalf("%q became %q: another length tells more than it hides", name, masked)
		}
		if strings.Trim(name, "·") != "" && !strings.Contains(masked, "*") {
			t.Fatalf("%q became %q: nothing is hidden", name, masked)
		}
		if again := core.MaskName(masked); strings.Count(again, "*") < strings.Count(masked, "*") {
			t.Fatalf("masking %q again uncovered something: %q", masked, again)
		}
	})
}

func TestSplitName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"王建国": {"王", "建国"}, "欧阳修": {"欧阳", "修"}, "单丹": {"单", "丹"}, "单于": {"单", "于"}, "": {"", ""}, "王": {"王", ""},
		"阿依古丽·买买提": {"阿依古丽·买买提", ""}, "Li Ming": {"Li Ming", ""},
	} {
		surname, given := core.SplitName(name)
		if got := [2]string{surname, given}; got != want {
			t.Errorf("SplitName(%q) = %q, want %q", name, got, want)
		}
	}
}
