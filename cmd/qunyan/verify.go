package main

import (
	"context"
	"errors"
	"fmt"

	"qunyan/internal/app"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
)

// verify reads the books of a database that may be in use, and names the first fault.
func verify(ctx context.Context, p *program, args []string) error {
	cfg, rest, err := configured(p, "verify", args, nil)
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
	started := core.SystemClock{}.Start()
	report, err := ledger.Verify(ctx, st, nil, func(now ledger.Progress) {
		if now.Report.Villages%100 == 0 {
			fmt.Fprintf(p.stderr, "%d villages, %d lines\n", now.Report.Villages, now.Report.Lines)
		}
	})
	if err := errors.Join(err, st.Close()); err != nil {
		return err
	}
	if report.Fault != nil {
		fmt.Fprintf(p.stdout, "FAULT: %s\n", report.Fault)
		return errFault
	}
	took := started.Elapsed()
	_, err = fmt.Fprintf(p.stdout, "clean: %d villages, %d lines, %d accounts, %d reversals in %.1f s, %d lines a second\n",
		report.Villages, report.Lines, report.Accounts, report.Reversals, took.Seconds(), report.Lines*1000/max(took.Milliseconds(), 1))
	return err
}
