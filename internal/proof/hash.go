package proof

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/emmansun/gmsm/sm3"

	"qunyan/internal/errs"
)

// Hash is a node of a tree, or its root.
type Hash [32]byte

// String is the hash in base64, as checkpoints write it.
func (h Hash) String() string { return base64.StdEncoding.EncodeToString(h[:]) }

// MarshalText writes String.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what String wrote. Error: proof.syntax.
func (h *Hash) UnmarshalText(b []byte) (err error) {
	*h, err = parseHash(string(b))
	return err
}

// parseHash reads what String wrote.
func parseHash(s string) (h Hash, err error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, badSyntax("hash")
	}
	return Hash(b), nil
}

// Hashing is the hash function of a tree.
type Hashing int64

// The hash functions. Their numbers stand in databases and in compact proofs.
const (
	SHA256 Hashing = 1
	SM3    Hashing = 2
)

// The first byte keeps leaves and nodes apart (RFC 6962, section 2.1): without it an inner node could be shown as an
// entry.
const (
	leafPrefix = 0
	nodePrefix = 1
)

func (h Hashing) sum(b []byte) Hash {
	if h == SM3 {
		return sm3.Sum(b)
	}
	return sha256.Sum256(b)
}

// Leaf is the hash of an entry's bytes.
func (h Hashing) Leaf(entry []byte) Hash {
	var space [512]byte // entries are shorter, and then nothing is allocated
	return h.sum(append(append(space[:0], leafPrefix), entry...))
}

// Node is the hash of two neighbours.
func (h Hashing) Node(left, right Hash) Hash {
	var b [1 + 2*len(left)]byte
	b[0] = nodePrefix
	copy(b[1:], left[:])
	copy(b[1+len(left):], right[:])
	return h.sum(b[:])
}

// Empty is the root of a tree without entries.
func (h Hashing) Empty() Hash { return h.sum(nil) }

func badSyntax(part string) error { return errs.New(errs.Invalid, "proof.syntax", "part", part) }
