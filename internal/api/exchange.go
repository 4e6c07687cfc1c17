package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/messages"
)

// exchange is one request with what was found out about it. It lives in the request's context, inside this package only:
// commands are handed the actor.
type exchange struct {
	w       http.ResponseWriter
	r       *http.Request
	by      core.Actor
	session access.Session     // of staff; zero if nobody is signed in
	card    access.CardSession // of a card holder
}

type exchangeKey struct{}

func withExchange(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// exchangeOf gives the exchange of a request that was admitted.
func exchangeOf(ctx context.Context) *exchange { return ctx.Value(exchangeKey{}).(*exchange) }

// lang is the language the caller reads.
func (x *exchange) lang() messages.Lang { return langOf(x.r) }

func langOf(r *http.Request) messages.Lang {
	return messages.Negotiate(r.Header.Get("Accept-Language"))
}

// trace is what the outer middleware knows about a request.
type trace struct {
	request string // its id
	from    string // the client's address
	actor   string // filled in by admit, for the log
	op      string // operation id, filled in by admit
}

type traceKey struct{}

func traceOf(ctx context.Context) *trace {
	if a, ok := ctx.Value(traceKey{}).(*trace); ok {
		return a
	}
	return &trace{}
}
