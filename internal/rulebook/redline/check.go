package redline

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Check names every red line that a text touches, in the order of the lines; none for an innocent text. A deduction is
// read as if it ended in 扣分, which the text of such a rule often leaves to its number.
func Check(text string, deduction bool) []Hit {
	l := compiled()
	folded := l.folded(text)
	if !strings.ContainsFunc(folded, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return nil // the list is Chinese; an English text is looked at for the Chinese it may hold
	}
	if deduction {
		folded += ",扣分"
	}
	var hits []Hit
	for _, line := range l.lines {
		if words, hit := line.touched(folded); hit {
			hits = append(hits, Hit{Line: line.name, Words: words, Fixed: Fixed(line.name)})
		}
	}
	return hits
}

// touched takes out what is safe and looks for the rest. What was taken out leaves a mark, so that its neighbours do not
// become words together.
func (l line) touched(folded string) (string, bool) {
	for _, e := range l.safe {
		if e.begins(folded) >= 0 {
			folded = e.re.ReplaceAllString(folded, "□")
		}
	}
	for _, e := range l.block {
		if at := e.find(folded); at != "" {
			return at, true
		}
	}
	return "", false
}

// Fold brings a text into the form in which it is compared, so that two texts which only look different are the same.
func Fold(text string) string { return compiled().folded(text) }

// folded is NFKC (full-width and circled forms), small letters, simplified characters, and nothing but letters,
// numbers, the signs of numbers and, for the end of a sentence, a semicolon. A line break is a space here: texts come
// one a line.
func (l *list) folded(text string) string {
	var b strings.Builder
	runes := []rune(l.fold.Replace(strings.ToLower(norm.NFKC.String(text))))
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '+' || r == '=':
			b.WriteRune(r)
		case strings.ContainsRune("。;!?", r):
			b.WriteByte(';')
		case strings.ContainsRune("-−–—﹣", r) && i+1 < len(runes) && unicode.IsDigit(runes[i+1]):
			b.WriteByte('-')
		case r == '.' && i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1]):
			b.WriteByte('.')
		case r == '¥' || r == '￥' || r == '$':
			b.WriteString("元")
		}
	}
	return l.words.Replace(l.words.Replace(b.String())) // twice: what is put right may complete another word
}
