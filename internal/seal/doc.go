// Package seal keeps the trees of hashes over a village's book and over audit trails, and signs what they are: after a
// checkpoint, nobody can change, take out or slip in an entry without every later check saying so (docs/proof.md).
//
// What it promises:
//   - A tree grows only at its end. Sealing checks that the hashes it builds on still make the root that was signed last.
//   - A checkpoint is written in the transaction that reads the entries it covers, so it never covers an entry that is
//     not there. Sealing twice without a new entry gives the same checkpoint.
//   - A proof costs the same in a book of ten lines and of ten million: hashes are kept in rows of 256, and rows of
//     their roots above them, as public transparency logs do (c2sp.org/tlog-tiles).
//   - The private key is not in the database. Of several servers on one database, one that holds another key than the
//     one in use refuses to sign (seal.other_key).
//
// It does not know what an entry is: the package that keeps the entries hands in their bytes.
package seal
