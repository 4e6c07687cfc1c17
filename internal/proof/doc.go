// Package proof lets somebody who trusts nobody check a book: trees of hashes as RFC 6962 builds them, checkpoints
// signed in the note format of public transparency logs (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), and proofs
// that one entry stands in a tree (c2sp.org/tlog-proof) or that a newer tree only added to an older one.
//
// It knows no database and no book. What an entry's bytes mean is the business of the package that keeps the entries;
// docs/proof.md describes every format byte by byte, with test vectors.
//
// Two sets of algorithms are offered behind the same types: Ed25519 over SHA-256, and SM2 over SM3 for those who must
// use the national ones (GB/T 32918, GB/T 32905). A key decides for both, so a tree and its signature never mix them.
package proof
