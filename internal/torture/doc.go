// Package torture holds tests only. They run the real binary, take away from it what a machine can take away (its life,
// its disk, its database, the answer on its way), and count afterwards: what was answered is there exactly once, what
// was not is there whole or not at all, and the books are right. docs/reliability.md says what is promised.
package torture
