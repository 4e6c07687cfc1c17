package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"qunyan/internal/app"
	"qunyan/internal/core"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// keys shows the keys that checkpoints are signed with, or puts a new one in the place of the one in use.
func keys(ctx context.Context, p *program, args []string) error {
	cfg, rest, err := configured(p, "keys", args, nil)
	if err != nil {
		return err
	}
	what := "show"
	if len(rest) > 0 {
		what, rest = rest[0], rest[1:]
	}
	if len(rest) > 0 { // flags may stand behind the word too
		if cfg, rest, err = configured(p, "keys", rest, nil); err != nil {
			return err
		}
		if err := nothingLeft(rest); err != nil {
			return err
		}
	}
	if what != "show" && what != "rotate" {
		return usageError{fmt.Sprintf("keys %s is not a thing to do; write show or rotate", what)}
	}
	st, err := app.OpenExisting(ctx, cfg)
	if err != nil {
		return err
	}
	if what == "rotate" {
		err = rotate(ctx, p, cfg, st)
	} else {
		err = showKeys(ctx, p.stdout, st)
	}
	return errors.Join(err, st.Close())
}

func rotate(ctx context.Context, p *program, cfg app.Config, st *store.Store) error {
	a, err := proof.ParseAlgorithm(cfg.SignAlgorithm)
	if err != nil {
		return err
	}
	key, err := app.RotateSignKey(ctx, cfg, st, a, cfg.Clock)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "in use from now on, for the future only:\n%s\nfingerprint %s\nPublish it, print it, and keep a copy of the private file apart from the database.\n",
		key, key.Fingerprint())
	return err
}

func showKeys(ctx context.Context, out io.Writer, st *store.Store) error {
	var all []seal.Key
	err := st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = seal.Keys(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, k := range all {
		until := "in use"
		if k.UntilMs != 0 {
			until = "until " + moment(k.UntilMs)
		}
		if _, err := fmt.Fprintf(out, "%s\n  %s, fingerprint %s, from %s, %s\n", k.PublicKey, k.Algorithm, k.Fingerprint(), moment(k.FromMs), until); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		_, err = fmt.Fprintln(out, "no key yet: the server makes one at its first start")
	}
	return err
}

// moment is a time as people of the county read it.
func moment(ms int64) string {
	return time.UnixMilli(ms).In(core.China()).Format("2006-01-02 15:04:05")
}

// keyFlag collects public keys: each the key's text, or a file that holds it.
type keyFlag []proof.PublicKey

// String implements flag.Value.
func (k *keyFlag) String() string { return "" }

// Set implements flag.Value.
func (k *keyFlag) Set(text string) error {
	if !strings.Contains(text, "+") {
		content, err := os.ReadFile(text)
		if err != nil {
			return errors.New("is neither a public key nor a file that holds one")
		}
		text = string(content)
	}
	key, err := proof.ParsePublicKey(text)
	if err != nil {
		return errors.New("is not a public key; copy the whole of it from the county's page of keys")
	}
	*k = append(*k, key)
	return nil
}
