package arch

import (
	"context"
	"errors"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// errUndo ends a transaction that must leave nothing behind.
var errUndo = errors.New("arch: undo")

// TestStatementsPrepare gives every SQL constant of shipped code to the engine under test, on the migrated schema. The
// suite runs once on each engine, so a statement that only one of them understands is found the day it is written.
func TestStatementsPrepare(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	tr := openRepository(t)
	for _, s := range tr.statements() {
		if oneEngine(s.text) != "" && oneEngine(s.text) != st.Engine() {
			continue
		}
		err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			if err := prepare(ctx, st.Engine(), tx, s.text); err != nil {
				return err
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			t.Errorf("%s: %s does not prepare on %s: %v", tr.at(s.pos), s.name, st.Engine(), err)
		}
	}
}

// TestPrepareBites shows that a wrong column is noticed.
func TestPrepareBites(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	for text, good := range map[string]bool{
		`SELECT name FROM area WHERE code = $1`:                                       true,
		`SELECT nonsense FROM area WHERE code = $1`:                                   false,
		`INSERT INTO lease (job, holder, until_ms) VALUES ($1, $2, $3)`:               true,
		`INSERT INTO lease (job, holder, until_ms) VALUES ($1, $2)`:                   false,
		`UPDATE lease SET holder = $1 WHERE job = $2 RETURNING until_ms`:              true,
		`WITH old AS (SELECT job FROM lease) SELECT count(*) FROM old WHERE job = $1`: true,
	} {
		err := st.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(errUndo, prepare(ctx, st.Engine(), tx, text))
		})
		if prepared := err.Error() == errUndo.Error(); prepared != good {
			t.Errorf("%s: prepared = %v, want %v (%v)", text, prepared, good, err)
		}
	}
}

// oneEngine is the engine that a statement is meant for alone, told by what it calls and reads; "" for all. What only
// Citus knows is "citus", which is neither of the engines that tests run on.
func oneEngine(text string) string {
	switch {
	case regexp.MustCompile(`\b(pg_dist_\w+|create_(distributed|reference)_table\()`).MatchString(text):
		return "citus"
	case strings.Contains(text, "set_config("):
		return "postgres"
	case regexp.MustCompile(`\bpg_\w+\(`).MatchString(text):
		return "postgres"
	case regexp.MustCompile(`\b(sqlite_\w+|pragma_\w+)\b`).MatchString(text):
		return "sqlite"
	}
	return ""
}

// prepare has the engine compile a statement without running it. PostgreSQL has a command for that; SQLite explains
// instead, and wants a value for each parameter.
func prepare(ctx context.Context, engine string, tx *store.Tx, text string) error {
	if engine == "postgres" {
		if err := run(ctx, tx, "PREPARE house_rule AS "+text); err != nil {
			return err
		}
		return run(ctx, tx, "DEALLOCATE house_rule") // it would outlive the transaction
	}
	highest := 0
	for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return err
		}
		highest = max(highest, n)
	}
	return run(ctx, tx, "EXPLAIN "+text, make([]int64, highest)...)
}

// run hands text to Tx.Exec although it is no constant. The type that keeps built SQL out of the product cannot be
// named here, and that is right; a test of the house itself may go round it.
func run(ctx context.Context, tx *store.Tx, text string, args ...int64) error {
	exec := reflect.ValueOf(tx).MethodByName("Exec")
	in := []reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(text).Convert(exec.Type().In(1))}
	for _, a := range args {
		in = append(in, reflect.ValueOf(a))
	}
	err, _ := exec.Call(in)[1].Interface().(error)
	return err
}
