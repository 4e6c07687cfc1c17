package ledger

import (
	"context"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// A text in both languages is a rule's or ours, and thousands of lines bear it: it is written once in the village, and
// its lines have its number. A text in Chinese only (goods, a reason) was typed for its line and stands in it.

type text struct{ zh, en string }

const (
	sqlMemos    = `SELECT id, zh, en FROM memo WHERE village = $1 ORDER BY id`
	sqlMemo     = `SELECT id FROM memo WHERE village = $1 AND zh = $2 AND en = $3`
	sqlNextMemo = `SELECT COALESCE(MAX(id), 0) + 1 FROM memo WHERE village = $1`
	sqlKeepMemo = `INSERT INTO memo (village, id, zh, en) VALUES ($1, $2, $3, $4)`
)

// memosOf gives the numbers of the repeated texts of lines, and gives a number to those that are new. The book is locked.
// A posting of many lines reads all texts of the village with one statement, for it bears most of them.
func memosOf(ctx context.Context, tx *store.Tx, village core.Area, lines []*Line) (map[text]int64, error) {
	known := map[text]int64{}
	keep := keepMemo
	if len(lines) > few {
		all, err := readMemos(ctx, tx, village)
		if err != nil {
			return nil, err
		}
		newest := int64(0)
		for id, t := range all {
			known[t] = id
			newest = max(newest, id)
		}
		keep = func(ctx context.Context, tx *store.Tx, village core.Area, t text) (int64, error) {
			newest++
			return newest, tx.Later(ctx, sqlKeepMemo, village, newest, t.zh, t.en)
		}
	}
	for _, l := range lines {
		t := text{l.MemoZh, l.MemoEn}
		if t.en == "" || known[t] != 0 {
			continue
		}
		id, err := keep(ctx, tx, village, t)
		if err != nil {
			return nil, err
		}
		known[t] = id
	}
	return known, nil
}

// keepMemo gives the number of a text, a new one if the village has none like it.
func keepMemo(ctx context.Context, tx *store.Tx, village core.Area, t text) (id int64, err error) {
	err = tx.Row(ctx, sqlMemo, village, t.zh, t.en).Scan(&id)
	if !errors.Is(err, store.ErrNone) {
		return id, err
	}
	if err := tx.Row(ctx, sqlNextMemo, village).Scan(&id); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, sqlKeepMemo, village, id, t.zh, t.en)
	return id, err
}

// readMemos reads the texts of a village by their numbers.
func readMemos(ctx context.Context, tx *store.Tx, village core.Area) (map[int64]text, error) {
	all := map[int64]text{}
	err := tx.Rows(ctx, sqlMemos, func(r store.Row) error {
		var id int64
		var t text
		err := r.Scan(&id, &t.zh, &t.en)
		all[id] = t
		return err
	}, village)
	return all, err
}
