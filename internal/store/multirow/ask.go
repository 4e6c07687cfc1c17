package multirow

import (
	"strconv"
	"strings"
)

// Ask is a SELECT of at most one row, asked for many sets of arguments in one statement: each set comes as one element
// of as many arrays as there are parameters, and the first column of a row says which set it answers, counted from 1.
// The sets are asked in their order, each as the statement itself would be. lock is added to the SELECT; it may be "".
// types are those of the parameters, "bigint" or "text".
func Ask(text, lock string, types []string) string {
	var b strings.Builder
	b.WriteString("SELECT")
	b.WriteString(" k.n, r.* FROM ")
	unnest(&b, types, "k", true)
	b.WriteString(" CROSS JOIN LATERAL (")
	b.WriteString(fromColumns(text, "k"))
	b.WriteString(" OFFSET 0 ") // the planner must not make one join of it, which it might begin at the wrong end
	b.WriteString(lock)
	b.WriteString(") AS r")
	return b.String()
}

// Arrays is the statement for any number of rows, whose columns come as one array for each parameter. The text is the
// same for any number, so the server parses and plans it once.
func (in Insert) Arrays(types []string) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(in.head, "VALUES "))
	b.WriteString("SELECT")
	b.WriteByte(' ')
	b.WriteString(fromColumns(in.tuple[1:len(in.tuple)-1], "u"))
	b.WriteString(" FROM ")
	unnest(&b, types, "u", false)
	b.WriteString(in.tail)
	return b.String()
}

func fromColumns(text, table string) string {
	return parameter.ReplaceAllStringFunc(text, func(p string) string { return table + ".a" + p[1:] })
}

func unnest(b *strings.Builder, types []string, table string, numbered bool) {
	b.WriteString("unnest(")
	for i, t := range types {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("$" + strconv.Itoa(i+1) + "::" + t + "[]")
	}
	if numbered {
		b.WriteString(") WITH ORDINALITY")
	} else {
		b.WriteByte(')')
	}
	b.WriteString(" AS " + table + "(")
	for i := range types {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("a" + strconv.Itoa(i+1))
	}
	if numbered {
		b.WriteString(",n")
	}
	b.WriteByte(')')
}
