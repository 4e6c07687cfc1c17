package proof

import (
	"encoding/base64"
	"strconv"
	"strings"

	"qunyan/internal/errs"
)

// Proof shows that an entry stands in a tree, to whoever has the tree's public key.
type Proof struct {
	Index int64  // of the entry, from 0; line n of a book is entry n-1
	Entry []byte // the bytes that were hashed
	Path  []Hash // from the entry to the root
	Note  Note
}

// proofHeader begins a proof's file (c2sp.org/tlog-proof).
const proofHeader = "c2sp.org/tlog-proof@v1"

// mostPath is the longest path there can be: that of a tree of 2^63 entries.
const mostPath = 63

// String is the proof as a file: UTF-8 text, about 1 KB.
func (p Proof) String() string {
	var b strings.Builder
	b.WriteString(proofHeader + "\nextra " + base64.StdEncoding.EncodeToString(p.Entry) + "\nindex " + strconv.FormatInt(p.Index, 10) + "\n")
	for _, h := range p.Path {
		b.WriteString(h.String() + "\n")
	}
	return b.String() + "\n" + p.Note.String()
}

// ParseProof reads what String wrote. It checks nothing but the form. Error: proof.syntax.
func ParseProof(text string) (Proof, error) {
	head, note, ok := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 3 || len(lines) > 3+mostPath || lines[0] != proofHeader {
		return Proof{}, badSyntax("proof")
	}
	extra, isExtra := strings.CutPrefix(lines[1], "extra ")
	number, isIndex := strings.CutPrefix(lines[2], "index ")
	entry, err := base64.StdEncoding.Strict().DecodeString(extra)
	if !isExtra || !isIndex || err != nil {
		return Proof{}, badSyntax("proof")
	}
	p := Proof{Entry: entry}
	if p.Index, err = parseSize(number); err != nil {
		return Proof{}, err
	}
	for _, line := range lines[3:] {
		h, err := parseHash(line)
		if err != nil {
			return Proof{}, err
		}
		p.Path = append(p.Path, h)
	}
	p.Note, err = ParseNote(note)
	return p, err
}

// Check says who signed the tree that the entry stands in. Errors: those of Note.Check; proof.path if the entry, its
// place or its path do not lead to the signed root.
func (p Proof) Check(keys ...PublicKey) (PublicKey, error) {
	key, err := p.Note.Check(keys...)
	if err != nil {
		return key, err
	}
	hashing := key.Algorithm.Hashing()
	root, err := hashing.RootOf(hashing.Leaf(p.Entry), p.Index, p.Note.Size, p.Path)
	if err != nil {
		return key, err
	}
	if root != p.Note.Root {
		return key, errs.New(errs.Invalid, "proof.path")
	}
	return key, nil
}
