package proof

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"qunyan/internal/errs"
)

// Checkpoint says what a tree was at a moment: so many entries, with this root.
type Checkpoint struct {
	Origin string // names the tree: qunyan/520524105002/book
	Size   int64  // entries 0 to Size-1, or lines 1 to Size of a book
	Root   Hash
	AtMs   int64 // when it was signed, whole seconds
}

const timeLayout = "2006-01-02T15:04:05Z"

// Text is what is signed: a line each for origin, size, root and time (c2sp.org/tlog-checkpoint; the time is an
// extension line).
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\ntime %s\n", c.Origin, c.Size, c.Root, time.UnixMilli(c.AtMs).UTC().Format(timeLayout))
}

// parseCheckpoint reads what Text wrote, and nothing else.
func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[4] != "" || !validOrigin(lines[0]) {
		return Checkpoint{}, badSyntax("checkpoint")
	}
	size, err := parseSize(lines[1])
	if err != nil {
		return Checkpoint{}, err
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return Checkpoint{}, err
	}
	at, err := time.Parse("time "+timeLayout, lines[3])
	c := Checkpoint{Origin: lines[0], Size: size, Root: root, AtMs: at.UnixMilli()}
	if err != nil || c.Text() != text {
		return Checkpoint{}, badSyntax("checkpoint")
	}
	return c, nil
}

func parseSize(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != s {
		return 0, badSyntax("number")
	}
	return n, nil
}

func validOrigin(s string) bool {
	return s != "" && len(s) <= 128 && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '+' || r == 0x7f })
}

// Signature is a key's signature under a checkpoint.
type Signature struct {
	Name string // of the key
	ID   uint32 // of the key
	Data []byte
}

// Note is a signed checkpoint: the text, an empty line, and a line for each signature.
type Note struct {
	Checkpoint
	Signature Signature
}

// Sign makes the note of a checkpoint. Parts of a second are dropped from its time.
func Sign(c Checkpoint, key PrivateKey) (Note, error) {
	c.AtMs -= c.AtMs % 1000
	if !validOrigin(c.Origin) || c.Size < 0 {
		return Note{}, badSyntax("checkpoint")
	}
	sig, err := key.sign(c.Text())
	return Note{c, Signature{key.Name, key.ID(), sig}}, err
}

const dash = "— " // U+2014 and a blank begin a signature line

// String is the note as it is kept and handed out.
func (n Note) String() string {
	data := binary.BigEndian.AppendUint32(nil, n.Signature.ID)
	data = append(data, n.Signature.Data...)
	return n.Text() + "\n" + dash + n.Signature.Name + " " + base64.StdEncoding.EncodeToString(data) + "\n"
}

// ParseNote reads a note with one signature. It does not check the signature. Error: proof.syntax.
func ParseNote(s string) (Note, error) {
	text, sigs, ok := strings.Cut(s, "\n\n")
	line, isLine := strings.CutPrefix(sigs, dash)
	line, ended := strings.CutSuffix(line, "\n")
	name, encoded, _ := strings.Cut(line, " ")
	data, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !ok || !isLine || !ended || err != nil || !validName(name) || len(data) != 4+signatureSize || strings.Contains(line, "\n") {
		return Note{}, badSyntax("note")
	}
	c, err := parseCheckpoint(text + "\n")
	return Note{c, Signature{name, binary.BigEndian.Uint32(data), data[4:]}}, err
}

// Check finds the key that signed and checks its signature. Errors: proof.unknown_key (name) if none of the keys did;
// proof.signature.
func (n Note) Check(keys ...PublicKey) (PublicKey, error) {
	for _, k := range keys {
		if k.Name != n.Signature.Name || k.ID() != n.Signature.ID {
			continue
		}
		if !k.verify(n.Text(), n.Signature.Data) {
			return k, errs.New(errs.Invalid, "proof.signature")
		}
		return k, nil
	}
	return PublicKey{}, errs.New(errs.Invalid, "proof.unknown_key", "name", n.Signature.Name)
}
