package store

import (
	"context"
	"fmt"

	"qunyan/internal/errs"
)

// Spread says what Distribute did.
type Spread struct {
	Distributed int // tables declared now, spread by village
	Reference   int // tables declared now, kept whole by every machine
	Before      int // tables that were declared already
}

// leader is the table that all others lie together with: a village's rows of every table are on one machine.
const leader = "book"

// placed is a table of the schema and how Citus knows it. This file is all that the program knows of Citus.
type placed struct {
	name      string
	byVillage bool   // its primary key starts with the village
	method    string // pg_dist_partition: h by hash, n not by a key, '' an ordinary table
	model     string // t where every machine keeps the whole table
	group     int64  // tables of one group lie together
}

// Distribute spreads the tables whose primary key starts with the village over the machines of a Citus cluster, all
// alike, and has every machine keep the others whole. It does what is missing, so it may run again: after it was cut
// short, and after a migration made a table. There may be rows already. Each table is a transaction of its own.
//
// Errors: store.not_distributable where the database is no PostgreSQL with Citus; store.spread_otherwise (table) when
// somebody declared a table in another way.
func (s *Store) Distribute(ctx context.Context) (Spread, error) {
	var sum Spread
	for {
		var before int
		var declared *placed
		err := s.Tx(ctx, func(ctx context.Context, tx *Tx) (err error) {
			declared = nil
			if err := s.distributable(ctx, tx); err != nil {
				return err
			}
			all, err := placedTables(ctx, tx)
			if err != nil {
				return err
			}
			for before = range all {
				if all[before].method == "" {
					declared = &all[before]
					return declare(ctx, tx, *declared)
				}
			}
			before = len(all)
			return nil
		})
		switch {
		case err != nil:
			return sum, err
		case declared == nil:
			sum.Before = before - sum.Distributed - sum.Reference
			return sum, nil
		case declared.byVillage:
			sum.Distributed++
		default:
			sum.Reference++
		}
	}
}

// distributable refuses engines that cannot spread rows, and keeps other processes from changing the schema meanwhile.
func (s *Store) distributable(ctx context.Context, tx *Tx) error {
	if s.name != "postgres" {
		return errs.New(errs.Conflict, "store.not_distributable")
	}
	var functions int
	if err := tx.Row(ctx, sqlSpreading).Scan(&functions); err != nil {
		return err
	}
	if functions != 2 {
		return errs.New(errs.Conflict, "store.not_distributable")
	}
	return s.engine.migrating(ctx, tx)
}

// placedTables lists the schema's tables, the leader first, and refuses what was declared otherwise.
func placedTables(ctx context.Context, tx *Tx) (all []placed, err error) {
	err = tx.Rows(ctx, sqlPlaced, func(r Row) error {
		var t placed
		err := r.Scan(&t.name, Bool(&t.byVillage), &t.method, &t.model, &t.group)
		if t.method == "n" && t.model == "s" && t.group == 0 { // known to Citus, but on this machine alone
			t.method = ""
		}
		all = append(all, t)
		return err
	}, leader)
	if err == nil && (len(all) == 0 || all[0].name != leader) {
		err = fmt.Errorf("store: no table %s to spread; migrate first", leader)
	}
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		spread, whole := t.method == "h" && t.group == all[0].group, t.method == "n" && t.model == "t"
		if t.method != "" && (t.byVillage && !spread || !t.byVillage && !whole) {
			return nil, errs.New(errs.Conflict, "store.spread_otherwise", "table", t.name)
		}
	}
	return all, nil
}

func declare(ctx context.Context, tx *Tx, t placed) (err error) {
	switch {
	case t.name == leader:
		_, err = tx.Exec(ctx, sqlSpreadLeader, t.name)
	case t.byVillage:
		_, err = tx.Exec(ctx, sqlSpreadBeside, t.name, leader)
	default:
		_, err = tx.Exec(ctx, sqlKeepWhole, t.name)
	}
	if err != nil {
		return fmt.Errorf("store: distribute %s: %w", t.name, err)
	}
	return nil
}

// sqlSpreading finds the two functions of the extension that declare a table.
const sqlSpreading = `SELECT COUNT(DISTINCT proname) FROM pg_proc
	WHERE proname IN ('create_distributed_table', 'create_reference_table') AND pg_function_is_visible(oid)`

// sqlPlaced leaves out the pieces of spread tables that lie on this machine: their names end in a number, ours never do.
const sqlPlaced = `SELECT CAST(c.relname AS TEXT), CASE WHEN k.attname = 'village' THEN 1 ELSE 0 END,
		COALESCE(CAST(d.partmethod AS TEXT), ''), COALESCE(CAST(d.repmodel AS TEXT), ''), COALESCE(CAST(d.colocationid AS BIGINT), 0)
	FROM pg_class c
	JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
	JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
	JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
	LEFT JOIN pg_dist_partition d ON d.logicalrelid = c.oid
	WHERE c.relkind = 'r' AND c.relname !~ '_[0-9]+$'
	ORDER BY CASE WHEN c.relname = $1 THEN 0 ELSE 1 END, c.relname`

// The name travels as text: a driver need not know what a regclass is.
const (
	sqlSpreadLeader = `SELECT create_distributed_table(CAST(CAST($1 AS TEXT) AS REGCLASS), 'village', colocate_with => 'none')`
	sqlSpreadBeside = `SELECT create_distributed_table(CAST(CAST($1 AS TEXT) AS REGCLASS), 'village',
		colocate_with => quote_ident(current_schema()) || '.' || $2)`
	sqlKeepWhole = `SELECT create_reference_table(CAST(CAST($1 AS TEXT) AS REGCLASS))`
)
