package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"qunyan/internal/errs"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// recorder stands where Citus would. It spreads nothing: it writes down what it is asked to declare, in the words of the
// extension, so that this tests which calls are made and when. Whether Citus accepts them only a cluster can say.
const recorder = `
	CREATE TABLE pg_dist_partition (logicalrelid REGCLASS, partmethod "char", repmodel "char", colocationid INT);
	CREATE TABLE called (what TEXT);
	CREATE FUNCTION create_distributed_table(table_name REGCLASS, distribution_column TEXT, distribution_type TEXT DEFAULT 'hash',
		colocate_with TEXT DEFAULT 'default') RETURNS VOID LANGUAGE sql AS $$
		DELETE FROM pg_dist_partition WHERE logicalrelid = table_name;
		INSERT INTO pg_dist_partition VALUES (table_name, 'h', 's', 2);
		INSERT INTO called VALUES (table_name::TEXT || ' by ' || distribution_column || ' with ' ||
			replace(colocate_with, current_schema() || '.', 'our ')) $$;
	CREATE FUNCTION create_reference_table(table_name REGCLASS) RETURNS VOID LANGUAGE sql AS $$
		INSERT INTO pg_dist_partition VALUES (table_name, 'n', 't', 1);
		INSERT INTO called VALUES (table_name::TEXT || ' whole') $$`

func TestDistributeDeclaresWhatIsMissing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	address := storetest.URL(t)
	st, err := store.Open(ctx, address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	if _, err := st.Migrate(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Distribute(ctx); !plain(t, st, address) {
		if err != nil {
			t.Fatalf("on a cluster: %v", err)
		}
		again, err := st.Distribute(ctx)
		if err != nil || again.Distributed+again.Reference != 0 || again.Before == 0 {
			t.Fatalf("on a cluster, again: %+v, %v", again, err)
		}
		return
	} else if errs.CodeOf(err) != "store.not_distributable" {
		t.Fatalf("without the extension: %v", err)
	}
	if st.Engine() == "sqlite" {
		return
	}
	run := func(sql string) string { return direct(t, address, sql) }
	run(recorder)
	first, err := st.Distribute(ctx)
	if err != nil {
		t.Fatal(err)
	}
	called := strings.Split(run(`SELECT string_agg(what, ',') FROM called`), ",")
	if called[0] != "book by village with none" || len(called) != first.Distributed+first.Reference || first.Before != 0 {
		t.Errorf("%+v, by %q", first, called)
	}
	for _, want := range []string{"line by village with our book", "claim by village with our book", "area whole", "staff whole", "session whole",
		"lease whole", "schema_version whole"} {
		if !slices.Contains(called, want) {
			t.Errorf("%q is not among %q", want, called)
		}
	}
	if again, err := st.Distribute(ctx); err != nil || again != (store.Spread{Before: len(called)}) {
		t.Errorf("again: %+v, %v", again, err)
	}
	run(`CREATE TABLE pasture (village BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (village, id));
		INSERT INTO pg_dist_partition VALUES ('pasture', 'n', 's', 0)`)
	if later, err := st.Distribute(ctx); err != nil || later != (store.Spread{Distributed: 1, Before: len(called)}) {
		t.Errorf("after a migration: %+v, %v", later, err)
	}
	run(`UPDATE pg_dist_partition SET partmethod = 'n', repmodel = 't' WHERE logicalrelid = 'line'::REGCLASS`)
	if _, err := st.Distribute(ctx); errs.CodeOf(err) != "store.spread_otherwise" {
		t.Errorf("a table declared otherwise: %v", err)
	}
}

// direct runs SQL on a connection of its own and gives the one text that a SELECT reads.
func direct(t *testing.T, address, sql string) (text string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if strings.HasPrefix(sql, "SELECT") {
		err = conn.QueryRow(ctx, sql).Scan(&text)
	} else {
		_, err = conn.Exec(ctx, sql)
	}
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

// plain says that the engine under test has no Citus.
func plain(t *testing.T, st *store.Store, address string) bool {
	t.Helper()
	return st.Engine() == "sqlite" || direct(t, address, `SELECT COUNT(*)::TEXT FROM pg_extension WHERE extname = 'citus'`) == "0"
}
