package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"qunyan/internal/app"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

// verify reads the books of a database that may be in use, and names the first fault; or it checks one proof, for which
// it needs no database at all.
func verify(ctx context.Context, p *program, args []string) error {
	var trusted keyFlag
	var proofFile string
	cfg, rest, err := configured(p, "verify", args, func(_ *app.Config, fs *flag.FlagSet) {
		fs.Var(&trusted, "key", "trust this public `key` (or the file that holds it) and none that the database lists; may be given again")
		fs.StringVar(&proofFile, "proof", "", "check the proof or checkpoint in this `file` (or the code of its QR, or the address) instead of a database")
	})
	if err != nil {
		return err
	}
	if err := nothingLeft(rest); err != nil {
		return err
	}
	if proofFile != "" {
		return verifyProof(p, proofFile, trusted)
	}
	st, err := app.OpenExisting(ctx, cfg)
	if err != nil {
		return err
	}
	return errors.Join(verifyStore(ctx, p, st, trusted), st.Close())
}

func verifyStore(ctx context.Context, p *program, st *store.Store, trusted keyFlag) error {
	started := core.SystemClock{}.Start()
	report, err := ledger.Verify(ctx, st, trusted, func(now ledger.Progress) {
		if now.Report.Villages%100 == 0 {
			fmt.Fprintf(p.stderr, "%d villages, %d lines\n", now.Report.Villages, now.Report.Lines)
		}
	})
	if err != nil {
		return err
	}
	if report.Fault != nil {
		fmt.Fprintf(p.stdout, "FAULT: %s\n", report.Fault)
		return errFault
	}
	took := started.Elapsed()
	trail, fault, err := audit.Verify(ctx, st, trusted)
	if err != nil {
		return err
	}
	if fault != nil {
		fmt.Fprintf(p.stdout, "FAULT: %s\n", fault)
		return errFault
	}
	_, err = fmt.Fprintf(p.stdout, "clean: %d villages, %d lines, %d accounts, %d reversals in %.1f s, %d lines a second\n"+
		"signed for: %d checkpoints over %d lines, %d lines not yet; %d audit lines\n",
		report.Villages, report.Lines, report.Accounts, report.Reversals, took.Seconds(), report.Lines*1000/max(took.Milliseconds(), 1),
		report.Checkpoints, report.Sealed, report.Lines-report.Sealed, trail)
	return err
}

// verifyProof checks a proof offline and says what it proves.
func verifyProof(p *program, file string, trusted keyFlag) error {
	if len(trusted) == 0 {
		return usageError{"--proof needs --key: the public key to trust, as the county's page of keys shows it"}
	}
	one, note, err := readProof(file)
	if err != nil {
		return err
	}
	if one == nil {
		key, err := note.Check(trusted...)
		if err != nil {
			return notProved(p, err)
		}
		_, err = fmt.Fprintf(p.stdout, "genuine: checkpoint of %s over %d lines, signed %s\nby %s, fingerprint %s\n", note.Origin, note.Size, moment(note.AtMs), key.Name, key.Fingerprint())
		return err
	}
	key, err := one.Check(trusted...)
	if err != nil {
		return notProved(p, err)
	}
	village, line, err := ledger.ParseEntry(one.Entry)
	if err != nil {
		return err
	}
	if (seal.Place{Area: village, Kind: seal.Book}).Origin() != one.Note.Origin || line.No != one.Index+1 {
		return notProved(p, errors.New("the line is of another book, or of another place in it"))
	}
	_, err = fmt.Fprintf(p.stdout, "proved: line %d of the book of village %s\n  %s  %s  %s  %d  balances after it %d and %d\n  %s\n"+
		"stands in a book of %d lines, signed %s\nby %s, fingerprint %s\n",
		line.No, village, moment(line.AtMs), line.Kind, line.Owner, line.Amount, line.DebitAfter, line.CreditAfter, line.MemoZh,
		one.Note.Size, moment(one.Note.AtMs), key.Name, key.Fingerprint())
	return err
}

func notProved(p *program, err error) error {
	fmt.Fprintf(p.stdout, "NOT PROVED: %s\n", explain(err))
	return errFault
}

// readProof takes a file with a proof, a checkpoint or a QR's text, or that text itself.
func readProof(name string) (*proof.Proof, proof.Note, error) {
	text := name
	if content, err := os.ReadFile(name); err == nil {
		text = string(content)
	} else if !strings.Contains(name, "#") && len(name) < 100 {
		return nil, proof.Note{}, err
	}
	if p, err := proof.ParseProof(text); err == nil {
		return &p, p.Note, nil
	}
	if n, err := proof.ParseNote(text); err == nil {
		return nil, n, nil
	}
	_, code, found := strings.Cut(strings.TrimSpace(text), "#")
	if !found {
		code = strings.TrimSpace(text)
	}
	return proof.ParseCompact(code)
}
