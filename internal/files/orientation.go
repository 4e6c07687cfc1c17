package files

import (
	"bytes"
	"encoding/binary"
	"image"
)

// turned is how the camera was held, by the numbers of EXIF's tag 0x0112 (CIPA DC-008, 4.6.4): 1 is upright.
type turned uint16

const upright turned = 1

// orientation finds the tag in a JPEG's metadata. Metadata that cannot be read says upright: the picture itself is what
// counts, and its metadata is thrown away.
func orientation(jpeg []byte) turned {
	tiff := exif(jpeg)
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return upright
	}
	entries := tiff[at+2:]
	for n := order.Uint16(tiff[at:]); n > 0 && len(entries) >= 12; n-- {
		if order.Uint16(entries) == 0x0112 {
			if o := turned(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return upright
		}
		entries = entries[12:]
	}
	return upright
}

// exif finds the TIFF block inside the APP1 segment.
func exif(jpeg []byte) []byte {
	rest := jpeg[min(2, len(jpeg)):] // behind the start marker
	for len(rest) >= 4 && rest[0] == 0xFF && rest[1] != 0xDA {
		size := int(binary.BigEndian.Uint16(rest[2:])) + 2
		if size < 4 || size > len(rest) {
			return nil
		}
		if body, ok := bytes.CutPrefix(rest[4:size], []byte("Exif\x00\x00")); ok && rest[1] == 0xE1 {
			return body
		}
		rest = rest[size:]
	}
	return nil
}

// apply turns a picture upright.
func (o turned) apply(p *image.RGBA) image.Image {
	if o == upright {
		return p
	}
	width, height := p.Bounds().Dx(), p.Bounds().Dy()
	across := o >= 5 // the camera was held on its side
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	if across {
		to = image.NewRGBA(image.Rect(0, 0, height, width))
	}
	for y := range height {
		for x := range width {
			tx, ty := o.place(x, y, width-1, height-1)
			copy(to.Pix[to.PixOffset(tx, ty):][:4], p.Pix[p.PixOffset(x, y):][:4])
		}
	}
	return to
}

// place is where a stored pixel is seen; right and bottom are the last column and row as stored.
func (o turned) place(x, y, right, bottom int) (int, int) {
	switch o {
	case 2:
		return right - x, y
	case 3:
		return right - x, bottom - y
	case 4:
		return x, bottom - y
	case 5:
		return y, x
	case 6:
		return bottom - y, x
	case 7:
		return bottom - y, right - x
	case 8:
		return y, right - x
	}
	return x, y
}
