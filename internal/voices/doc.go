// Package voices takes what villagers suggest and says in public what became of it.
//
// What it promises:
//
//   - A household suggests with its card and PIN, or the village office types it in for one without a phone. Nobody needs a
//     phone, and nobody is named in public who did not wish it; who did stands there with the middle of the name hidden.
//   - Who would rather speak sends a voice memo. It stands in a list until one of the village office has listened and typed
//     it; only then it goes to the committees. The office hears it, nobody else, and who typed it does not decide on it.
//   - The committees adopt a suggestion under the number of their minutes, or reject it with a reason; an adopted one is
//     marked as carried out with a note. Who raised it does not decide on it, and nobody decides on the own household's.
//   - The words are public once they were decided on, never before; words that offend or name others can be withheld, and the
//     list says so.
//   - Adopting submits a claim by the rule for adopted suggestions, through claims: reviewed by another person, on the
//     notice, open to objection. Where there can be none (the month's cap is reached) the suggestion is adopted all the same,
//     and the reason stands beside it.
//   - Telephone and identity numbers are refused, and a household raises a few suggestions a day.
package voices
