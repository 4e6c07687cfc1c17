// Package demo builds a believable county and lives its months: the real areas of Zhijin, fictional people, and nine
// months of meetings, clean-ups, reviews, notices, objections, closes and redemptions.
//
// What it promises:
//   - Everything is made by the product's own commands, by actors who may do it, at a time that a settable clock tells.
//     It writes to no table, so whatever the demo shows, the product did.
//   - The same seed tells the same story (ids differ: they are random).
//   - History ends now: the month in progress has claims waiting for review, a list that is out, and an objection that
//     nobody has answered yet.
//
// No person in it exists. Names are put together from common surnames and given names.
package demo
