// Package page renders what is read without a script and what is printed: the public page of a village, its notices, the
// slip of a redemption and a household's card. Every page is one request: no script, no font, no picture to fetch.
//
// What it promises: names on public pages are masked and a deduction shows its category only (domain.md §5); a list that
// came down is gone here too; a notice of 2,000 lines stays below 200 KB; everything exists in Chinese and in English
// (?lang=en) and in large type (?big=1).
package page
