package app

import (
	"context"
	"io"
	"log/slog"

	"qunyan/internal/access"
	"qunyan/internal/api"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// FirstAccount is the county account that makes all others.
type FirstAccount struct{ Login, Name string }

// Setup gives an empty database the county's areas, its template of rules and its first account, and answers with that
// account's first password. On a database that has areas and rules it only adds the account.
func (a *App) Setup(ctx context.Context, first FirstAccount) (password string, err error) {
	areas, err := directory.Divisions()
	if err != nil {
		return "", err
	}
	county, now := areas[0].Code, a.cfg.Clock.Now()
	err = a.store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := directory.SeedAreas(ctx, tx, areas); err != nil {
			return err
		}
		return rulebook.SeedTemplate(ctx, tx, county, core.MonthOf(now).First(), now)
	})
	if err != nil {
		return "", err
	}
	_, password, err = a.Services.Access.CreateStaff(ctx, core.System("setup"), access.NewStaff{
		Login: first.Login, Name: first.Name, Grants: []core.Grant{{Role: core.RoleCounty, Area: county}},
	})
	return password, err
}

// Contract is the API's description as YAML. It needs no database: the operations are described by their types.
func Contract() ([]byte, error) {
	handler, err := api.New(api.Config{}, api.Services{Clock: core.SystemClock{}}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return nil, err
	}
	return handler.YAML()
}
