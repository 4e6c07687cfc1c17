// Package files keeps what people upload: the photo to a claim, the photo of goods, the voice memo of a suggestion.
//
// A voice memo is known by its content, walked through, and kept without the titles and places beside the sound; the
// village's secretary and clerk hear it, and nobody else. What follows is of pictures, but the numbers of a day and the week
// after which what nothing took is thrown away hold for both.
//
// What it promises: whatever comes in is decoded and encoded anew, so that what is kept is a JPEG of our own making
// without any of the original's metadata (the place where it was taken above all: red line R3 and the rule against
// location tracks, domain.md §5), turned upright, at most 1,600 pixels on its longer side. A file is written whole or not
// at all, under the SHA-256 of its bytes; no name that a user chose ever becomes part of a path. Pictures are looked at by
// the village's staff and by the household that sent them; those of goods, by everybody. What nothing took within a week
// is thrown away.
package files
