// Package appraisal holds the monthly appraisal (评议): a group of villagers looks at yards and doorsteps, each marks every
// household, and one grade is made of the marks.
//
// What it promises:
//
//   - A group is 3 to 13 named people, an odd number (domain.md §3). Their accounts do not matter: most have none.
//   - A rater's mark for the own household is never taken and never counted.
//   - The grade is the median or the trimmed mean of the marks, as the village voted, in whole numbers, halves rounded up,
//     which is to the household's good. A household with fewer than three marks gets no grade.
//   - A mark far from the middle is shown to the office, so that it can be looked at again. Nothing follows from it by itself.
//   - Claims are made of the grades in one command, once, through the claims' own sheets: the same caps, the same review by
//     another person, the same notice. Who was left out, and why, stays on record.
//   - Only what anybody sees from outside is looked at (red line R3): there is no place for a photo or a note about a home.
package appraisal
