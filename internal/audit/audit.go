// Package audit keeps who did what to which thing, from where, with how it was before and after. Lines are written in
// the transaction of the change they tell of and are never edited.
package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Entry is one change. Before and After become JSON; nil says that there was nothing, or is nothing any more. They
// never hold secrets, PINs, tokens, whole phone numbers or ID numbers.
type Entry struct {
	Area      core.Area // the village, or the wider area the act belongs to
	Action    string    // package and command, "claims.approve"
	Subject   string    // what kind of thing, "claim"
	SubjectID string    // which one
	Before    any
	After     any
}

// Write adds a line. nowMs is the command's moment in Unix milliseconds.
func Write(ctx context.Context, tx *store.Tx, by core.Actor, id core.ID, nowMs int64, e Entry) error {
	before, err := toJSON(e.Before)
	if err != nil {
		return fmt.Errorf("audit %s: before: %w", e.Action, err)
	}
	after, err := toJSON(e.After)
	if err != nil {
		return fmt.Errorf("audit %s: after: %w", e.Action, err)
	}
	if err := tx.Later(ctx, insertSQL, e.Area, id, nowMs, string(by.Kind), by.ID, by.Name, by.From, by.Request,
		e.Action, e.Subject, e.SubjectID, before, after); err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}

func toJSON(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// Record is a line as it was written.
type Record struct {
	Area      core.Area
	ID        core.ID
	AtMs      int64
	ActorKind core.ActorKind
	Actor     core.ID
	ActorName string
	From      string
	Request   string
	Action    string
	Subject   string
	SubjectID string
	Before    string // JSON or ""
	After     string // JSON or ""
}

// Filter narrows a list; the zero value takes everything.
type Filter struct {
	Action string // a whole action, or the beginning of one: "claims."
	Text   string // part of the actor's name or of the subject's id
	Actor  core.ID
	FromMs int64 // first moment
	ToMs   int64 // last moment; 0 is no end
}
