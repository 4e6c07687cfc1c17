// Package messages is the one catalogue of sentences people read. The files are flat JSON, one per area and language
// ("errors.json", "resident.json" …), and the web imports the same files, so a sentence is written once.
//
// Chinese is the first language: a key that is missing in English is answered in Chinese, and a test sees to it that
// none is missing.
package messages

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed zh/*.json en/*.json
var files embed.FS

// Lang is a language of the catalogue.
type Lang string

// The languages, first the one everybody falls back to.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// Tag is the language's tag for an HTML lang attribute or a Content-Language header.
func (l Lang) Tag() string {
	if l == English {
		return "en"
	}
	return "zh-CN"
}

// catalogue is read at the first look-up. The files are part of the binary: one that cannot be read is a mistake of
// ours that every test would show, hence the panic.
var catalogue = sync.OnceValue(func() map[Lang]map[string]string {
	all := map[Lang]map[string]string{}
	for _, lang := range []Lang{Chinese, English} {
		texts, err := load(files, string(lang))
		if err != nil {
			panic(err)
		}
		all[lang] = texts
	}
	return all
})

func load(root fs.FS, dir string) (map[string]string, error) {
	entries, err := fs.ReadDir(root, dir)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return nil, err
		}
		var one map[string]string
		if err := json.Unmarshal(data, &one); err != nil {
			return nil, fmt.Errorf("messages %s: %w", name, err)
		}
		for key, text := range one {
			texts[key] = text
		}
	}
	return texts, nil
}

// Text is the sentence of a key with its {placeholders} filled, in lang or else in Chinese. A key nobody knows is
// returned as it is, and a placeholder without a value stays visible: both are mistakes that should be seen.
func Text(lang Lang, key string, params map[string]any) string {
	text, ok := Lookup(lang, key)
	if !ok {
		return key
	}
	return fill(text, params)
}

// Lookup is the unfilled text of a key in lang or else in Chinese; false if neither has it.
func Lookup(lang Lang, key string) (string, bool) {
	all := catalogue()
	if text, ok := all[lang][key]; ok {
		return text, true
	}
	text, ok := all[Chinese][key]
	return text, ok
}

// Keys gives every key that begins with prefix, in alphabetical order.
func Keys(prefix string) (keys []string) {
	for key := range catalogue()[Chinese] {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func fill(text string, params map[string]any) string {
	if len(params) == 0 || !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := params[name]
		if !closed || !known {
			b.WriteByte('{')
			text = rest
			continue
		}
		fmt.Fprint(&b, value)
		text = after
	}
}

// Negotiate picks the language for an Accept-Language header: the one of ours with the greatest weight, Chinese when
// the header names neither or cannot be read.
func Negotiate(header string) Lang {
	best, bestWeight := Chinese, 0.0
	for _, part := range strings.Split(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			parsed, err := strconv.ParseFloat(q, 64)
			if err != nil {
				continue
			}
			weight = parsed
		}
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if lang := Lang(primary); (lang == Chinese || lang == English) && weight > bestWeight {
			best, bestWeight = lang, weight
		}
	}
	return best
}
