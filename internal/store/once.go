package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Once runs fn at most once for the actor's intent in area at, however often the client sends it: the answer is kept in
// the same transaction and given again, while the same key with another body is refused with store.key_reused. T is
// stored as JSON, so it should be a few ids and numbers. Without a key it just runs fn. Call it around the whole of a
// command, inside Tx; nowMs dates the row, which a job removes after 30 days.
func Once[T any](ctx context.Context, tx *Tx, by core.Actor, at core.Area, nowMs int64, fn func() (T, error)) (T, error) {
	var answer T
	if by.Intent.Key == "" {
		return fn()
	}
	switch stored, err := answerOf(ctx, tx, by, at); {
	case err == nil:
		return answer, json.Unmarshal([]byte(stored), &answer)
	case !errors.Is(err, ErrNone):
		return answer, err
	}
	answer, err := fn()
	if err != nil {
		return answer, err
	}
	kept, err := json.Marshal(answer)
	if err != nil {
		return answer, fmt.Errorf("store: answer of an intent: %w", err)
	}
	return answer, tx.q.later(ctx, laterWrite{text: sqlAnswer, once: true},
		[]any{at, by.Intent.Key, by.Intent.Hash[:], string(kept), nowMs})
}

// Fresh is for a step that comes before a command that runs Once: it fails with store.key_reused if the actor's key was
// used for another body.
func Fresh(ctx context.Context, tx *Tx, by core.Actor, at core.Area) error {
	if by.Intent.Key == "" {
		return nil
	}
	if _, err := answerOf(ctx, tx, by, at); !errors.Is(err, ErrNone) {
		return err
	}
	return nil
}

// Answered says whether the actor's intent was done before, for a check that only a new one has to pass; another body
// under the same key is refused with store.key_reused.
func Answered(ctx context.Context, tx *Tx, by core.Actor, at core.Area) (bool, error) {
	if by.Intent.Key == "" {
		return false, nil
	}
	_, err := answerOf(ctx, tx, by, at)
	if errors.Is(err, ErrNone) {
		return false, nil
	}
	return err == nil, err
}

// answerOf is the answer kept for the actor's intent, or ErrNone.
func answerOf(ctx context.Context, tx *Tx, by core.Actor, at core.Area) (stored string, err error) {
	var hash []byte
	err = tx.q.answered(ctx, at, by.Intent.Key).Scan(&hash, &stored)
	if err == nil && !bytes.Equal(hash, by.Intent.Hash[:]) {
		err = errs.New(errs.Conflict, "store.key_reused")
	}
	return stored, err
}

const sqlAnswered = `SELECT hash, answer FROM intent WHERE village = $1 AND key = $2`

// A row that is there already was answered beside us: the command is run again and finds that answer.
const sqlAnswer = `INSERT INTO intent (village, key, hash, answer, at_ms) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (village, key) DO NOTHING`
