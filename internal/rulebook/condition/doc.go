// Package condition is the small language in which a rule says what it asks for beyond its fields: CEL with a fixed set
// of typed variables, without loops, macros, texts to take apart, clocks and calls to anything outside.
//
// What it promises:
//   - A condition that compiles ends: nothing in it repeats, it is at most MaxText characters long and at most MaxCost
//     deep in work, and a run is cut off at TimeLimit all the same.
//   - It sees numbers about the deed and the household's earlier claims, the resident's age band, Party membership and the
//     village's own marks; no name, no number of a person, nothing about health, money or benefits.
//   - Its answer is whether the deed counts, or how many points one unit of it is worth. Package rulebook holds the points
//     to the county's bounds.
package condition
