// Package entry reads what people type: names, telephone numbers, years of birth, names of groups, and whole rows of a
// household table. It is pure: no database, no clock, no files. Full-width characters, stray blanks and numbers written
// in any of the ways a spreadsheet writes them are accepted; what cannot be right is answered with a Fault that says
// which cell and why, and never with the cell's contents.
package entry
