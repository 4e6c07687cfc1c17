// Package ruletable reads and writes a set of rules as tables: an Excel workbook, or text with separators, with one sheet
// of rules and one of the steps of graded rules. It knows columns, words and numbers, not what a rule may say; that is
// package rulebook's.
//
// What it promises:
//   - A file is somebody's upload and may be anything. Whatever stands in it is a value or a Fault with the sheet, the row
//     and the column that a clerk sees in the spreadsheet; nothing is guessed and nothing is dropped silently.
//   - Texts come back as they were written. Codes, numbers and fixed words are understood in full width and half, in
//     Chinese, English and as the API writes them.
package ruletable
