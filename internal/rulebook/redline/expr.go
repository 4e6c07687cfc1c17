package redline

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// expr is one expression of the list, with the characters it can begin with. Most texts hold none of them, and looking
// for a character is a hundred times quicker than running the expression: that is what makes a whole rule set's check
// a matter of milliseconds.
type expr struct {
	re    *regexp.Regexp
	first map[rune]bool // nil for an expression that can begin with anything
}

// gap is ~12 in an expression: up to twelve characters that do not end the sentence.
var gap = regexp.MustCompile(`~(\d+)`)

// expressions compiles expressions of the list. {name} stands for any word of a list, which may name other lists, and ~n
// for up to n characters of the same sentence.
func expressions(from []string, words map[string][]string) ([]expr, error) {
	var all []expr
	for _, text := range from {
		for range 4 { // lists may name lists
			for name, list := range words {
				text = strings.ReplaceAll(text, "{"+name+"}", "(?:"+strings.Join(list, "|")+")")
			}
		}
		text = gap.ReplaceAllString(text, "[^;]{0,$1}?")
		re, err := regexp.Compile(text)
		if err != nil {
			return nil, err
		}
		first, err := firstRunes(text)
		if err != nil {
			return nil, err
		}
		all = append(all, expr{re, first})
	}
	return all, nil
}

// begins gives the first byte at which the expression could begin, or -1.
func (e expr) begins(text string) int {
	if e.first == nil {
		return 0
	}
	return strings.IndexFunc(text, func(r rune) bool { return e.first[r] })
}

// find is the first place the expression matches, ” if there is none.
func (e expr) find(text string) string {
	at := e.begins(text)
	if at < 0 {
		return ""
	}
	return e.re.FindString(text[at:])
}

// manyRunes is where a set of first characters stops being worth looking for.
const manyRunes = 2000

// firstRunes are the characters an expression can begin with; nil if these are too many, or if it can be empty.
func firstRunes(text string) (map[rune]bool, error) {
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, err
	}
	first, seen, todo := map[rune]bool{}, map[uint32]bool{}, []uint32{uint32(prog.Start)}
	for len(todo) > 0 {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch inst := prog.Inst[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			todo = append(todo, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			todo = append(todo, inst.Out)
		case syntax.InstRune, syntax.InstRune1:
			if !addRunes(first, inst.Rune) {
				return nil, nil
			}
		default: // the beginning or the end of the text, any character, nothing at all
			return nil, nil
		}
	}
	return first, nil
}

// addRunes adds one rune or pairs of bounds; false if these are too many.
func addRunes(to map[rune]bool, runes []rune) bool {
	if len(runes) == 1 {
		to[runes[0]] = true
		return true
	}
	for i := 0; i+1 < len(runes); i += 2 {
		if int(runes[i+1]-runes[i])+len(to) > manyRunes {
			return false
		}
		for r := runes[i]; r <= runes[i+1]; r++ {
			to[r] = true
		}
	}
	return true
}
