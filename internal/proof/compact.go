package proof

import (
	"encoding/base64"
	"encoding/binary"
)

// A compact proof is what a QR code carries: the same facts as the text, without what can be worked out. The root
// follows from the entry and its path, so a proof leaves it out; a bare checkpoint has no entry and names its root.
const (
	compactCheckpoint = 1
	compactProof      = 2
)

// mostCompact bounds what is read: an entry, a path and a note are far shorter.
const mostCompact = 8 << 10

// Compact is a checkpoint in as few characters as a QR code of moderate size takes: base64url, about 180.
func (n Note) Compact() string {
	b := n.compactHead([]byte{compactCheckpoint}, 0)
	return base64.RawURLEncoding.EncodeToString(append(b, n.Root[:]...))
}

// Compact is a proof in as few characters as possible: base64url, some 300 and 43 more each time the book doubles. The
// key's algorithm has to be named, because the root is worked out before the key is known.
func (p Proof) Compact(a Algorithm) string {
	b := p.Note.compactHead([]byte{compactProof}, a.Hashing())
	b = binary.AppendUvarint(b, uint64(p.Index))
	b = append(binary.AppendUvarint(b, uint64(len(p.Entry))), p.Entry...)
	b = append(b, byte(len(p.Path)))
	for _, h := range p.Path {
		b = append(b, h[:]...)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func (n Note) compactHead(b []byte, h Hashing) []byte {
	b = append(b, byte(h), byte(len(n.Origin)))
	b = append(b, n.Origin...)
	b = binary.AppendUvarint(b, uint64(n.Size))
	b = binary.AppendUvarint(b, uint64(n.AtMs/1000))
	b = append(append(b, byte(len(n.Signature.Name))), n.Signature.Name...)
	b = binary.BigEndian.AppendUint32(b, n.Signature.ID)
	return append(b, n.Signature.Data...)
}

// ParseCompact reads a compact proof or checkpoint: p for a proof, otherwise a note alone and p nil. It checks nothing but
// the form. Error: proof.syntax.
func ParseCompact(text string) (p *Proof, n Note, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) > mostCompact {
		return nil, Note{}, badSyntax("compact")
	}
	r := NewReader(b)
	kind, hashing := r.byte(), Hashing(r.byte())
	n.Origin = string(r.bytes(int(r.byte())))
	n.Size, n.AtMs = r.number(), r.number()
	n.Signature.Name = string(r.bytes(int(r.byte())))
	if id := r.bytes(4); len(id) == 4 {
		n.Signature.ID = binary.BigEndian.Uint32(id)
	}
	n.Signature.Data = r.bytes(signatureSize)
	if r.bad || n.AtMs > 1<<40 || !validOrigin(n.Origin) || !validName(n.Signature.Name) {
		return nil, Note{}, badSyntax("compact")
	}
	n.AtMs *= 1000
	switch {
	case kind == compactCheckpoint && hashing == 0:
		n.Root = r.hash()
	case kind == compactProof && (hashing == SHA256 || hashing == SM3):
		if p, err = r.proof(hashing, n.Size); err != nil {
			return nil, Note{}, err
		}
		n.Root = p.Note.Root
		p.Note = n
	default:
		r.bad = true
	}
	if !r.Done() {
		return nil, Note{}, badSyntax("compact")
	}
	return p, n, nil
}

// proof reads the part behind the head and works out the root.
func (r *Reader) proof(h Hashing, size int64) (*Proof, error) {
	p := &Proof{Index: r.number(), Entry: r.bytes(int(r.number()))}
	for range min(r.byte(), mostPath+1) {
		p.Path = append(p.Path, r.hash())
	}
	if r.bad {
		return nil, badSyntax("compact")
	}
	var err error
	p.Note.Root, err = h.RootOf(h.Leaf(p.Entry), p.Index, size, p.Path)
	return p, err
}
