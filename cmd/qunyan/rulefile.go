package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"qunyan/internal/app"
	"qunyan/internal/core"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook"
	"qunyan/internal/rulebook/ruletable"
	"qunyan/internal/store"
)

// errNotAsItIs makes the process end with exitFailed after what is wrong with a file was printed.
var errNotAsItIs = errors.New("something is wrong with the file; nothing was written")

// exportRules writes a version of an area's rules as the console exports it: the one in force today, or, as AREA/VERSION,
// any. It reads beside a running server.
func exportRules(ctx context.Context, p *program, args []string) error {
	format, to, lang := "xlsx", "-", string(messages.Chinese)
	which, args := firstWord(args)
	cfg, rest, err := configured(p, "rules", args, func(_ *app.Config, fs *flag.FlagSet) {
		fs.StringVar(&format, "format", format, "xlsx or json, as docs/rules-format.md has them")
		fs.StringVar(&to, "to", to, "`file` to write; - is standard output")
		fs.StringVar(&lang, "lang", lang, "`language` of the workbook's words: zh or en")
	})
	if err != nil {
		return err
	}
	area, version, ok := areaVersion(append(which, rest...))
	switch {
	case !ok:
		return usageError{"name one area, 520524100201 for its rules in force or 520524100201/3 for its version 3"}
	case format != "xlsx" && format != "json":
		return usageError{"--format must be xlsx or json"}
	case !spoken(lang):
		return usageError{"--lang must be zh or en"}
	}
	st, err := app.OpenExisting(ctx, cfg)
	if err != nil {
		return err
	}
	set, err := versionOf(ctx, st, area, version)
	if err := errors.Join(err, st.Close()); err != nil {
		return err
	}
	var file bytes.Buffer // whole before anything is written: half a file must not look like one
	if format == "json" {
		err = rulebook.WriteJSON(&file, set)
	} else {
		err = rulebook.WriteWorkbook(&file, messages.Lang(lang), set)
	}
	switch {
	case err != nil:
		return err
	case to == "-":
		_, err = file.WriteTo(p.stdout)
		return err
	}
	if err := os.WriteFile(to, file.Bytes(), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s: version %d of %d, %d rules\n", to, set.Version, set.Area, len(set.Rules))
	return err
}

// firstWord takes a word before the flags; what stands behind them is left to them.
func firstWord(args []string) (word, rest []string) {
	if len(args) > 0 && (args[0] == "-" || !strings.HasPrefix(args[0], "-")) {
		return args[:1], args[1:]
	}
	return nil, args
}

// areaVersion reads 520524100201 or 520524100201/3; version 0 is the one in force.
func areaVersion(words []string) (area core.Area, version int64, ok bool) {
	if len(words) != 1 {
		return 0, 0, false
	}
	code, no, numbered := strings.Cut(words[0], "/")
	area, err := core.ParseArea(code)
	if err == nil && numbered {
		version, err = strconv.ParseInt(no, 10, 64)
	}
	return area, version, err == nil && (!numbered || version > 0)
}

func rulebookOf(st *store.Store) *rulebook.Service {
	clock := core.SystemClock{}
	return rulebook.New(st, clock, core.NewIDs(clock))
}

func versionOf(ctx context.Context, st *store.Store, area core.Area, version int64) (rulebook.Ruleset, error) {
	if version == 0 {
		return rulebookOf(st).Current(ctx, area, 0)
	}
	return rulebookOf(st).Ruleset(ctx, core.System("qunyan rules export"), area, version)
}

// importRules holds a file of rules to what an import in the console holds it to, and prints each fault with its place.
// Alone, the file is looked at by itself: its shape, each rule, the red lines. With an area and the version of its draft,
// it is held to the county's bounds too, and without --check it becomes the draft's.
func importRules(ctx context.Context, p *program, args []string) error {
	check, code, in, lang := false, "", rulebook.ImportInput{}, string(messages.Chinese)
	named, args := firstWord(args)
	cfg, rest, err := configured(p, "rules", args, func(_ *app.Config, fs *flag.FlagSet) {
		fs.BoolVar(&check, "check", false, "only look; write nothing")
		fs.StringVar(&code, "area", "", "`code` of the village or county whose draft the file is for; without it the file is looked at by itself")
		fs.Int64Var(&in.Version, "version", 0, "`number` of the draft")
		fs.StringVar(&lang, "lang", lang, "`language` of what is wrong: zh or en")
	})
	if err != nil {
		return err
	}
	if code != "" {
		in.Area, err = core.ParseArea(code)
	}
	named = append(named, rest...)
	switch {
	case err != nil:
		return usageError{"--area must be a code of 6 or 12 digits"}
	case len(named) != 1:
		return usageError{"name one file, .xlsx, .csv or .json; - is standard input"}
	case (code == "") != (in.Version == 0):
		return usageError{"--area and --version go together: they name the draft"}
	case code == "" && !check:
		return usageError{"say --check, or which draft the file is for: --area and --version"}
	case !spoken(lang):
		return usageError{"--lang must be zh or en"}
	}
	in.Dry = check
	if in.Content, err = fileOrInput(p, named[0]); err != nil {
		return err
	}
	out, err := imported(ctx, p, cfg, in)
	if err != nil {
		return err
	}
	return printRulesImport(p.stdout, out, messages.Lang(lang))
}

// fileOrInput reads no more than an import takes and one byte, by which a larger file is known.
func fileOrInput(p *program, name string) ([]byte, error) {
	from := p.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		from = f
	}
	return io.ReadAll(io.LimitReader(from, ruletable.MaxBytes+1))
}

func imported(ctx context.Context, p *program, cfg app.Config, in rulebook.ImportInput) (rulebook.Imported, error) {
	if in.Area == 0 {
		return rulebook.CheckFile(in.Content)
	}
	by := core.System("qunyan rules import")
	if in.Dry {
		st, err := app.OpenExisting(ctx, cfg)
		if err != nil {
			return rulebook.Imported{}, err
		}
		out, err := rulebookOf(st).Import(ctx, by, in)
		return out, errors.Join(err, st.Close())
	}
	log, err := app.NewLog(cfg, p.stderr)
	if err != nil {
		return rulebook.Imported{}, err
	}
	a, err := app.New(ctx, cfg, log)
	if err != nil {
		return rulebook.Imported{}, err
	}
	out, err := a.Services.Rules.Import(ctx, by, in)
	return out, errors.Join(err, a.Close())
}

func printRulesImport(to io.Writer, out rulebook.Imported, lang messages.Lang) error {
	for _, f := range out.Faults {
		where := f.Column
		if f.Row > 0 {
			where += strconv.Itoa(f.Row)
		}
		if f.Sheet != "" {
			where = f.Sheet + "!" + where
		}
		if _, err := fmt.Fprintf(to, "%s\t%s\t%s\n", where, f.Code, f.Reason(lang)); err != nil {
			return err
		}
	}
	for _, column := range out.Ignored {
		if _, err := fmt.Fprintln(to, messages.Text(lang, "console.file.ignored", map[string]any{"column": column})); err != nil {
			return err
		}
	}
	state := "checked"
	switch {
	case out.FaultCount > 0:
		state = "refused"
	case out.Written:
		state = "written"
	}
	_, err := fmt.Fprintf(to, "%s: %d added, %d changed, %d unchanged, %d left out; %d faults\n", state, len(out.Added), len(out.Changed), len(out.Same), len(out.LeftOut), out.FaultCount)
	if err == nil && out.FaultCount > 0 {
		err = errNotAsItIs
	}
	return err
}
