package files

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // the formats that phones and offices send
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"qunyan/internal/errs"
)

// Limits on an upload, and the form in which it is kept.
const (
	MaxBytes      = 10 << 20
	maxMegapixels = 40
	longestSide   = 1600
	quality       = 82
	smallSide     = 240 // of what stands in lists
	smallQuality  = 70
	maxScans      = 100 // of a JPEG; a camera makes one, a converter a dozen
	// MIME is the media type of every photo that is kept.
	MIME = "image/jpeg"
)

func notImage(cause error) error { return errs.New(errs.Invalid, "files.not_image").Because(cause) }

func tooLarge(megapixels int) error {
	return errs.New(errs.TooLarge, "files.too_large", "megabytes", MaxBytes>>20, "megapixels", megapixels)
}

// pictures are a photo as it is kept, and the small one of it for lists.
type pictures struct{ whole, small []byte }

// normalise reads a picture and gives it back as it is kept. What it may cost is bounded before anything is decoded: a
// file of a few kilobytes can claim to be a picture of gigabytes, or one that is painted over a million times.
func normalise(upload []byte) (kept pictures, err error) {
	if len(upload) > MaxBytes {
		return kept, tooLarge(maxMegapixels)
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(upload))
	switch most := megapixels(upload, format, config.ColorModel); {
	case err != nil:
		return kept, notImage(err)
	case config.Width < 1 || config.Height < 1:
		return kept, notImage(nil)
	case config.Width > most*1_000_000/config.Height:
		return kept, tooLarge(most)
	case format == "jpeg" && bytes.Count(upload, []byte{0xFF, 0xDA}) > maxScans:
		return kept, notImage(errors.New("more scans than a picture has"))
	}
	picture, _, err := image.Decode(bytes.NewReader(upload))
	if err != nil {
		return kept, notImage(err)
	}
	turn := upright
	if format == "jpeg" {
		turn = orientation(upload)
	}
	whole := turn.apply(shrink(picture, longestSide))
	if kept.whole, err = encode(whole, quality); err != nil {
		return kept, err
	}
	kept.small, err = encode(shrink(whole, smallSide), smallQuality)
	return kept, err
}

// megapixels is how large a picture may be, by what a pixel of it takes while it is decoded: four bytes mostly, eight of
// a PNG with deep colours, fifteen of a JPEG that comes in passes.
func megapixels(upload []byte, format string, model color.Model) int {
	switch {
	case format == "jpeg" && bytes.Contains(upload, []byte{0xFF, 0xC2}):
		return maxMegapixels / 2
	case model == color.NRGBA64Model, model == color.RGBA64Model:
		return maxMegapixels / 2
	}
	return maxMegapixels
}

func encode(picture image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

// smallOf makes the small picture of a kept one.
func smallOf(kept []byte) ([]byte, error) {
	picture, err := jpeg.Decode(bytes.NewReader(kept))
	if err != nil {
		return nil, err
	}
	return encode(shrink(picture, smallSide), smallQuality)
}

// shrink scales a picture down until its longer side is at most so many pixels, on white where it is transparent.
func shrink(picture image.Image, longest int) *image.RGBA {
	from := picture.Bounds()
	width, height := from.Dx(), from.Dy()
	if longer := max(width, height); longer > longest {
		width, height = max(1, width*longest/longer), max(1, height*longest/longer)
	}
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src)
	draw.BiLinear.Scale(to, to.Bounds(), picture, from, draw.Over, nil)
	return to
}

// readUpload takes at most so many bytes; one more is the error.
func readUpload(r io.Reader, most int64, tooMuch error) ([]byte, error) {
	upload, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(upload)) > most {
		err = tooMuch
	}
	return upload, err
}
