// Package arch holds the house rules as tests: who may import whom, how long a function may be, what SQL may look like,
// which words never appear. It has no code of its own; `go test ./internal/arch` reads the repository and says, for
// each breach, where it is, which rule it breaks and what to do instead.
//
// A rule that turns out to be wrong is changed here, together with the page of docs/decisions that says why.
package arch
