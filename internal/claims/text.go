package claims

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Longest free texts, in characters.
const (
	maxNote    = 500
	maxProof   = 120
	maxEvent   = 60
	maxReason  = 300
	maxText    = 1000 // of an objection or its answer
	maxContact = 60

	maxWarnedNo   = 40
	maxWarnedWhat = 120
)

// CleanText trims a text typed by somebody and takes out control characters that would break a page or a printout.
// Line breaks stay. Error: claims.text_too_long (most) at field; most counts characters.
func CleanText(text, field string, most int) (string, error) {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, text))
	if utf8.RuneCountInString(text) > most {
		return "", errs.New(errs.Invalid, "claims.text_too_long", "most", most).At(field)
	}
	return text, nil
}

// NeedText is CleanText for a text that must say something. Error also: claims.text_missing.
func NeedText(text, field string, most int) (string, error) {
	text, err := CleanText(text, field, most)
	if err == nil && text == "" {
		return "", errs.New(errs.Invalid, "claims.text_missing").At(field)
	}
	return text, err
}

// maskHead is a head of household's name on a public list (domain.md §5): the middle is hidden, and of somebody under
// age only the family name stays.
func maskHead(name string, minor bool) string {
	if !minor {
		return core.MaskName(name)
	}
	surname, given := core.SplitName(strings.TrimSpace(name))
	if given == "" {
		return core.MaskName(name)
	}
	return surname + "**"
}
