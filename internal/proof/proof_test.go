package proof_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"qunyan/internal/errs"
	"qunyan/internal/proof"
)

func newKey(t testing.TB, a proof.Algorithm) proof.PrivateKey {
	t.Helper()
	key, err := proof.NewKey(a)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// proved is the proof of entry index in a signed tree of size entries.
func proved(t testing.TB, key proof.PrivateKey, index, size int64) proof.Proof {
	t.Helper()
	e := grow(key.Algorithm.Hashing(), size)
	path, err := e.tree().Inclusion(index, size)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := proof.Sign(proof.Checkpoint{Origin: "qunyan/520524105002/book", Size: size, Root: e.frontier(size), AtMs: 1_788_172_800_123}, key)
	if err != nil {
		t.Fatal(err)
	}
	return proof.Proof{Index: index, Entry: entry(index), Path: path, Note: signed}
}

func TestAProofIsCheckedAsTextAndAsCode(t *testing.T) {
	t.Parallel()
	for _, a := range []proof.Algorithm{proof.Ed25519, proof.SM2} {
		key := newKey(t, a)
		public, err := proof.ParsePublicKey(key.PublicKey.String())
		if err != nil || public.String() != key.PublicKey.String() || public.ID() != key.ID() {
			t.Fatalf("%s: the public key does not come back: %v", a, err)
		}
		again, err := proof.ParsePrivateKey(key.Secret() + "\n")
		if err != nil || again.PublicKey.String() != public.String() {
			t.Fatalf("%s: the private key does not come back: %v", a, err)
		}
		for _, size := range []int64{1, 2, 7, 256, 300} {
			p := proved(t, again, size/2, size)
			text, err := proof.ParseProof(p.String())
			if err != nil || text.String() != p.String() {
				t.Fatalf("%s: %v, got\n%s", a, err, text)
			}
			code, n, err := proof.ParseCompact(p.Compact(a))
			if err != nil || code == nil || code.String() != p.String() || n.String() != p.Note.String() {
				t.Fatalf("%s: the code does not come back: %v", a, err)
			}
			if by, err := code.Check(newKey(t, a).PublicKey, public); err != nil || by.Name != key.Name {
				t.Errorf("%s: %v by %s", a, err, by.Name)
			}
			bare, n, err := proof.ParseCompact(p.Note.Compact())
			if err != nil || bare != nil || n.String() != p.Note.String() {
				t.Errorf("%s: the checkpoint's code does not come back: %v", a, err)
			}
		}
	}
}

func TestAChangedProofIsRefused(t *testing.T) {
	t.Parallel()
	for _, a := range []proof.Algorithm{proof.Ed25519, proof.SM2} {
		key := newKey(t, a)
		good := proved(t, key, 4, 9)
		for name, c := range map[string]struct {
			change func(p *proof.Proof)
			code   string
		}{
			"entry":     {func(p *proof.Proof) { p.Entry = entry(5) }, "proof.path"},
			"place":     {func(p *proof.Proof) { p.Index = 5 }, "proof.path"},
			"path":      {func(p *proof.Proof) { p.Path = p.Path[1:] }, "proof.path"},
			"size":      {func(p *proof.Proof) { p.Note.Size = 10 }, "proof.signature"},
			"root":      {func(p *proof.Proof) { p.Note.Root[3] ^= 4 }, "proof.signature"},
			"time":      {func(p *proof.Proof) { p.Note.AtMs += 1000 }, "proof.signature"},
			"origin":    {func(p *proof.Proof) { p.Note.Origin = "qunyan/520524105003/book" }, "proof.signature"},
			"signature": {func(p *proof.Proof) { p.Note.Signature.Data = make([]byte, 64) }, "proof.signature"},
			"key":       {func(p *proof.Proof) { p.Note.Signature.ID++ }, "proof.unknown_key"},
			"name":      {func(p *proof.Proof) { p.Note.Signature.Name = "somebody" }, "proof.unknown_key"},
		} {
			p := good
			c.change(&p)
			if _, err := p.Check(key.PublicKey); err == nil || errs.CodeOf(err) != c.code {
				t.Errorf("%s: with another %s: %v, want %s", a, name, err, c.code)
			}
		}
		if _, err := good.Check(); errs.CodeOf(err) != "proof.unknown_key" {
			t.Errorf("without a key: %v", err)
		}
	}
}

// TestANoteIsOneOfTheGoChecksumDatabase opens a note with golang.org/x/mod/sumdb/note, the other implementation at hand.
func TestANoteIsOneOfTheGoChecksumDatabase(t *testing.T) {
	t.Parallel()
	key := newKey(t, proof.Ed25519)
	verifier, err := note.NewVerifier(key.PublicKey.String())
	if err != nil {
		t.Fatal(err)
	}
	n := proved(t, key, 0, 3).Note
	opened, err := note.Open([]byte(n.String()), note.VerifierList(verifier))
	if err != nil || opened.Text != n.Text() {
		t.Errorf("%v: got %v", err, opened)
	}
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	t.Parallel()
	good := newKey(t, proof.SM2)
	text, secret := good.PublicKey.String(), good.Secret()
	for _, bad := range []string{"", "x", "a+b+c", text[1:], text[:len(text)-4], strings.Replace(text, "+", "+0", 1), "two words+00000000+AQ=="} {
		if _, err := proof.ParsePublicKey(bad); !errors.Is(err, errs.New(errs.Invalid, "proof.key")) {
			t.Errorf("public %q: %v", bad, err)
		}
	}
	for _, bad := range []string{"", secret[1:], secret[:len(secret)-8], strings.Replace(secret, "sm2", "rsa", 1),
		"PRIVATE+KEY+a+sm2+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="} {
		if _, err := proof.ParsePrivateKey(bad); !errors.Is(err, errs.New(errs.Invalid, "proof.key")) {
			t.Errorf("private %q: %v", bad, err)
		}
	}
	if _, err := proof.ParseAlgorithm("rsa"); !errors.Is(err, errs.New(errs.Invalid, "proof.algorithm")) {
		t.Errorf("rsa: %v", err)
	}
	if len(good.Fingerprint()) != 19 {
		t.Errorf("fingerprint %q", good.Fingerprint())
	}
}

func FuzzParseProof(f *testing.F) {
	p := proved(f, newKey(f, proof.Ed25519), 4, 9)
	f.Add(p.String())
	f.Add(p.Note.String())
	f.Add("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := proof.ParseProof(text); err == nil && p.String() != text {
			t.Errorf("a proof reads two ways: %q and %q", text, p.String())
		}
		if n, err := proof.ParseNote(text); err == nil && n.String() != text {
			t.Errorf("a note reads two ways: %q and %q", text, n.String())
		}
		if k, err := proof.ParsePublicKey(text); err == nil && k.String() != strings.TrimSpace(text) {
			t.Errorf("a key reads two ways: %q and %q", text, k.String())
		}
	})
}

func FuzzParseCompact(f *testing.F) {
	p := proved(f, newKey(f, proof.SM2), 4, 9)
	f.Add(p.Compact(proof.SM2))
	f.Add(p.Note.Compact())
	f.Fuzz(func(t *testing.T, text string) {
		p, n, err := proof.ParseCompact(text)
		if err != nil {
			return
		}
		if p == nil {
			if n.Compact() != text {
				t.Errorf("a checkpoint reads two ways: %q and %q", text, n.Compact())
			}
			return
		}
		if text != p.Compact(proof.Ed25519) && text != p.Compact(proof.SM2) {
			t.Errorf("a proof reads two ways: %q and %q", text, p.Compact(proof.SM2))
		}
	})
}
