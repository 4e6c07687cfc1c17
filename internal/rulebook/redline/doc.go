// Package redline holds the texts of rules to the ten red lines (domain.md §5): what points must never touch.
//
// The words are data (redlines.json): lists of words, the pairs that must not stand near each other, the phrases that
// must not stand at all, and the phrases that are innocent although they hold such words (宣传低保政策, 积分不得转让).
// A list of words never replaces a person: it stops the draft, names the line, and a township officer can overrule it
// where the line allows that.
//
// Texts are compared after folding: full-width and circled forms, traditional characters, spaces and dots between
// characters, and the misspellings people use to pass a filter make no difference.
package redline
