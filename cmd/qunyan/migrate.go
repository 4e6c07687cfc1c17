package main

import (
	"context"
	"errors"
	"fmt"

	"qunyan/internal/app"
)

func migrate(ctx context.Context, p *program, args []string) error {
	cfg, rest, err := configured(p, "migrate", args, nil)
	if err != nil {
		return err
	}
	if err := nothingLeft(rest); err != nil {
		return err
	}
	st, err := app.OpenStore(ctx, cfg)
	if err != nil {
		return err
	}
	applied, err := st.Migrate(ctx, cfg.Clock.Now())
	if err := errors.Join(err, st.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s: %d migrations applied\n", st.Engine(), applied)
	return err
}
