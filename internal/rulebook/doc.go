// Package rulebook keeps the rules by which deeds become points: the county's template, each village's own versions of
// it, and the arithmetic of scales, quantities and caps.
//
// What it promises:
//   - A village's rules are the county's lines with its own weights inside the county's bounds; a cap may be tightened,
//     never loosened (domain.md §2: weights set by each village).
//   - A village's own lines are worth no more than the county gives anything of their category.
//   - A text that touches a red line is in no draft and is never adopted, unless the township overruled that very text in
//     writing; R1, R2 and R9 nobody overrules (package redline).
//   - A version is in force only after a meeting of the villagers voted for it with the quorum the law asks of that meeting
//     (村民委员会组织法 art. 22 and 26; 四议两公开, domain.md §3), with the number of the minutes, and after the township has it
//     on file and it was published. It begins on the first day of a coming month and never reaches back; older deeds keep
//     the older version.
//   - Whoever sends a version to the township does not confirm it.
//   - What was voted on is not edited: it goes back to the draft and is voted on again. A published version can be
//     withdrawn until it is in force.
//   - A county's template bounds what villages choose; a township's additions are offered to them, never taken in by
//     themselves.
//   - Judge is pure. It never gives more than a cap allows, never turns a deduction into a gain or the reverse, and does
//     not overflow.
//   - There is no kind of rule whose effect is anything but points (domain.md §5, R1, R2 and R4).
//
// Points are whole points; days are yyyymmdd in China's time.
package rulebook
