// Package gatherings plans what a village does together (villagers' meetings, evening classes, clean-ups, volunteer
// shifts), takes the roll-call on a phone or from the paper sign-in sheet, and makes claims for all who were there.
//
// What it promises:
//
//   - A mark says what a household's representative did (came on time, stayed, spoke, worked so many hours), and is an
//     idempotent write of its own: a second one of the same household replaces the first, a bad line stops no other.
//   - Claims are made of the marks in one command, through the claims' own sheets: the same caps, the same review by another
//     person, the same notice. Nothing here credits points.
//   - Claims are made once. Asking again changes nothing and gives the first answer. Until then a gathering can be corrected
//     or cancelled, and after it neither its plan nor its roll-call moves.
//   - Who was left out, and why, stays on record beside the sheets.
//   - Nobody has to carry a phone, and no column could hold where one was.
package gatherings
