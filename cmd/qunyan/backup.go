package main

import (
	"context"
	"flag"
	"fmt"

	"qunyan/internal/app"
)

// makeBackup copies an installation that may be in use.
func makeBackup(ctx context.Context, p *program, args []string) error {
	var to string
	var withKey bool
	cfg, rest, err := configured(p, "backup", args, func(_ *app.Config, fs *flag.FlagSet) {
		fs.StringVar(&to, "to", "", "`file` to write, which must not exist; or a folder, and the name is made from the time")
		fs.BoolVar(&withKey, "with-key", false, "put the key files in too: then whoever has the backup has everything")
	})
	if err != nil {
		return err
	}
	if err := nothingLeft(rest); err != nil {
		return err
	}
	if to == "" {
		return usageError{"--to must name a file or a folder"}
	}
	made, err := app.Backup(ctx, cfg, to, withKey)
	if err != nil {
		return err
	}
	switch {
	case withKey:
		fmt.Fprintln(p.stderr, "The keys are in this backup. Keep it where only those may look who may see and sign everything.")
	case made.KeyMark != "":
		fmt.Fprintln(p.stderr, "The keys are not in this backup. Keep a copy of secret.key and sign.key, in another place.")
	}
	_, err = fmt.Fprintf(p.stdout, "%s: %d books, %d lines, %d photos, %d bytes\n",
		made.Path, made.Contents.Books, made.Contents.Lines, made.Photos, made.Bytes)
	return err
}

// restore puts a backup into a data folder and a database that hold nothing yet.
func restore(ctx context.Context, p *program, args []string) error {
	var from string
	var opt app.RestoreOptions
	cfg, rest, err := configured(p, "restore", args, func(_ *app.Config, fs *flag.FlagSet) {
		fs.StringVar(&from, "from", "", "the backup's `file`")
		fs.StringVar(&opt.Key, "key", "", "`file` that holds the key (default: secret.key in the data folder, or the one in the backup)")
		fs.BoolVar(&opt.LostKey, "lost-key", false, "go on without the key: every PIN must be set anew, and ID numbers be given again")
	})
	if err != nil {
		return err
	}
	if err := nothingLeft(rest); err != nil {
		return err
	}
	if from == "" {
		return usageError{"--from must name a backup"}
	}
	found, err := app.Restore(ctx, cfg, from, opt)
	if err != nil {
		return err
	}
	for _, name := range app.MissingKeys(cfg) {
		fmt.Fprintf(p.stderr, "%s is not there. Put the copy you kept in its place before the first start; a new one would not fit what the old one wrote.\n", name)
	}
	if found.Missing > 0 {
		fmt.Fprintf(p.stderr, "%d photos were missing already when the backup was made.\n", found.Missing)
	}
	_, err = fmt.Fprintf(p.stdout, "restored the backup of %s: %d books verified, %d lines, %d photos; %d migrations applied\n",
		found.Time, found.Books.Villages, found.Books.Lines, found.Photos, found.Migrated)
	return err
}
