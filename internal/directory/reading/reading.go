package reading

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"qunyan/internal/core"
)

// maxReadings bounds how many readings one name is indexed under; four uncertain characters already make sixteen.
const maxReadings = 8

// Reading is how a name is said: readings of it as lists of syllables, the main one first.
type Reading struct {
	whole [][]string // of the whole name
	given [][]string // of the given name alone; empty for places and names of one part
}

// OfPerson reads the name of a person: the surname by the surname tables, the rest by the table of given names.
func OfPerson(name string) Reading {
	surname, rest := core.SplitName(name)
	if rest == "" {
		return Reading{whole: combine(syllables(name, givens))}
	}
	head := surnameSyllables(surname)
	tail := combine(syllables(rest, givens))
	var whole [][]string
	for _, t := range tail {
		for _, h := range head {
			if len(whole) < maxReadings {
				whole = append(whole, slices.Concat(h, t))
			}
		}
	}
	return Reading{whole: whole, given: tail}
}

// OfPlace reads the name of a village, a group, a township.
func OfPlace(name string) Reading { return Reading{whole: combine(syllables(name, places))} }

// Sort is the main reading, its syllables apart, so that lists run by whole syllables: "li wei" before "lian po".
func (r Reading) Sort() string {
	if len(r.whole) == 0 {
		return ""
	}
	return strings.Join(r.whole[0], " ")
}

// Index is every reading a search may begin with, separated by blanks: of the whole name, then of the given name alone.
func (r Reading) Index() string { return r.join(func(syllable string) string { return syllable }) }

// Initials is Index in first letters: "wjg jg" for 王建国.
func (r Reading) Initials() string {
	return r.join(func(syllable string) string { return string([]rune(syllable)[:1]) })
}

func (r Reading) join(part func(string) string) string {
	var all []string
	add := func(readings [][]string) {
		for _, reading := range readings {
			var b strings.Builder
			for _, syllable := range reading {
				b.WriteString(part(syllable))
			}
			if b.Len() > 0 && !slices.Contains(all, b.String()) {
				all = append(all, b.String())
			}
		}
	}
	add(r.whole)
	add(r.given)
	return strings.Join(all, " ")
}

// Query brings what somebody typed into the form of Index and Initials: lower case, without blanks, apostrophes and
// tone marks, ü as v. It leaves Chinese characters as they are. "Lǚ jiàn-guó" becomes "lvjianguo".
func Query(typed string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(typed) {
		switch {
		case unicode.IsSpace(r), r == '\'', r == '’', r == '-', unicode.Is(unicode.Mn, r):
		case toneless[r] != 0:
			b.WriteRune(toneless[r])
		default:
			b.WriteRune(r)
		}
	}
	// Passports write LYU and NYU where everybody types lv and nv.
	return strings.NewReplacer("lyu", "lv", "nyu", "nv").Replace(b.String())
}

// toneless maps the vowels as dictionaries print them to the letters people type.
var toneless = map[rune]rune{
	'ā': 'a', 'á': 'a', 'ǎ': 'a', 'à': 'a', 'ē': 'e', 'é': 'e', 'ě': 'e', 'è': 'e', 'ī': 'i', 'í': 'i', 'ǐ': 'i', 'ì': 'i',
	'ō': 'o', 'ó': 'o', 'ǒ': 'o', 'ò': 'o', 'ū': 'u', 'ú': 'u', 'ǔ': 'u', 'ù': 'u', 'ǖ': 'v', 'ǘ': 'v', 'ǚ': 'v', 'ǜ': 'v', 'ü': 'v',
}

func surnameSyllables(surname string) [][]string {
	if known, ok := compounds[surname]; ok {
		var all [][]string
		for _, reading := range known {
			all = append(all, strings.Fields(reading))
		}
		return all
	}
	return combine(syllables(surname, surnames))
}

// syllables gives the possible readings of each character; a word in letters or digits is one syllable. Marks between
// parts of a name are left out.
func syllables(name string, table map[rune][]string) [][]string {
	var all [][]string
	word := false // the last syllable is a word that goes on
	for _, r := range strings.ToLower(name) {
		switch {
		case unicode.Is(unicode.Han, r):
			all, word = append(all, characterReadings(r, table)), false
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			word = false
		case word:
			all[len(all)-1][0] += string(r)
		default:
			all, word = append(all, []string{string(r)}), true
		}
	}
	return all
}

func characterReadings(r rune, table map[rune][]string) []string {
	options := table[r]
	if options == nil {
		options = pinyin.SinglePinyin(r, pinyin.NewArgs())
	}
	if len(options) == 0 {
		return []string{string(r)}
	}
	// Many people type lu for lü; the dictionary writes lv.
	if o := options[0]; o == "lv" || o == "nv" {
		return append(slices.Clone(options), o[:1]+"u")
	}
	return options
}

// combine gives the readings that take one option of every character, the main one first, at most maxReadings.
func combine(options [][]string) [][]string {
	if len(options) == 0 {
		return nil
	}
	readings := [][]string{nil}
	for _, choice := range options {
		var next [][]string
		for _, option := range choice {
			for _, so := range readings {
				if len(next) < maxReadings {
					next = append(next, append(slices.Clone(so), option))
				}
			}
		}
		readings = next
	}
	return readings
}
