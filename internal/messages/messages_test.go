package messages

import (
	"slices"
	"strings"
	"testing"
)

// That both languages say the same, and that a key begins with its file's name, package arch sees to.

func TestKeysListsOneAreaInOrder(t *testing.T) {
	t.Parallel()
	keys := Keys("errors.access.")
	if len(keys) < 20 || !slices.IsSorted(keys) || slices.ContainsFunc(keys, func(k string) bool { return !strings.HasPrefix(k, "errors.access.") }) {
		t.Errorf("got %v", keys)
	}
}

func TestEnglishIsEnglish(t *testing.T) {
	t.Parallel()
	if zh, en := Text(Chinese, "errors.access.sign_in", nil), Text(English, "errors.access.sign_in", nil); zh != "请先登录。" || en != "Please sign in first." {
		t.Errorf("%q, %q", zh, en)
	}
	if got := Text("fr", "errors.access.sign_in", nil); got != "请先登录。" {
		t.Errorf("a language we do not have: %q", got)
	}
}

func TestTextFillsPlaceholders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, want string
		params           map[string]any
	}{
		{"all known", "还差 {need} 分，现有 {have} 分", "还差 8 分，现有 2 分", map[string]any{"need": 8, "have": int64(2)}},
		{"unknown stays", "a {b} c", "a {b} c", map[string]any{"x": 1}},
		{"unclosed stays", "a {b", "a {b", map[string]any{"b": 1}},
		{"value with braces is not filled again", "{a}{b}", "{b}2", map[string]any{"a": "{b}", "b": 2}},
		{"no params", "{a}", "{a}", nil},
	} {
		if got := fill(c.text, c.params); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestUnknownKeyIsReturned(t *testing.T) {
	t.Parallel()
	if got := Text(English, "errors.no.such_thing", nil); got != "errors.no.such_thing" {
		t.Errorf("got %q", got)
	}
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Lang{
		"":                          Chinese,
		"zh-CN,zh;q=0.9":            Chinese,
		"en":                        English,
		"en-GB;q=0.8, zh;q=0.9":     Chinese,
		"fr, en;q=0.5":              English,
		"fr":                        Chinese,
		"en;q=0":                    Chinese,
		"en;q=x, zh;q=y":            Chinese,
		"ZH-hant-TW;q=0.2,EN;q=0.3": English,
		";;;,,,=":                   Chinese,
	} {
		if got := Negotiate(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
