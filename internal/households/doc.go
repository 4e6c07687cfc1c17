// Package households carries out what happens to households and touches their points: one splits in two (分户), two become
// one (并户), one is no more because its people moved away or died (销户), and each of these taken back (撤销变动).
//
// What it promises:
//   - Two people: one proposes, another confirms, who is of neither household, and the paper both households signed is
//     named. Nothing happens before.
//   - Points are conserved. A split moves whole points from the old account to the new one; a merge moves all of them; no
//     change makes or loses one. The lines stand in both passbooks, name both numbers, and are checked by ledger.Verify.
//     The one choice that makes points is on record: that the new household is opened with base points like any other.
//   - Shares are proposed by heads and rounded down; the odd points stay with the old household. Other shares take the two
//     households' agreement, which is what they sign.
//   - Claims stay with the household they were made for. A split leaves them with the old one. A household that ends must
//     have none that are not posted or decided (households.claims_pending), and no points on hold.
//   - Old numbers stay: a household that ended keeps its number, its lines and its passbook.
//   - A household that moves to another village of the county is taken out here by two people and taken in there by one who
//     is not among them. Its spendable points go along, a line in each book that names both numbers, unless one of the two
//     villages has chosen that points stay. Base points stay: the other village opens its own. Until it was taken in the
//     move can be taken back here.
//   - Of one that leaves the county, or whose points stay, the account is closed with its balance shown, and opens again if
//     the household comes back. The household's choice, to spend first or to leave the points, is on record.
package households
