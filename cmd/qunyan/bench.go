package main

import (
	"context"
	"flag"

	"qunyan/internal/bench"
)

// measure runs the benchmarks in a folder of their own; no data of anybody's is touched.
func measure(ctx context.Context, p *program, args []string) error {
	opt := bench.Options{Out: p.stdout}
	rest, err := parse(p, "bench", args, func(fs *flag.FlagSet) {
		fs.StringVar(&opt.Dir, "dir", "", "folder for the measured databases, on the disk to be measured (default: a temporary one)")
		fs.BoolVar(&opt.Small, "small", false, "a tenth of the work, to see that everything runs")
	})
	if err != nil {
		return err
	}
	if err := nothingLeft(rest); err != nil {
		return err
	}
	_, err = bench.Run(ctx, opt)
	return err
}
