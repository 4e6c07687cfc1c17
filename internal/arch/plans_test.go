package arch

import (
	"context"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// growing are the tables that get a row for every deed: reading all rows of a village, or of the county, costs more each
// year.
func growing() []string {
	return []string{"line", "claim", "audit", "redemption", "movement", "intent", "file", "hold", "tally"}
}

// wholeReads are the statements that do read all of a growing table, or of a village's part of it, each with its reason.
func wholeReads() map[string]string {
	return map[string]string{
		"backup.photosSQL":      "a restore looks for every photo; that is its work",
		"audit.nextAreaSQL":     "steps from one area that has lines to the next, by the key",
		"ledger.sqlNextVillage": "verify steps from village to village, by the key",
		"ledger.sqlAllLines":    "verify reads every line; that is its work",
		"ledger.moveColumns":    "the close of a village that voted an expiry tells the age of all its points",
		"ledger.sqlReversals":   "verify reads every reversal",
		"ledger.sqlCounts":      "verify compares every counter of a village",
	}
}

// TestPlansUseKeys asks SQLite for the plan of every statement. A statement that walks through a growing table works on
// a developer's machine and stops a county in its second year, so it is either on the list above or a mistake: a missing
// index, or a condition the engine cannot use one for.
func TestPlansUseKeys(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	if st.Engine() != "sqlite" {
		t.Log("PostgreSQL plans by its statistics, and an empty table has none; the SQLite run of this test decides")
		return
	}
	tr := openRepository(t)
	used := map[string]bool{}
	for _, s := range tr.statements() {
		if oneEngine(s.text) != "" && oneEngine(s.text) != st.Engine() {
			continue
		}
		for _, problem := range walks(t, st, s.text) {
			if wholeReads()[s.name] != "" {
				used[s.name] = true
				continue
			}
			t.Errorf("%s: %s: %s", tr.at(s.pos), s.name, problem)
		}
	}
	for name := range wholeReads() {
		if !used[name] {
			t.Errorf("%s is excused from using keys but does use them; take it off the list", name)
		}
	}
}

var (
	walk    = regexp.MustCompile(`^(SCAN (\w+)|SEARCH (\w+) USING (?:COVERING INDEX|INDEX|PRIMARY KEY)(?: \w+)? \(village[=<>]+\?(?: AND village[=<>]+\?)?\))`)
	aliases = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?`)
	number  = regexp.MustCompile(`\$(\d+)`)
)

// walks lists the steps of a statement's plan that read all of a growing table or of a village's part of it.
func walks(t *testing.T, st *store.Store, text string) (found []string) {
	tables := map[string]string{}
	for _, m := range aliases.FindAllStringSubmatch(text, -1) {
		tables[m[1]] = m[1]
		tables[m[2]] = m[1]
	}
	for _, step := range plan(t, st, text) {
		m := walk.FindStringSubmatch(step)
		if m == nil {
			continue
		}
		if table := tables[m[2]+m[3]]; slices.Contains(growing(), table) {
			found = append(found, table+": "+step)
		}
	}
	return found
}

// plan is what EXPLAIN QUERY PLAN says. It goes round the type of statements as run does.
func plan(t *testing.T, st *store.Store, text string) (steps []string) {
	highest := 0
	for _, m := range number.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		highest = max(highest, n)
	}
	err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		rows := reflect.ValueOf(tx).MethodByName("Rows")
		read := func(r store.Row) error {
			var id, parent, unused int64
			var step string
			err := r.Scan(&id, &parent, &unused, &step)
			steps = append(steps, strings.TrimSpace(step))
			return err
		}
		in := []reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf("EXPLAIN QUERY PLAN " + text).Convert(rows.Type().In(1)), reflect.ValueOf(read)}
		for range highest {
			in = append(in, reflect.ValueOf(int64(0)))
		}
		err, _ := rows.Call(in)[0].Interface().(error)
		return errors.Join(err, errUndo)
	})
	if err.Error() != errUndo.Error() {
		t.Errorf("%.60s: %v", text, err)
	}
	return steps
}
