package proof

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/emmansun/gmsm/sm2"

	"qunyan/internal/errs"
)

// Algorithm is how checkpoints are signed; it decides the tree's hash function too.
type Algorithm string

// The algorithms.
const (
	Ed25519 Algorithm = "ed25519" // RFC 8032, over SHA-256
	SM2     Algorithm = "sm2"     // GB/T 32918.2 with the default identity 1234567812345678, over SM3
)

// Hashing is the hash function that goes with the algorithm.
func (a Algorithm) Hashing() Hashing {
	if a == SM2 {
		return SM3
	}
	return SHA256
}

// ParseAlgorithm reads "ed25519" or "sm2".
func ParseAlgorithm(s string) (Algorithm, error) {
	if a := Algorithm(s); a == Ed25519 || a == SM2 {
		return a, nil
	}
	return "", errs.New(errs.Invalid, "proof.algorithm")
}

// signatureSize is that of both algorithms: an SM2 signature is its two numbers of 32 bytes, without ASN.1 around them.
const signatureSize = 64

// The type of a signature as c2sp.org/signed-note numbers it: Ed25519 has a number, others follow 0xff with a name.
const (
	ed25519Type = "\x01"
	sm2Type     = "\xffsm2-sm3"
)

// PublicKey checks signatures. It is written as a verifier key of the note format: name+id+base64.
type PublicKey struct {
	Name      string
	Algorithm Algorithm
	data      []byte // 32 bytes, or 65 of an uncompressed point
}

func (k PublicKey) typed() []byte {
	if k.Algorithm == SM2 {
		return append([]byte(sm2Type), k.data...)
	}
	return append([]byte(ed25519Type), k.data...)
}

// ID is the number that stands before a signature of the key.
func (k PublicKey) ID() uint32 {
	sum := sha256.Sum256(append([]byte(k.Name+"\n"), k.typed()...))
	return binary.BigEndian.Uint32(sum[:])
}

// String is the key to hand out: qunyan-1f2e3d4c+8a7b6c5d+AQ….
func (k PublicKey) String() string {
	return fmt.Sprintf("%s+%08x+%s", k.Name, k.ID(), base64.StdEncoding.EncodeToString(k.typed()))
}

// Fingerprint is short enough to be read aloud and compared: four groups of four hexadecimal digits of the key's SHA-256.
func (k PublicKey) Fingerprint() string {
	sum := sha256.Sum256([]byte(k.String()))
	text := hex.EncodeToString(sum[:8])
	return text[:4] + " " + text[4:8] + " " + text[8:12] + " " + text[12:]
}

// ParsePublicKey reads what String wrote. Error: proof.key.
func ParsePublicKey(text string) (PublicKey, error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(text), "+")
	id, encoded, _ := strings.Cut(rest, "+")
	data, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || !validName(name) {
		return PublicKey{}, badKey()
	}
	k := PublicKey{Name: name}
	switch {
	case strings.HasPrefix(string(data), ed25519Type):
		k.Algorithm, k.data = Ed25519, data[len(ed25519Type):]
	case strings.HasPrefix(string(data), sm2Type):
		k.Algorithm, k.data = SM2, data[len(sm2Type):]
	}
	if !k.wellFormed() || fmt.Sprintf("%08x", k.ID()) != id {
		return PublicKey{}, badKey()
	}
	return k, nil
}

func (k PublicKey) wellFormed() bool {
	switch k.Algorithm {
	case Ed25519:
		return len(k.data) == ed25519.PublicKeySize
	case SM2:
		return k.point() != nil
	}
	return false
}

// point is the key of SM2, whose curve only the library's own types know; nil if it is no point of the curve.
func (k PublicKey) point() *ecdsa.PublicKey {
	x, y := elliptic.Unmarshal(sm2.P256(), k.data) //nolint:staticcheck // the curve is not one of crypto/ecdh's
	if x == nil {
		return nil
	}
	return &ecdsa.PublicKey{Curve: sm2.P256(), X: x, Y: y}
}

