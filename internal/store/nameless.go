package store

import (
	"regexp"
	"strconv"
)

var numbered = regexp.MustCompile(`\$(\d+)`)

// nameless writes ? for the parameters of a statement that uses each of them once, in order. SQLite takes $1 for a name;
// the driver asks for the name of each parameter, and SQLite looks for it in a list, again and again: a quarter of the
// time of a short INSERT, and most of that of a long one. A statement that uses a parameter twice keeps the numbers.
func nameless(text string) string {
	at := 0
	for _, m := range numbered.FindAllStringSubmatch(text, -1) {
		at++
		if n, _ := strconv.Atoi(m[1]); n != at {
			return text
		}
	}
	return numbered.ReplaceAllLiteralString(text, "?")
}
