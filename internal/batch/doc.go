// Package batch takes a paper list out of a spreadsheet: a workbook with the village's households in the order of its list
// and a column for each rule is filled in anywhere, and becomes claims.
//
// What it promises:
//
//   - The workbook is made here and names its village and its day. Another village's is refused.
//   - Every cell that cannot be read is named with its place and a reason, and then nothing is written. Nothing is guessed:
//     merged and hidden cells and formulas are faults where they could change what is claimed.
//   - What can be read becomes claims through the claims' own sheets, all in one command: caps, review, notice. What a cap
//     or an earlier claim leaves nothing of is answered row by row.
//   - The same file a second time claims nothing twice.
package batch
