package arch

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// block is one SELECT, INSERT, UPDATE or DELETE of a statement. A block inside it stands in it as "()".
type block []string

// scalars are the functions a statement on a village's tables may call. All of them are immutable: a machine that got
// another answer than the next would keep another row.
func scalars() []string {
	return []string{"COALESCE", "SUM", "COUNT", "MIN", "MAX", "CAST", "ABS", "LENGTH", "LOWER", "SUBSTR"}
}

// words are what may stand before a parenthesis or after a table without being a function or an alias.
func words() []string {
	return strings.Fields(`ALL AND AS BETWEEN BY CASE CONFLICT CROSS DELETE DISTINCT DO ELSE END ESCAPE EXISTS FROM FULL GROUP HAVING IN
		INNER INSERT INTO IS JOIN LEFT LIKE LIMIT NOT NOTHING ON OR ORDER RETURNING RIGHT SELECT SET THEN UNION UPDATE USING VALUES WHEN
		WHERE WITH`)
}

// unroutable are words of SQL that need one machine with all rows, or the time of one.
func unroutable() []string {
	return []string{"WITH", "RECURSIVE", "FOR", "SKIP", "OFFSET", "OVER", "LATERAL", "TABLESAMPLE", "CURRENT_TIMESTAMP", "CURRENT_DATE",
		"CURRENT_TIME", "LOCALTIME", "LOCALTIMESTAMP", "RIGHT", "FULL", "CROSS", "NATURAL", "USING", "INTERSECT", "EXCEPT"}
}

func tokens(sql string) []string {
	return regexp.MustCompile(`'(?:[^']|'')*'|"[^"]*"|\$\d+|[A-Za-z_][A-Za-z_0-9.]*|\d+|<=|>=|<>|\|\||\S`).FindAllString(sql, -1)
}

// blocks takes a statement apart, the innermost blocks first.
func blocks(in []string) (all []block) {
	var own block
	for i := 0; i < len(in); i++ {
		switch {
		case in[i] == "(" && i+1 < len(in) && (in[i+1] == "SELECT" || in[i+1] == "WITH"):
			end := closing(in, i)
			all = append(all, blocks(in[i+1:end])...)
			own = append(own, "()")
			i = end
		case in[i] == "UNION":
			all, own = append(all, own), nil
		default:
			own = append(own, in[i])
		}
	}
	return append(all, own)
}

// closing is where the parenthesis at in[open] ends.
func closing(in []string, open int) int {
	depth := 0
	for i := open; i < len(in); i++ {
		if depth += deeper(in[i]); depth == 0 {
			return i
		}
	}
	return len(in)
}

// named is a table of a block.
type named struct {
	table, alias string
	nullable     bool // the right side of a LEFT JOIN
}

func (b block) tables() (found []named) {
	for i := 0; i+1 < len(b); i++ {
		if !slices.Contains([]string{"FROM", "JOIN", "INTO", "UPDATE"}, b[i]) || b[i+1] == "SET" {
			continue
		}
		n := named{table: b[i+1], alias: b[i+1], nullable: i > 0 && b[i-1] == "LEFT"}
		j := i + 2
		if j < len(b) && b[j] == "AS" {
			j++
		}
		if j < len(b) && regexp.MustCompile(`^[a-z_]+$`).MatchString(b[j]) {
			n.alias = b[j]
		}
		found = append(found, n)
	}
	return found
}

// clauses gives the parts at the block's own depth that follow a word, each up to the next word that ends it.
func (b block) clauses(word string) (found [][]string) {
	ends := []string{"WHERE", "ON", "JOIN", "LEFT", "INNER", "GROUP", "ORDER", "LIMIT", "HAVING", "RETURNING", "SET", "VALUES", "FROM", "FOR"}
	depth, from := 0, -1
	for i, t := range append(slices.Clone(b), "WHERE") {
		if depth == 0 && slices.Contains(ends, t) {
			if from >= 0 {
				found = append(found, b[from:i])
				from = -1
			}
			if t == word {
				from = i + 1
			}
		}
		depth += deeper(t)
	}
	return found
}

// deeper is what a token does to the depth of parentheses.
func deeper(token string) int {
	switch token {
	case "(":
		return 1
	case ")":
		return -1
	}
	return 0
}

// parts cuts a clause at a word of its own depth.
func parts(clause []string, at string) (found [][]string) {
	depth, from := 0, 0
	for i, t := range clause {
		if depth == 0 && t == at {
			found = append(found, clause[from:i])
			from = i + 1
		}
		depth += deeper(t)
	}
	return append(found, clause[from:])
}

// equal are the pairs that a block's conditions hold equal, whatever else they say.
func (b block) equal() (pairs [][2]string) {
	for _, clause := range append(b.clauses("WHERE"), b.clauses("ON")...) {
		if len(parts(clause, "OR")) > 1 {
			continue
		}
		for _, p := range parts(clause, "AND") {
			if len(p) == 3 && p[1] == "=" {
				pairs = append(pairs, [2]string{p[0], p[2]}, [2]string{p[2], p[0]})
			}
		}
	}
	return pairs
}

