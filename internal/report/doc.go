// Package report answers what a county, a township or a village has done: totals, their course over months, and where
// somebody should help.
//
// What it promises:
//   - It reads the counters of package tally and the heads of books, accounts and shops, never single lines, so a
//     county's view does not slow down as the books grow. Tests recompute every figure from the lines.
//   - Areas come in the order of the county's list. Nothing here ranks villages or people (domain.md §5, less burden),
//     and what needs help names the matter, not a position.
//   - All figures of one answer are of one moment.
//
// Flows (claims, points earned, deducted and redeemed, grants) count the months asked for; states (households, shops,
// stock, fund, liability) are of now. Points and fen are whole numbers.
package report
