package store

import (
	"context"
	"fmt"
	"strings"
)

// fixPlans tells SQLite how large the tables will be. Without statistics it takes any equality for a good one: it
// believes that ten rows share a village, walks through all claims of the village, and the village's second year is
// slow. Statistics it collects itself would be right for one county in one month and would change its plans under a
// running system. So it is given made-up ones, once, for a county of the size we build for: a thousand rows and more in
// a village, and fewer with each further column of a key. The format is SQLite's (sqlite.org/fileformat2.html, "The
// sqlite_stat1 table"): rows of the table, then how many share the first column, the first two …
func fixPlans(ctx context.Context, tx *Tx) error {
	if _, err := tx.Exec(ctx, `ANALYZE`); err != nil { // makes the table
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM sqlite_stat1`); err != nil {
		return err
	}
	var rows [][]any
	err := tx.Rows(ctx, sqlIndexes, func(r Row) error {
		var table, index, first string
		var unique bool
		var columns int
		if err := r.Scan(&table, &index, Bool(&unique), &columns, &first); err != nil {
			return err
		}
		rows = append(rows, []any{table, index, shares(columns, unique, first == "village")})
		return nil
	})
	if err != nil {
		return err
	}
	err = tx.Many(ctx, `INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)`, len(rows), func(i int) []any { return rows[i] })
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `ANALYZE sqlite_schema`) // reads the table again
	return err
}

// sqlIndexes lists the indexes of the tables that have a village, with their first column. The primary key of a table
// that is ordered by it goes by the table's own name.
const sqlIndexes = `SELECT t.name, CASE l.origin WHEN 'pk' THEN t.name ELSE l.name END, l."unique",
		(SELECT count(*) FROM pragma_index_info(l.name)),
		(SELECT i.name FROM pragma_index_info(l.name) i WHERE i.seqno = 0)
	FROM sqlite_schema t JOIN pragma_index_list(t.name) l
	WHERE t.type = 'table' AND t.name <> 'staff'
		AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) c WHERE c.name = 'village')
	ORDER BY 1, 2`

// shares is the made-up statistic of one index.
func shares(columns int, unique, byVillage bool) string {
	most := []int{2000, 40, 8, 4, 2}
	if !byVillage { // a month, a moment: many villages' rows
		most = []int{50_000, 20_000, 5000, 1000, 500}
	}
	var b strings.Builder
	b.WriteString("1000000")
	for i := range columns {
		n := most[min(i, len(most)-1)]
		if unique && i == columns-1 {
			n = 1
		}
		fmt.Fprintf(&b, " %d", n)
	}
	return b.String()
}