// pinned tells, for the tables of a block, which parameter names their village. A planner that spreads rows by village
// follows an equality from table to table of one block, but not into a subquery and not from a row that may be missing.
func (b block) pinned() map[string]string {
	pins := map[string]string{}
	all := b.tables()
	if param := b.inserted(); len(all) > 0 && param != "" {
		pins[all[0].alias] = param
	}
	column := func(n named) []string {
		if len(all) == 1 {
			return []string{n.alias + ".village", "village"}
		}
		return []string{n.alias + ".village"}
	}
	pairs := b.equal()
	for range all { // each round carries a pin one table further
		for _, n := range all {
			for _, p := range pairs {
				if !slices.Contains(column(n), p[0]) || pins[n.alias] != "" {
					continue
				}
				if strings.HasPrefix(p[1], "$") {
					pins[n.alias] = p[1]
				}
				for _, other := range all {
					if !other.nullable && slices.Contains(column(other), p[1]) {
						pins[n.alias] = pins[other.alias]
					}
				}
			}
		}
	}
	return pins
}

// inserted is the parameter that every row of an INSERT has as its village. INSERT … SELECT has none: its rows would pass
// through the machine that was asked.
func (b block) inserted() (param string) {
	into := slices.Index(b, "INTO")
	if into < 0 || into+2 >= len(b) || b[into+2] != "(" {
		return ""
	}
	at := slices.IndexFunc(parts(b[into+3:closing(b, into+2)], ","), func(c []string) bool { return slices.Equal(c, []string{"village"}) })
	values := slices.Index(b, "VALUES")
	if at < 0 || values < 0 {
		return ""
	}
	for i := values + 1; i < len(b) && b[i] == "("; i += 2 {
		end := closing(b, i)
		row := parts(b[i+1:end], ",")
		if at >= len(row) || len(row[at]) != 1 || !strings.HasPrefix(row[at][0], "$") || param != "" && param != row[at][0] {
			return ""
		}
		param, i = row[at][0], end
		if i+1 >= len(b) || b[i+1] != "," {
			break
		}
	}
	return param
}

// misfits are what a planner refuses in a block that reads or writes rows spread by village, whichever rows it names.
func (b block) misfits() (found []string) {
	for i, t := range b {
		if slices.Contains(unroutable(), t) {
			found = append(found, "says "+t+", which needs all rows on one machine")
		}
		if i+1 < len(b) && b[i+1] == "(" && (i == 0 || b[i-1] != "INTO") && regexp.MustCompile(`^[A-Za-z_.]+$`).MatchString(t) &&
			!slices.Contains(words(), t) && !slices.Contains(scalars(), strings.ToUpper(t)) {
			found = append(found, "calls "+t+", which is not among the functions known to be immutable")
		}
		if t == "CONFLICT" && (i+1 >= len(b) || b[i+1] != "(" || !slices.Contains(b[i+2:closing(b, i+1)], "village")) {
			found = append(found, "has an ON CONFLICT whose columns lack the village")
		}
	}
	for _, set := range b.clauses("SET") {
		for _, p := range parts(set, ",") {
			if len(p) > 0 && p[0] == "village" {
				found = append(found, "changes the village of a row; a row is moved by taking it away and putting it in again")
			}
		}
	}
	for _, from := range b.clauses("FROM") {
		if len(parts(from, ",")) > 1 {
			found = append(found, "joins with a comma; write JOIN … ON")
		}
	}
	return found
}

// routed says what keeps a statement from going whole to the one machine that has its village. pinned is false when
// some table's rows are not held to one village; the problems come on top of that.
func routed(sql string, keyed map[string]bool) (loose string, problems []string) {
	villages := map[string]bool{}
	writesReference, touchesKeyed := "", false
	for _, b := range blocks(tokens(sql)) {
		pins := b.pinned()
		spread := false
		for _, n := range b.tables() {
			if !keyed[n.table] {
				if _, known := keyed[n.table]; known && (b[0] == "INSERT" || b[0] == "UPDATE" || b[0] == "DELETE") {
					writesReference = n.table
				}
				continue
			}
			spread = true
			if pins[n.alias] == "" && loose == "" {
				loose = n.table
			}
			villages[pins[n.alias]] = true
		}
		if spread {
			problems = append(problems, b.misfits()...)
		}
		touchesKeyed = touchesKeyed || spread
	}
	if len(villages) > 1 && loose == "" {
		problems = append(problems, "names its village by several parameters; one village has one")
	}
	if writesReference != "" && touchesKeyed {
		problems = append(problems, fmt.Sprintf("writes %s, which every machine keeps, by rows that one machine keeps", writesReference))
	}
	return loose, problems
}

// TestExceptionsAreNeeded keeps the list of statements over many villages as short as it can be.
func TestExceptionsAreNeeded(t *testing.T) {
	t.Parallel()
	tr := openRepository(t)
	keyed := tr.villageTables()
	loose := map[string]bool{}
	for _, s := range tr.statements() {
		if table, _ := routed(s.text, keyed); table != "" {
			loose[s.name] = true
		}
	}
	for name := range acrossVillages() {
		if !loose[name] {
			t.Errorf("%s may read many villages but names one, or is gone; take it off the list", name)
		}
	}
}
