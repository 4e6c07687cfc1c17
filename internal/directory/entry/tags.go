package entry

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The most marks of a resident, and the most characters of one.
const (
	MaxTags = 8
	MaxTag  = 12
)

// Tag says whether a text can be a mark of a resident: a few letters without blanks and digits, so that no number of a
// person ever stands there.
func Tag(tag string) bool {
	n := utf8.RuneCountInString(tag)
	return n > 0 && n <= MaxTag && !strings.ContainsFunc(tag, func(c rune) bool { return !unicode.IsLetter(c) })
}

// Tags brings a resident's marks into stored form: each once, one blank between two.
func Tags(typed []string) (string, bool) {
	var tags []string
	for _, tag := range typed {
		tag = Clean(tag)
		if !Tag(tag) {
			return "", false
		}
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return strings.Join(tags, " "), len(tags) <= MaxTags
}
