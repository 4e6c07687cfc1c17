package main

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qunyan/internal/api"
	"qunyan/internal/app"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// sealedCounty is a data folder with one village's book under a checkpoint, served on a local address.
type sealedCounty struct {
	environ []string
	app     *app.App
	url     string
	village core.Area
	key     string
}

func newSealedCounty(t *testing.T, algorithm string) sealedCounty {
	t.Helper()
	cfg := app.DefaultConfig()
	cfg.Data, cfg.DB, cfg.SignAlgorithm, cfg.LogLevel = t.TempDir(), storetest.MigratedURL(t), algorithm, "error"
	log, err := app.NewLog(cfg, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(context.Background(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	c := sealedCounty{app: a, village: 520524100201,
		environ: []string{"QUNYAN_DATA=" + cfg.Data, "QUNYAN_DB=" + cfg.DB, "QUNYAN_LOG_LEVEL=error"}}
	t.Cleanup(func() { _ = a.Close() })
	server := httptest.NewServer(a.Handler)
	t.Cleanup(server.Close)
	c.url = server.URL
	seed := func(ctx context.Context, tx *store.Tx) error {
		return directory.SeedAreas(ctx, tx, []directory.Area{directory.NewArea(520524, "织金县"), directory.NewArea(520524100, "双堰街道"), directory.NewArea(c.village, "前进村村民委员会")})
	}
	if err := a.Services.Store.Tx(context.Background(), seed); err != nil {
		t.Fatal(err)
	}
	c.grow(t)
	keys, err := a.Services.Ledger.Keys(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	c.key = keys[0].PublicKey.String()
	return c
}

// grow enters a household, which opens its account by a line, and signs a checkpoint.
func (c sealedCounty) grow(t *testing.T) {
	t.Helper()
	by := core.Actor{Kind: core.StaffActor, ID: 1, Name: "李文书", Grants: []core.Grant{{Role: core.RoleClerk, Area: c.village}}}
	if _, err := c.app.Services.Directory.Create(context.Background(), by, directory.CreateInput{Village: c.village, Head: "王建国"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.app.Services.Ledger.Seal(context.Background(), c.village); err != nil {
		t.Fatal(err)
	}
}

func (c sealedCounty) services() api.Services { return c.app.Services }

func TestAProofIsCheckedWithoutADatabase(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"ed25519", "sm2"} {
		c := newSealedCounty(t, algorithm)
		c.grow(t)
		p, err := c.services().Ledger.ProofOf(context.Background(), core.Actor{Kind: core.StaffActor, Grants: []core.Grant{{Role: core.RoleAuditor, Area: c.village}}}, c.village, 1)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		write := func(name, text string) string {
			name = filepath.Join(dir, name)
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return name
		}
		keyFile := write("county.pub", c.key+"\n")
		for what, proofFile := range map[string]string{
			"a file": write("line.tlog-proof", p.Proof.String()), "a QR's address": "https://jifen.example.cn/proof/#" + p.Proof.Compact(p.Key.Algorithm),
		} {
			for _, key := range []string{c.key, keyFile} {
				code, out, errs := call(t, nil, "verify", "--proof", proofFile, "--key", key)
				if code != exitDone || !strings.Contains(out, "proved: line 1 of the book of village 520524100201") || !strings.Contains(out, p.Key.Fingerprint()) {
					t.Errorf("%s, %s: exit %d, %q, %q", algorithm, what, code, out, errs)
				}
			}
		}
		if code, out, _ := call(t, nil, "verify", "--proof", write("checkpoint", p.Proof.Note.String()), "--key", keyFile); code != exitDone || !strings.Contains(out, "over 2 lines") {
			t.Errorf("%s, a checkpoint: exit %d, %q", algorithm, code, out)
		}
		changed := p.Proof
		changed.Entry = append([]byte{}, changed.Entry...)
		changed.Entry[len(changed.Entry)-2]++
		if code, out, _ := call(t, nil, "verify", "--proof", write("changed", changed.String()), "--key", c.key); code != exitFault || !strings.HasPrefix(out, "NOT PROVED") {
			t.Errorf("%s, a changed line: exit %d, %q", algorithm, code, out)
		}
		for _, args := range [][]string{{"--proof", keyFile}, {"--proof", keyFile, "--key", "nothing+like+a key"}, {"--proof", keyFile, "--key", filepath.Join(dir, "none")}} {
			if code, _, _ := call(t, nil, append([]string{"verify"}, args...)...); code != exitUsage {
				t.Errorf("%v: exit %d", args, code)
			}
		}
		if code, _, errs := call(t, nil, "verify", "--proof", keyFile, "--key", c.key); code != exitFailed || !strings.Contains(errs, "proof.syntax") {
			t.Errorf("a file that is no proof: exit %d, %q", code, errs)
		}
	}
}

func TestAWitnessComparesWithAServerAndWithADatabase(t *testing.T) {
	t.Parallel()
	c := newSealedCounty(t, "ed25519")
	keep := filepath.Join(t.TempDir(), "qianjin.checkpoint")
	remote := []string{"witness", "--keep", keep, "--key", c.key, "--url", c.url}
	local := []string{"witness", "--keep", keep, "--key", c.key}
	if code, _, errs := call(t, nil, remote...); code != exitUsage || !strings.Contains(errs, "--village") {
		t.Errorf("without a village: exit %d, %q", code, errs)
	}
	expect := func(want int, text string, args ...string) {
		t.Helper()
		if code, out, errs := call(t, c.environ, args...); code != want || !strings.Contains(out, text) {
			t.Errorf("%v: exit %d, %q, %q; want %d, %q", args, code, out, errs, want, text)
		}
	}
	expect(exitDone, "kept: checkpoint of 1 lines", append(remote, "--village", c.village.String())...)
	c.grow(t)
	c.grow(t)
	old, err := os.ReadFile(keep)
	if err != nil {
		t.Fatal(err)
	}
	expect(exitDone, "only appended: 1 lines then, 3 now", remote...)
	expect(exitDone, "only appended: 3 lines then, 3 now", local...)
	expect(exitDone, "signed for: 3 checkpoints over 3 lines, 0 lines not yet", "verify", "--key", c.key)
	// The history is rewritten, and signed anew with the county's own key.
	rewrite := func(ctx context.Context, tx *store.Tx) error {
		for _, step := range []func() (int64, error){
			func() (int64, error) {
				return tx.Exec(ctx, `UPDATE line SET actor = 9 WHERE village = $1 AND no = 1`, c.village)
			},
			func() (int64, error) { return tx.Exec(ctx, `DELETE FROM checkpoint WHERE village = $1`, c.village) },
			func() (int64, error) { return tx.Exec(ctx, `DELETE FROM seal_tile WHERE village = $1`, c.village) },
		} {
			if _, err := step(); err != nil {
				return err
			}
		}
		return nil
	}
	if err := c.services().Store.Tx(context.Background(), rewrite); err != nil {
		t.Fatal(err)
	}
	c.grow(t)
	expect(exitFault, "FORK: ", local...)
	expect(exitFault, "FORK: the server does not prove", remote...)
	if err := os.WriteFile(keep, []byte(strings.Replace(string(old), "\n1\n", "\n2\n", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	expect(exitFailed, "", local...) // what is kept was damaged: no verdict either way
}

// From Ed25519 to SM2 a new tree begins, which proves nothing about the old one; nobody is accused for that.
func TestAWitnessCallsAnotherAlgorithmNoFork(t *testing.T) {
	t.Parallel()
	c := newSealedCounty(t, "ed25519")
	witness := []string{"witness", "--keep", filepath.Join(t.TempDir(), "qianjin.checkpoint"), "--key", c.key, "--url", c.url}
	if code, _, errs := call(t, nil, append(witness, "--village", c.village.String())...); code != exitDone {
		t.Fatalf("exit %d, %q", code, errs)
	}
	_, rotated, _ := call(t, c.environ, "keys", "rotate", "--sign-algorithm", "sm2")
	c.grow(t)
	code, out, errs := call(t, nil, append(witness, "--key", strings.Split(rotated, "\n")[1])...)
	if code != exitFailed || !strings.Contains(errs, "seal.other_hashing") || strings.Contains(out, "FORK") {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
}

func TestKeysAreShownAndRotated(t *testing.T) {
	t.Parallel()
	c := newSealedCounty(t, "ed25519")
	code, out, errs := call(t, c.environ, "keys")
	if code != exitDone || !strings.Contains(out, c.key) || !strings.Contains(out, "in use") {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
	if code, out, errs := call(t, c.environ, "keys", "rotate", "--sign-algorithm", "sm2"); code != exitDone || !strings.Contains(out, "fingerprint") {
		t.Fatalf("exit %d, %q, %q", code, out, errs)
	}
	c.grow(t) // the running server takes the new key up
	if code, out, _ := call(t, c.environ, "keys", "show"); code != exitDone || strings.Count(out, "in use") != 1 || strings.Count(out, "until") != 1 || !strings.Contains(out, "sm2") {
		t.Errorf("exit %d, %q", code, out)
	}
	if code, out, _ := call(t, c.environ, "verify"); code != exitDone || !strings.Contains(out, "2 checkpoints over 2 lines") {
		t.Errorf("verify after a rotation: exit %d, %q", code, out)
	}
	for _, args := range [][]string{{"keys", "burn"}, {"keys", "show", "more"}} {
		if code, _, _ := call(t, c.environ, args...); code != exitUsage {
			t.Errorf("%v: exit %d", args, code)
		}
	}
}

// A rotation to the other algorithm begins a new tree: there is nothing to compare, and nothing to cry fork over.
func TestAWitnessTakesNoNewAlgorithmForAFork(t *testing.T) {
	t.Parallel()
	c := newSealedCounty(t, "ed25519")
	keep := filepath.Join(t.TempDir(), "qianjin.checkpoint")
	remote := []string{"witness", "--keep", keep, "--key", c.key, "--url", c.url, "--village", c.village.String()}
	if code, _, errs := call(t, nil, remote...); code != exitDone {
		t.Fatalf("exit %d, %q", code, errs)
	}
	code, out, errs := call(t, c.environ, "keys", "rotate", "--sign-algorithm", "sm2")
	lines := strings.Split(out, "\n")
	if code != exitDone || len(lines) < 2 {
		t.Fatalf("exit %d, %q, %q", code, out, errs)
	}
	c.grow(t)
	if code, out, errs := call(t, nil, append(remote, "--key", lines[1])...); code != exitFailed || strings.Contains(out, "FORK") || !strings.Contains(errs, "seal.other_hashing") {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
}

// Whoever takes later checkpoints away does not make a witness forget what it keeps.
func TestAWitnessKeepsTheLongerCheckpoint(t *testing.T) {
	t.Parallel()
	c := newSealedCounty(t, "ed25519")
	keep := filepath.Join(t.TempDir(), "qianjin.checkpoint")
	local := []string{"witness", "--keep", keep, "--key", c.key, "--village", c.village.String()}
	c.grow(t)
	if code, out, errs := call(t, c.environ, local...); code != exitDone || !strings.Contains(out, "of 2 lines") {
		t.Fatalf("exit %d, %q, %q", code, out, errs)
	}
	err := c.services().Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM checkpoint WHERE village = $1 AND size = 2`, c.village)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if code, out, errs := call(t, c.environ, local...); code != exitDone || !strings.Contains(out, "kept: checkpoint of 2 lines") {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
}
