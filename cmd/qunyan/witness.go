package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"qunyan/internal/app"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
)

// witnessing is one comparison: the checkpoint somebody kept, and the book as it is now.
type witnessing struct {
	keep    string // file of the kept checkpoint
	url     string // of the server; "" compares with the database
	village core.Area
	keys    keyFlag
}

// witness compares a village's book with a checkpoint that somebody kept: it was only added to, or there are two
// histories. Then it keeps the newer checkpoint. A township, a newspaper or a villager can do this every month; whoever
// rewrites the book and signs anew is found out by anybody who kept an old checkpoint.
func witness(ctx context.Context, p *program, args []string) error {
	var w witnessing
	var village string
	cfg, rest, err := configured(p, "witness", args, func(_ *app.Config, fs *flag.FlagSet) {
		fs.StringVar(&w.keep, "keep", "", "`file` of the checkpoint that is kept; the first time it is made")
		fs.StringVar(&w.url, "url", "", "`address` of the server to ask (default: the database of --db)")
		fs.StringVar(&village, "village", "", "`code` of the village, 12 digits; needed the first time")
		fs.Var(&w.keys, "key", "the public `key` to trust, or the file that holds it; may be given again")
	})
	if err != nil {
		return err
	}
	if err := nothingLeft(rest); err != nil {
		return err
	}
	if w.keep == "" || len(w.keys) == 0 {
		return usageError{"--keep and --key are needed: the file to keep a checkpoint in, and the public key as the county printed it"}
	}
	if village != "" {
		if w.village, err = core.ParseArea(village); err != nil || w.village.Level() != core.Village {
			return usageError{"--village must be a village's code of 12 digits"}
		}
	}
	kept, err := w.kept()
	if err != nil {
		return err
	}
	if w.url != "" {
		return w.compareWithServer(ctx, p, kept)
	}
	return w.compareWithDatabase(ctx, p, cfg, kept)
}

// kept reads the checkpoint that is kept; nil the first time.
func (w *witnessing) kept() (*proof.Note, error) {
	text, err := os.ReadFile(w.keep)
	if errors.Is(err, fs.ErrNotExist) {
		if w.village == 0 {
			return nil, usageError{"--village is needed: " + w.keep + " does not exist yet"}
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	n, err := proof.ParseNote(string(text))
	if err != nil {
		return nil, err
	}
	if _, err := n.Check(w.keys...); err != nil {
		return nil, err
	}
	place, err := seal.ParseOrigin(n.Origin)
	if err != nil {
		return nil, err
	}
	if w.village != 0 && place.Area != w.village || place.Kind != seal.Book {
		return nil, usageError{w.keep + " is the checkpoint of " + n.Origin}
	}
	w.village = place.Area
	return &n, nil
}

// compareWithServer needs nothing but the public interface: the newest checkpoint, and the proof that it continues the
// kept one.
func (w *witnessing) compareWithServer(ctx context.Context, p *program, kept *proof.Note) error {
	base := strings.TrimSuffix(w.url, "/") + "/api/v1/public/villages/" + w.village.String()
	var now struct {
		Checkpoint *struct {
			Note string `json:"note"`
		} `json:"checkpoint"`
	}
	if err := getJSON(ctx, base+"/coverage", &now); err != nil {
		return err
	}
	if now.Checkpoint == nil {
		return errs.New(errs.NotFound, "seal.none")
	}
	n, key, err := w.newest(now.Checkpoint.Note)
	if err != nil {
		return err
	}
	if kept == nil {
		return w.store(p, n, "")
	}
	if was, err := kept.Check(w.keys...); err != nil {
		return err
	} else if was.Algorithm.Hashing() != key.Algorithm.Hashing() {
		return errs.New(errs.Conflict, "seal.other_hashing") // after such a rotation a new tree begins; that is no fork
	}
	if n.Size < kept.Size {
		return fork(p, fmt.Sprintf("the book had %d lines and has %d", kept.Size, n.Size))
	}
	// Under another hash function a new tree began: nothing leads from one to the other, which is no fork.
	before, err := kept.Check(w.keys...)
	if err != nil {
		return err
	}
	if before.Algorithm.Hashing() != key.Algorithm.Hashing() {
		return errs.New(errs.Conflict, "seal.other_hashing")
	}
	var answer struct {
		Path []proof.Hash `json:"path"`
	}
	err = getJSON(ctx, fmt.Sprintf("%s/consistency?from=%d&to=%d", base, kept.Size, n.Size), &answer)
	var refused refusal
	if errors.As(err, &refused) && refused.status < http.StatusInternalServerError {
		return fork(p, fmt.Sprintf("the server does not prove that its book of %d lines begins with the %d whose checkpoint is kept: %s", n.Size, kept.Size, refused))
	}
	if err != nil {
		return err
	}
	if err := key.Algorithm.Hashing().CheckConsistency(kept.Size, n.Size, kept.Root, n.Root, answer.Path); err != nil {
		return fork(p, fmt.Sprintf("the book of %d lines does not begin with the %d lines whose checkpoint is kept", n.Size, kept.Size))
	}
	return w.store(p, n, fmt.Sprintf("only appended: %d lines then, %d now\n", kept.Size, n.Size))
}

func (w *witnessing) newest(text string) (proof.Note, proof.PublicKey, error) {
	n, err := proof.ParseNote(text)
	if err != nil {
		return n, proof.PublicKey{}, err
	}
	if n.Origin != (seal.Place{Area: w.village, Kind: seal.Book}).Origin() {
		return n, proof.PublicKey{}, fmt.Errorf("the server answered with the checkpoint of %s", n.Origin)
	}
	key, err := n.Check(w.keys...)
	return n, key, err
}

// compareWithDatabase reads the lines themselves, so it can name the one that differs.
func (w *witnessing) compareWithDatabase(ctx context.Context, p *program, cfg app.Config, kept *proof.Note) error {
	st, err := app.OpenExisting(ctx, cfg)
	if err != nil {
		return err
	}
	found, err := ledger.Witness(ctx, st, w.village, kept, w.keys)
	if err := errors.Join(err, st.Close()); err != nil {
		return err
	}
	if found.Fault != nil {
		return fork(p, found.Fault.String())
	}
	if found.Newest == nil {
		return errs.New(errs.NotFound, "seal.none")
	}
	text, newest := "", *found.Newest
	if kept != nil {
		if newest.Size < kept.Size { // later checkpoints were lost, or taken away: what is kept says more
			newest = *kept
		}
		text = fmt.Sprintf("only appended: %d lines then, %d now\n", kept.Size, found.Lines)
	}
	return w.store(p, newest, text)
}

func fork(p *program, what string) error {
	fmt.Fprintf(p.stdout, "FORK: %s\n", what)
	return errFault
}

// store keeps the newer checkpoint in the place of the older one.
func (w *witnessing) store(p *program, n proof.Note, text string) error {
	f, err := os.CreateTemp(filepath.Dir(w.keep), "checkpoint-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(n.String())
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), w.keep)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	_, err = fmt.Fprintf(p.stdout, "%skept: checkpoint of %d lines, signed %s\n", text, n.Size, moment(n.AtMs))
	return err
}

// fetchWithin bounds one question to a server over a bad line.
const fetchWithin = time.Minute

func getJSON(ctx context.Context, url string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return refusal{res.StatusCode, fmt.Sprintf("%s answered %s: %s", url, res.Status, body)}
	}
	return json.Unmarshal(body, into)
}

// refusal is an answer that is not the one asked for.
type refusal struct {
	status int
	text   string
}

// Error implements error.
func (r refusal) Error() string { return r.text }
