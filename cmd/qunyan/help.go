package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"qunyan/internal/app"
)

func usage(w io.Writer) {
	fmt.Fprint(w, "Qunyan (群雁): village points and the points supermarket.\n\nUsage: qunyan COMMAND [flags]\n\n")
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(columns, "  %s %s\t%s\n", c.name, c.args, c.short)
	}
	_ = columns.Flush() // a terminal that is gone reads no help
	fmt.Fprint(w, "\nEvery flag can also be set in the environment: --public-url is QUNYAN_PUBLIC_URL. Flags win.\n")
}

func help(ctx context.Context, p *program, args []string) error {
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		usage(p.stdout)
		return nil
	}
	i := slices.IndexFunc(commands(), func(c command) bool { return c.name == args[0] })
	if i < 0 {
		return usageError{fmt.Sprintf("there is no command %q", args[0])}
	}
	return commands()[i].run(ctx, &program{stdin: p.stdin, stdout: p.stdout, stderr: p.stdout, environ: p.environ}, []string{"-h"})
}

func printVersion(_ context.Context, p *program, args []string) error {
	if _, err := parse(p, "version", args, nil); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.stdout, version)
	return err
}

// configured reads the environment and then the flags of a command: those of add, and the ones that say where the data
// is. It gives the rest of the command line.
func configured(p *program, name string, args []string, add func(cfg *app.Config, fs *flag.FlagSet)) (app.Config, []string, error) {
	cfg := app.DefaultConfig()
	cfg.Version = version
	if err := cfg.ReadEnv(p.environ); err != nil {
		return cfg, nil, usageError{err.Error()}
	}
	rest, err := parse(p, name, args, func(fs *flag.FlagSet) {
		cfg.DataFlags(fs)
		if add != nil {
			add(&cfg, fs)
		}
	})
	if err != nil {
		return cfg, nil, err
	}
	if err := cfg.Check(); err != nil {
		return cfg, nil, usageError{err.Error()}
	}
	return cfg, rest, nil
}

// parse reads a command's flags. What is wrong with them, and -h, the flag package explains itself.
func parse(p *program, name string, args []string, add func(fs *flag.FlagSet)) ([]string, error) {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(p.stderr)
	for _, c := range commands() {
		if c.name == name {
			fs.Usage = func() {
				fmt.Fprintf(p.stderr, "Usage: qunyan %s %s\n\n%s\n\n", c.name, c.args, c.short)
				fs.PrintDefaults()
			}
		}
	}
	if add != nil {
		add(fs)
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, usageError{}
	}
	return fs.Args(), nil
}

// nothingLeft refuses words after the flags of a command that takes none.
func nothingLeft(rest []string) error {
	if len(rest) > 0 {
		return usageError{fmt.Sprintf("unexpected %q", rest[0])}
	}
	return nil
}
