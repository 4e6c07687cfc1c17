// Package directory knows where things are and who lives there: the area tree (county → township or street → village or
// community → group or building), households and residents, and how they get in from a workbook.
//
// What it promises: a household has exactly one head among its active residents; numbers are unique in a village; an edit
// names the version it saw, and of two edits of one version only one succeeds; every change leaves an audit line and
// keeps the village's counters; telephone numbers leave the package by their last four digits only; identity numbers
// are never stored, only a keyed hash of them and four characters (domain.md §5, personal data). An import is all of a
// file or nothing of it, and importing a file twice changes nothing.
package directory
