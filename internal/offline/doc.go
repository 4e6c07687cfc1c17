// Package offline lets a village's counter work for days without a network (docs/offline.md).
//
// What it promises:
//   - A till can hand out at most what its allowance says: a share of each household's spendable points and a sum for the
//     whole shop, both set by the village, cut into as many parts as the village has tills, and good for at most seven days.
//   - A redemption made offline is booked once, however often and by whichever way it arrives.
//   - What does not fit the book any more waits for a second person, with both sides shown; nothing that a till sent is lost.
//   - The list a till carries gives away no card: tokens and codes are in it as keyed and cut hashes.
//
// Points are whole points, moments Unix milliseconds.
package offline
