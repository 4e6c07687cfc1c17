// Package branch keeps the points of a village's Party members (domain.md §1, 大寨村: members manage themselves by points, and
// an evaluation based on points makes them compete), as a scheme of the branch for a calendar year.
//
// What it promises:
//   - Points are lines of the village's book, on one account for each member and year, so they are numbered, sealed and
//     verified like all others. A year opens at the base of the member's class; its total is base + additions − deductions,
//     as the book has them. An account never falls below zero.
//   - They are redeemable by no kind of line: no account of a household and no money stands on the other side of any.
//   - A scheme is drafted, voted on by the Party members' meeting with its quorum (domain.md §3: two thirds present, more than
//     half of those who should attend in favour), and in force for its year and from the vote on. It does not change within
//     the year, and nothing acts backwards (R5). Its texts are held to the red lines.
//   - Every entry needs two people; nobody decides on a member of the own household. What takes points away needs a reason and
//     the day the member was told, and is decided on after the member answered or the days for it are over. A correction is
//     an entry like any other, which takes the old line back.
//   - At the year's end the book's totals and what the scheme's bounds suggest are laid before the meeting. The grade is what
//     the meeting voted, one vote for each member, with its quorum; nothing is decided by the sum.
//   - Only access.OpReadBranch reads any of it. The audit trail says who did what to which entry, without names, points or
//     reasons; the village's book shows other readers that a line stands there, and nothing of it.
//   - Nobody is ranked: lists stand in the order of the branch's members.
package branch
