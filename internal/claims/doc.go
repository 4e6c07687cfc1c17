// Package claims is the one road on which points come into a village's book: a deed is submitted, reviewed by another
// person, stands on a public notice, may be objected to, and is posted when the village closes the month.
//
// What it promises:
//
//   - A claim is judged by the rules in force on the day of the deed, with the household's caps counted over every claim
//     that may still be posted or has been.
//   - Nobody reviews what they submitted, or what concerns their own household; the store's keeper reviews nothing; a rule
//     that asks for the township is reviewed by the township (domain.md §3).
//   - Nothing is posted that was not on a notice for its full window, and nothing while an objection to it is open.
//   - A month is posted by one command. Closing it again gives the first answer and changes nothing. Months close in order.
//   - Every change leaves an audit line, and the counters of the county's overview move in the same transaction.
//
// Every command first takes the row of the village's book: caps, notices and closes of one village are decided one after
// the other, and villages never wait for each other.
package claims
