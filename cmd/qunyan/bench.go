package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"

	"qunyan/internal/bench"
)

// measure runs the benchmarks in a folder, or in schemas of PostgreSQL, of their own; no data of anybody's is touched.
func measure(ctx context.Context, p *program, args []string) error {
	opt := bench.Options{Out: p.stdout}
	var full, tiny bool
	var report string
	rest, err := parse(p, "bench", args, func(fs *flag.FlagSet) {
		fs.StringVar(&opt.Dir, "dir", "", "folder for the measured databases, on the disk to be measured (default: a temporary one)")
		fs.StringVar(&opt.Database, "db", "", "postgres://… to measure on PostgreSQL, in schemas bench_… that are thrown away (default: SQLite)")
		fs.StringVar(&opt.Only, "only", "", "measure only what has this in its name")
		fs.StringVar(&report, "json", "", "file for the results")
		fs.BoolVar(&full, "full", false, "the real sizes: 10,000,000 lines, 1,000,000 claims; takes an hour and 5 GB")
		fs.BoolVar(&tiny, "small", false, "next to no work, to see that everything runs")
		fs.BoolVar(&opt.Province, "province", false, "measure a province of 16,000 villages instead")
		fs.IntVar(&opt.Clients, "clients", 0, "throw postings at the machine instead of measuring: so many callers")
		fs.IntVar(&opt.Rate, "rate", 0, "with --clients: postings a second, whether or not earlier ones are answered (0: each caller waits for its answer)")
		fs.IntVar(&opt.Villages, "villages", 584, "with --clients: villages the callers are spread over")
		fs.IntVar(&opt.N, "n", 20_000, "with --clients: postings measured, after a tenth to warm up")
	})
	if err != nil {
		return err
	}
	if err := nothingLeft(rest); err != nil {
		return err
	}
	switch {
	case full:
		opt.Size = bench.Full
	case tiny:
		opt.Size = bench.Tiny
	}
	results, err := bench.Run(ctx, opt)
	if report != "" && (err == nil || errors.Is(err, bench.ErrBar)) {
		text, bad := json.MarshalIndent(results, "", "  ")
		if bad == nil {
			bad = os.WriteFile(report, append(text, '\n'), 0o644)
		}
		err = errors.Join(err, bad)
	}
	return err
}
