package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"qunyan/internal/app"
	"qunyan/internal/core"
	"qunyan/internal/demo"
)

// demoFile is written once the history is complete; a folder that has it is served as it is.
const demoFile = "demo.json"

// runDemo makes a county in an empty data folder, or finds one there, and serves it.
func runDemo(ctx context.Context, p *program, args []string) error {
	scaleName, asJSON := demo.Default().Name, false
	cfg, rest, err := configured(p, "demo", args, func(cfg *app.Config, fs *flag.FlagSet) {
		cfg.LogLevel = "warn" // whoever looks around wants the logins, not the requests
		cfg.ServerFlags(fs)
		fs.StringVar(&scaleName, "scale", scaleName, "`size` of the county: default or county (a year with the newspaper's totals; some minutes)")
		fs.BoolVar(&asJSON, "json", asJSON, "print what there is to see as one line of JSON")
	})
	if err != nil {
		return err
	}
	if err := nothingLeft(rest); err != nil {
		return err
	}
	scale, err := demo.ScaleOf(scaleName)
	if err != nil {
		return usageError{err.Error()}
	}
	clock := demo.Start(core.SystemClock{}, scale)
	cfg.Clock = clock
	log, err := app.NewLog(cfg, p.stderr)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	result, err := history(ctx, p, a, cfg, clock, scale)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	addr, err := a.Listen(ctx)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	if err := show(p, result.At("http://"+addr.String()), asJSON); err != nil {
		return errors.Join(err, a.Close())
	}
	return a.Run(ctx)
}

// history plays the county's months, or reads what an earlier run left.
func history(ctx context.Context, p *program, a *app.App, cfg app.Config, clock *demo.Clock, scale demo.Scale) (demo.Result, error) {
	name := filepath.Join(cfg.Data, demoFile)
	var result demo.Result
	text, err := os.ReadFile(name)
	if err == nil {
		clock.Live()
		return result, json.Unmarshal(text, &result)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return result, err
	}
	areas, err := a.Services.Directory.Areas(ctx, 0)
	if err != nil {
		return result, err
	}
	if len(areas) > 0 {
		return result, fmt.Errorf("%s holds data that is not a finished demo; take another --data folder, or remove that one if a demo was interrupted there", cfg.Data)
	}
	s := a.Services
	result, err = demo.New(demo.Product{
		Store: s.Store, Access: s.Access, Directory: s.Directory, Files: s.Files, Rules: s.Rules, Claims: s.Claims, Market: s.Market,
		Gatherings: s.Gatherings, Appraisals: s.Appraisals, Voices: s.Voices, Branch: s.Branch,
	}, clock, scale, p.stderr).Play(ctx)
	if err != nil {
		return result, err
	}
	if text, err = json.Marshal(result); err != nil {
		return result, err
	}
	// Making history takes memory that serving does not.
	debug.FreeOSMemory()
	// The cards' tokens are in it, so it is the owner's alone.
	return result, os.WriteFile(name, text, 0o600)
}

func show(p *program, result demo.Result, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(p.stdout).Encode(result)
	}
	return result.Print(p.stdout)
}