// verify says whether sig is the key's signature under text.
func (k PublicKey) verify(text string, sig []byte) bool {
	if len(sig) != signatureSize {
		return false
	}
	if k.Algorithm == Ed25519 {
		return ed25519.Verify(k.data, []byte(text), sig)
	}
	public := k.point()
	if public == nil {
		return false
	}
	half := signatureSize / 2
	der, err := asn1.Marshal(sm2Signature{new(big.Int).SetBytes(sig[:half]), new(big.Int).SetBytes(sig[half:])})
	return err == nil && sm2.VerifyASN1WithSM2(public, nil, []byte(text), der)
}

// sm2Signature is how libraries write one.
type sm2Signature struct{ R, S *big.Int }

// PrivateKey makes signatures. Whoever has it can sign any history, so it is kept apart from the database.
type PrivateKey struct {
	PublicKey
	secret []byte // 32 bytes: the seed, or the number
}

// NewKey makes a key under a name of its own.
func NewKey(a Algorithm) (PrivateKey, error) {
	var tail [4]byte
	_, _ = rand.Read(tail[:]) // never fails
	name := "qunyan-" + hex.EncodeToString(tail[:])
	if a == SM2 {
		key, err := sm2.GenerateKey(rand.Reader)
		if err != nil {
			return PrivateKey{}, fmt.Errorf("proof: %w", err)
		}
		return keyOf(name, a, key.D.FillBytes(make([]byte, 32)))
	}
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed)
	return keyOf(name, a, seed)
}

func keyOf(name string, a Algorithm, secret []byte) (PrivateKey, error) {
	k := PrivateKey{PublicKey{Name: name, Algorithm: a}, secret}
	if len(secret) != 32 {
		return k, badKey()
	}
	if a == Ed25519 {
		k.data = ed25519.NewKeyFromSeed(secret).Public().(ed25519.PublicKey)
		return k, nil
	}
	key := sm2Key(secret)
	if order := sm2.P256().Params().N; key.D.Sign() == 0 || key.D.Cmp(new(big.Int).Sub(order, big.NewInt(1))) >= 0 {
		return k, badKey()
	}
	k.data = elliptic.Marshal(sm2.P256(), key.X, key.Y) //nolint:staticcheck // the curve is not one of crypto/ecdh's
	return k, nil
}

func sm2Key(secret []byte) *sm2.PrivateKey {
	key := new(sm2.PrivateKey)
	key.Curve, key.D = sm2.P256(), new(big.Int).SetBytes(secret)
	key.X, key.Y = sm2.P256().ScalarBaseMult(secret) //nolint:staticcheck // as above
	return key
}

// sign makes a signature of signatureSize bytes under text.
func (k PrivateKey) sign(text string) ([]byte, error) {
	if k.Algorithm == Ed25519 {
		return ed25519.Sign(ed25519.NewKeyFromSeed(k.secret), []byte(text)), nil
	}
	der, err := sm2Key(k.secret).SignWithSM2(rand.Reader, nil, []byte(text))
	if err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	var sig sm2Signature
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	out := make([]byte, signatureSize)
	sig.R.FillBytes(out[:signatureSize/2])
	sig.S.FillBytes(out[signatureSize/2:])
	return out, nil
}

const privatePrefix = "PRIVATE+KEY+"

// Secret is the key as its file keeps it: PRIVATE+KEY+name+algorithm+base64.
func (k PrivateKey) Secret() string {
	return privatePrefix + k.Name + "+" + string(k.Algorithm) + "+" + base64.StdEncoding.EncodeToString(k.secret)
}

// ParsePrivateKey reads what Secret wrote. Error: proof.key.
func ParsePrivateKey(text string) (PrivateKey, error) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), privatePrefix)
	parts := strings.SplitN(rest, "+", 3)
	if !ok || len(parts) != 3 || !validName(parts[0]) {
		return PrivateKey{}, badKey()
	}
	a, err := ParseAlgorithm(parts[1])
	if err != nil {
		return PrivateKey{}, badKey()
	}
	secret, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil {
		return PrivateKey{}, badKey()
	}
	return keyOf(parts[0], a, secret)
}

// validName wants what the note format wants of a signer's name, and keeps it short.
func validName(name string) bool {
	return name != "" && len(name) <= 64 && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == '+' || r > '~' })
}

func badKey() error { return errs.New(errs.Invalid, "proof.key") }
