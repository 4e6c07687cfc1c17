package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"qunyan/internal/app"
)

func setup(ctx context.Context, p *program, args []string) error {
	first := app.FirstAccount{Login: "admin", Name: "县管理员"}
	cfg, rest, err := configured(p, "setup", args, func(_ *app.Config, fs *flag.FlagSet) {
		fs.StringVar(&first.Login, "login", first.Login, "`login` of the county's first account")
		fs.StringVar(&first.Name, "name", first.Name, "`name` of whoever it belongs to")
	})
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
	password, err := a.Setup(ctx, first)
	if err := errors.Join(err, a.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "login     %s\npassword  %s\n\nIt must be changed at the first sign-in. Start the server: qunyan serve\n", first.Login, password)
	return err
}
