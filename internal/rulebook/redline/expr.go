package redline

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// expr is one expression of the list, with the characters it can begin with, and those that must stand behind them,
// where its parts with a gap between them begin. Most texts do not hold one of each in this order, and looking for
// characters is a hundred times quicker than running the expression: that is what makes a whole rule set's check a matter
// of milliseconds.
type expr struct {
	re    *regexp.Regexp
	first map[rune]bool   // nil for an expression that can begin with anything
	then  []map[rune]bool // of the parts behind the first, without those that can begin with anything
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
		one, err := expression(text)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func expression(text string) (expr, error) {
	re, err := regexp.Compile(spread(text))
	if err != nil {
		return expr{}, err
	}
	one := expr{re: re}
	if one.first, err = firstRunes(spread(text)); err != nil {
		return expr{}, err
	}
	for _, part := range parts(text)[1:] {
		first, err := firstRunes(spread(part))
		if err != nil {
			return expr{}, err
		}
		if first != nil {
			one.then = append(one.then, first)
		}
	}
	return one, nil
}

// spread writes the gaps out.
func spread(text string) string { return gap.ReplaceAllString(text, "[^;]{0,$1}?") }

// parts cuts an expression at the gaps that stand outside of brackets. One that has alternatives there is a single part,
// since only one of them must be found.
func parts(text string) []string {
	var all []string
	depth, from := 0, 0
	for i, c := range text {
		switch {
		case strings.ContainsRune("([", c):
			depth++
		case strings.ContainsRune(")]", c):
			depth--
		case c == '|' && depth == 0:
			return []string{text}
		case c == '~' && depth == 0:
			all, from = append(all, text[from:i]), i+len(gap.FindString(text[i:]))
		}
	}
	return append(all, text[from:])
}

// begins gives the first byte at which the expression could begin, or -1 if it cannot stand in the text.
func (e expr) begins(text string) int {
	at := 0
	if e.first != nil {
		if at = strings.IndexFunc(text, func(r rune) bool { return e.first[r] }); at < 0 {
			return -1
		}
	}
	rest := text[at:]
	for _, first := range e.then {
		next := strings.IndexFunc(rest, func(r rune) bool { return first[r] })
		if next < 0 {
			return -1
		}
		rest = rest[next:]
	}
	return at
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
