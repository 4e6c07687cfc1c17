package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"qunyan/internal/app"
)

func serve(ctx context.Context, p *program, args []string) error {
	cfg, rest, err := configured(p, "serve", args, func(cfg *app.Config, fs *flag.FlagSet) { cfg.ServerFlags(fs) })
	if err != nil {
		return err
	}
	if err := nothingLeft(rest); err != nil {
		return err
	}
	log, err := app.NewLog(cfg, p.stderr)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	addr, err := a.Listen(ctx)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	fmt.Fprintf(p.stdout, "http://%s\n", addr)
	return a.Run(ctx)
}
