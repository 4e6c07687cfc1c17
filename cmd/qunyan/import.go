package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"qunyan/internal/app"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/messages"
)

// importOptions are what the command line says about an import.
type importOptions struct {
	area   string
	groups bool
	dry    bool
	lang   string
}

// importHouseholds brings a workbook into an area's directory, as the console does, and prints every row that is wrong.
// It exits 1 if nothing was written, or if a dry run found something wrong.
func importHouseholds(ctx context.Context, p *program, args []string) error {
	opt := importOptions{lang: string(messages.Chinese)}
	cfg, rest, err := configured(p, "import", args, func(_ *app.Config, fs *flag.FlagSet) {
		fs.StringVar(&opt.area, "area", "", "`code` of the county, township or village that the file is for")
		fs.BoolVar(&opt.groups, "create-groups", false, "add groups and buildings that the file names and that are not there")
		fs.BoolVar(&opt.dry, "dry", false, "only look; write nothing")
		fs.StringVar(&opt.lang, "lang", opt.lang, "`language` of what is wrong: zh or en")
	})
	if err != nil {
		return err
	}
	area, err := core.ParseArea(opt.area)
	switch {
	case err != nil:
		return usageError{"--area must be a code of 6, 9 or 12 digits"}
	case len(rest) != 1:
		return usageError{"name one file, .xlsx or .csv"}
	case opt.lang != string(messages.Chinese) && opt.lang != string(messages.English):
		return usageError{"--lang must be zh or en"}
	}
	log, err := app.NewLog(cfg, p.stderr)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	end, err := importFile(ctx, p, a, area, rest[0], opt)
	if err := errors.Join(err, a.Close()); err != nil {
		return err
	}
	return printImport(p, end, messages.Lang(opt.lang))
}

func importFile(ctx context.Context, p *program, a *app.App, area core.Area, path string, opt importOptions) (directory.Import, error) {
	file, err := os.Open(path)
	if err != nil {
		return directory.Import{}, err
	}
	defer file.Close()
	in := directory.ImportInput{Area: area, Name: filepath.Base(path), Content: file, Dry: opt.dry, CreateGroups: opt.groups}
	return a.Services.Directory.RunImport(ctx, core.System("qunyan import"), in, func(i directory.Import) {
		fmt.Fprintf(p.stderr, "\r%-8s %d", i.Phase, i.Done)
		if i.Total > 0 {
			fmt.Fprintf(p.stderr, " / %d", i.Total)
		}
		if i.State != directory.ImportRunning {
			fmt.Fprintln(p.stderr)
		}
	})
}

func printImport(p *program, end directory.Import, lang messages.Lang) error {
	for _, f := range end.Faults {
		where := f.Column
		if f.Row > 0 {
			where += strconv.Itoa(f.Row)
		}
		if f.Sheet != "" {
			where = f.Sheet + "!" + where
		}
		if _, err := fmt.Fprintf(p.stdout, "%s\t%s\t%s\n", where, f.Code, f.Reason(lang)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(p.stdout, "%s: %d rows; households: %d created, %d changed, %d unchanged; %d groups added; %d faults\n",
		end.State, end.Rows, end.Created, end.Changed, end.Unchanged, end.Groups, end.FaultCount)
	if err == nil && (end.State == directory.ImportFailed || end.FaultCount > 0) {
		err = errors.New("nothing was written")
	}
	return err
}
