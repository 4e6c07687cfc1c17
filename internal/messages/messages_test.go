package messages

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Both languages must say everything: a villager who chose English must not meet a Chinese sentence, nor the reverse.
func TestLanguagesHaveTheSameKeysAndPlaceholders(t *testing.T) {
	t.Parallel()
	placeholder := regexp.MustCompile(`\{\w+\}`)
	names := func(text string) []string {
		found := placeholder.FindAllString(text, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	all := catalogue()
	for key, zh := range all[Chinese] {
		en, ok := all[English][key]
		if !ok {
			t.Errorf("en has no %q", key)
			continue
		}
		if !slices.Equal(names(zh), names(en)) {
			t.Errorf("%s: placeholders differ: %v in zh, %v in en", key, names(zh), names(en))
		}
		if strings.TrimSpace(zh) == "" || strings.TrimSpace(en) == "" {
			t.Errorf("%s: empty text", key)
		}
	}
	for key := range all[English] {
		if _, ok := all[Chinese][key]; !ok {
			t.Errorf("zh has no %q", key)
		}
	}
}

// A key begins with its file's name, so that whoever meets a key knows where its sentence stands, and no two files
// can claim the same key.
func TestKeysBeginWithTheirArea(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"zh", "en"} {
		entries, err := fs.ReadDir(files, lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			only, err := fs.Sub(files, lang)
			if err != nil {
				t.Fatal(err)
			}
			texts, err := load(single{only, entry}, ".")
			if err != nil {
				t.Fatal(err)
			}
			area := strings.TrimSuffix(entry.Name(), path.Ext(entry.Name())) + "."
			for key := range texts {
				if !strings.HasPrefix(key, area) {
					t.Errorf("%s/%s: key %q does not begin with %q", lang, entry.Name(), key, area)
				}
			}
		}
	}
}

// single is a folder that shows one of its files.
type single struct {
	fs.FS
	entry fs.DirEntry
}

func (s single) ReadDir(string) ([]fs.DirEntry, error) { return []fs.DirEntry{s.entry}, nil }

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
