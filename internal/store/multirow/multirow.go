// Package multirow writes "INSERT … VALUES (…)" for many rows at once. PostgreSQL parses, plans and answers a statement
// for about the price of ten rows, so a hundred rows in one statement are what makes it fast.
package multirow

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Most is the largest number of rows in one statement. A statement's parameters are counted in sixteen bits, and a
// statement of twenty columns and more must stay below that.
const Most = 256

// Insert is an INSERT of one row, taken apart.
type Insert struct {
	head, tuple, tail string
	params            int
}

// Parse takes a statement apart. It answers false for one that cannot be written for many rows: no INSERT with VALUES,
// or one that uses a parameter, or gives rows back, outside of them.
func Parse(text string) (Insert, bool) {
	trimmed := strings.TrimSpace(text)
	if !insert.MatchString(trimmed) {
		return Insert{}, false
	}
	at := strings.Index(trimmed, "VALUES (")
	if at < 0 {
		return Insert{}, false
	}
	open := at + len("VALUES ")
	end := closing(trimmed, open)
	if end < 0 {
		return Insert{}, false
	}
	in := Insert{head: trimmed[:open], tuple: trimmed[open : end+1], tail: trimmed[end+1:]}
	if strings.Contains(in.head, "$") || strings.Contains(in.tail, "$") || strings.Contains(in.tail, "RETURNING") {
		return Insert{}, false
	}
	for _, m := range parameter.FindAllStringSubmatch(in.tuple, -1) {
		n, _ := strconv.Atoi(m[1])
		in.params = max(in.params, n)
	}
	return in, in.params > 0
}

// closing is where the parenthesis that opens at from is closed; -1 if it is not, or if a literal holds a parenthesis
// that would mislead.
func closing(text string, from int) int {
	depth, literal := 0, false
	for i := from; i < len(text); i++ {
		switch {
		case text[i] == '\'':
			literal = !literal
		case literal:
		case text[i] == '(':
			depth++
		case text[i] == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

var (
	insert    = regexp.MustCompile(`^INSERT\s+INTO\s`)
	conflict  = regexp.MustCompile(`ON CONFLICT \(([a-z_, ]+)\) DO UPDATE`)
	parameter = regexp.MustCompile(`\$(\d+)`)
)

// Keys is how many of a row's first parameters tell it from others when it meets one that is there: the columns of ON
// CONFLICT, if they are the first of the row and each is written by its parameter alone. Otherwise it is 0.
func (in Insert) Keys() int {
	m := conflict.FindStringSubmatch(in.tail)
	if m == nil {
		return 0
	}
	keys := strings.Count(m[1], ",") + 1
	var first strings.Builder
	for n := range keys {
		fmt.Fprintf(&first, "$%d, ", n+1)
	}
	if !strings.HasPrefix(columns(in.head), m[1]+", ") || !strings.HasPrefix(in.tuple[1:], first.String()) {
		return 0
	}
	return keys
}

// columns is the list between the parentheses of an INSERT's head.
func columns(head string) string {
	_, list, _ := strings.Cut(head, "(")
	return list
}

// Params is how many parameters a row has.
func (in Insert) Params() int { return in.params }

// Plain is the statement without what it does about rows that are there already: they are an error.
func (in Insert) Plain() Insert {
	in.tail = ""
	return in
}

// Text is the statement for n rows, whose parameters follow one another row by row.
func (in Insert) Text(n int) string {
	found := parameter.FindAllStringSubmatchIndex(in.tuple, -1)
	numbers := make([]int, len(found))
	for i, at := range found {
		numbers[i], _ = strconv.Atoi(in.tuple[at[2]:at[3]])
	}
	b := make([]byte, 0, len(in.head)+len(in.tail)+n*(len(in.tuple)+4*len(found)))
	b = append(b, in.head...)
	for row := range n {
		if row > 0 {
			b = append(b, ',')
		}
		end := 0
		for i, at := range found {
			b = append(b, in.tuple[end:at[2]]...) // with the $
			b = strconv.AppendInt(b, int64(row*in.params+numbers[i]), 10)
			end = at[3]
		}
		b = append(b, in.tuple[end:]...)
	}
	return string(append(b, in.tail...))
}
