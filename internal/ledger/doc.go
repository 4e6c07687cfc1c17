// Package ledger keeps a village's book: every point and every fen that is counted in a village is a line of it, in
// double entry and whole numbers, numbered 1, 2, 3 … without a gap, never edited, corrected by a reversal.
//
// What it promises:
//   - One village, one book. The first statement of every posting takes its numbers from the village's row of book, so
//     the postings of one village run one after the other, nothing deadlocks, and villages never wait for each other.
//   - The kind of a line says which account gives and which receives. There is no kind that moves points to money or money
//     to points (domain.md §5, R9 and R10), so no caller can write one. Between two households points move only where
//     one became two or two became one: Transfer, whole vouchers that name the recorded change, and Verify holds them to it.
//   - A household's points, the shop's fund and its stock never go below zero. A deduction touches base points only and
//     takes no more than is left of them (domain.md §3). Points on hold cannot be spent twice.
//   - The time of a line is never before the line above it, whatever the machine's clock does, and its day is the day of
//     that time in China: no line is ever dated into a month that is over.
//   - A line is reversed once at most, with a reason; a reversal is not reversed.
//   - The counts that reports read are kept here, in the same transaction, from the lines themselves: topics "earned",
//     "deducted" (by category), "redeemed", "granted" and "bought" of package tally. Callers add nothing to them.
//
// Post, PostMany, Reverse and the other functions that take a transaction are steps of a command of the packages above.
// When one of them fails, the whole command must fail: return its error, so that the numbers it took are given back.
// Verify reads everything back and recomputes it.
package ledger
