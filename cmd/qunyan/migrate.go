package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"qunyan/internal/app"
	"qunyan/internal/store"
)

func migrate(ctx context.Context, p *program, args []string) error {
	var distribute bool
	cfg, rest, err := configured(p, "migrate", args, func(_ *app.Config, fs *flag.FlagSet) {
		fs.BoolVar(&distribute, "distribute", false, "then spread the villages over the machines of a Citus cluster")
	})
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
	if err == nil {
		_, err = fmt.Fprintf(p.stdout, "%s: %d migrations applied\n", st.Engine(), applied)
	}
	if err == nil && distribute {
		err = spread(ctx, p, st)
	}
	return errors.Join(err, st.Close())
}

func spread(ctx context.Context, p *program, st *store.Store) error {
	done, err := st.Distribute(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%d tables spread by village, %d kept whole by every machine, %d were so before\n",
		done.Distributed, done.Reference, done.Before)
	return err
}
