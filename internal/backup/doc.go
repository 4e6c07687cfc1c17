// Package backup writes the whole installation into one file while it works, and puts such a file back.
//
// What it promises: the copy is of one moment; a file under its final name is whole, flushed to the disk, and was read
// back once; every byte in it is covered by a SHA-256 that a restore checks. A restore changes nothing until everything
// has been unpacked beside, checked, migrated and every book recomputed. Neither keeps more than a buffer in memory.
//
// An archive is a gzip'ed tar, so that it can be opened without this program in twenty years: manifest.json, the
// database (database.db, or database.pgdump as pg_dump writes it), the key files if they were asked for, the photos, and last
// SHA256SUMS over all of them in the format of sha256sum.
package backup
