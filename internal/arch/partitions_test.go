package arch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// pieces is how many partitions each table has that a village's rows could lie in.
const pieces = 4

// TestPlansStayInOnePiece makes the schema anew with every table of villages cut into partitions by the village, and asks
// PostgreSQL which partitions each statement would touch. What finds the machine of a village in a cluster works from
// what the same planner derives, so a statement that needs one partition of each table, always the same, goes to one
// machine. (An INSERT's plan names no partition; what its rows say is read by routed.) That the tables can be made at all
// shows that all their unique keys hold the village, for PostgreSQL asks that of partitions too.
func TestPlansStayInOnePiece(t *testing.T) {
	t.Parallel()
	tr := openRepository(t)
	keyed := tr.villageTables()
	st, err := store.Open(context.Background(), storetest.URL(t), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	if st.Engine() != "postgres" {
		t.Log("SQLite has no partitions; the PostgreSQL run of this test decides")
		return
	}
	err = st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error { return tr.cut(ctx, tx, keyed) })
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range tr.statements() {
		if acrossVillages()[s.name] != "" || oneEngine(s.text) != "" || !touches(s.text, keyed) {
			continue
		}
		if found := touched(t, st, s.text); len(found) > 1 {
			t.Errorf("%s: %s reads or writes the pieces %v, which lie on several machines", tr.at(s.pos), s.name, found)
		}
	}
	for text, several := range map[string]bool{
		`SELECT l.no FROM line l JOIN claim c ON c.village = l.village LEFT JOIN rule r ON r.village = c.village WHERE l.village = $1`: false,
		`SELECT (SELECT MAX(c.id) FROM claim c WHERE c.village = $1) FROM line l WHERE l.village = $1`:                                 false,
		`SELECT (SELECT MAX(c.id) FROM claim c WHERE c.village = l.village) FROM line l WHERE l.village = $1`:                          true,
		`SELECT no FROM line WHERE no = $1`: true,
	} {
		if found := touched(t, st, text); (len(found) > 1) != several {
			t.Errorf("%s: pieces %v", text, found)
		}
	}
}

// cut makes the schema of the migrations with partitions.
func (tr *tree) cut(ctx context.Context, tx *store.Tx, keyed map[string]bool) error {
	spelled := strings.NewReplacer(") STRICT, WITHOUT ROWID", ")", ") STRICT", ")", "BLOB", "BYTEA")
	for _, step := range tr.migrationSteps() {
		text, table := spelled.Replace(step.text), ""
		if m := regexp.MustCompile(`^CREATE TABLE (\w+)`).FindStringSubmatch(text); m != nil && keyed[m[1]] {
			table = m[1]
			text += " PARTITION BY HASH (village)"
		}
		if err := run(ctx, tx, text); err != nil {
			return fmt.Errorf("%.60s: %w", step.text, err)
		}
		for i := range pieces {
			if table == "" {
				break
			}
			part := fmt.Sprintf("CREATE TABLE %s_piece%d PARTITION OF %s FOR VALUES WITH (MODULUS %d, REMAINDER %d)", table, i, table, pieces, i)
			if err := run(ctx, tx, part); err != nil {
				return err
			}
		}
	}
	return nil
}

func touches(text string, keyed map[string]bool) bool {
	for _, b := range blocks(tokens(text)) {
		if slices.ContainsFunc(b.tables(), func(n named) bool { return keyed[n.table] }) {
			return true
		}
	}
	return false
}

// touched lists the pieces in the plan that PostgreSQL makes for a statement when it knows the village.
func touched(t *testing.T, st *store.Store, text string) []string {
	highest := 0
	for _, m := range number.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		highest = max(highest, n)
	}
	execute := "EXPLAIN (COSTS OFF) EXECUTE house_rule"
	if highest > 0 {
		execute += "(" + strings.TrimSuffix(strings.Repeat("'7',", highest), ",") + ")"
	}
	found := map[string]bool{}
	err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		if err := run(ctx, tx, "PREPARE house_rule AS "+text); err != nil {
			return err
		}
		rows := reflect.ValueOf(tx).MethodByName("Rows")
		read := func(r store.Row) error {
			var step string
			err := r.Scan(&step)
			for _, m := range regexp.MustCompile(`_piece(\d)\b`).FindAllStringSubmatch(step, -1) {
				found[m[1]] = true
			}
			return err
		}
		in := []reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(execute).Convert(rows.Type().In(1)), reflect.ValueOf(read)}
		if err, _ := rows.Call(in)[0].Interface().(error); err != nil {
			return err
		}
		return errors.Join(run(ctx, tx, "DEALLOCATE house_rule"), errUndo)
	})
	if !errors.Is(err, errUndo) {
		t.Errorf("%.80s: %v", text, err)
	}
	return slices.Sorted(maps.Keys(found))
}
