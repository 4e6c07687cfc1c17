package files

import (
	"bytes"
	"image"
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
	// MIME is the media type of everything that is kept.
	MIME = "image/jpeg"
)

func notImage(cause error) error { return errs.New(errs.Invalid, "files.not_image").Because(cause) }

func tooLarge() error {
	return errs.New(errs.TooLarge, "files.too_large", "megabytes", MaxBytes>>20, "megapixels", maxMegapixels)
}

// normalise reads a picture and gives it back as it is kept. The number of pixels is bounded before any is decoded: a
// file of a few kilobytes can claim to be a picture of gigabytes.
func normalise(upload []byte) ([]byte, error) {
	if len(upload) > MaxBytes {
		return nil, tooLarge()
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(upload))
	switch {
	case err != nil:
		return nil, notImage(err)
	case config.Width < 1 || config.Height < 1:
		return nil, notImage(nil)
	case config.Width > maxMegapixels*1_000_000/config.Height:
		return nil, tooLarge()
	}
	picture, _, err := image.Decode(bytes.NewReader(upload))
	if err != nil {
		return nil, notImage(err)
	}
	turn := upright
	if format == "jpeg" {
		turn = orientation(upload)
	}
	var kept bytes.Buffer
	err = jpeg.Encode(&kept, turn.apply(shrink(picture)), &jpeg.Options{Quality: quality})
	return kept.Bytes(), err
}

// shrink scales a picture down to the longest side that is kept, on white where it is transparent.
func shrink(picture image.Image) *image.RGBA {
	from := picture.Bounds()
	width, height := from.Dx(), from.Dy()
	if longer := max(width, height); longer > longestSide {
		width, height = max(1, width*longestSide/longer), max(1, height*longestSide/longer)
	}
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src)
	draw.BiLinear.Scale(to, to.Bounds(), picture, from, draw.Over, nil)
	return to
}

// readUpload takes at most MaxBytes.
func readUpload(r io.Reader) ([]byte, error) {
	upload, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err == nil && len(upload) > MaxBytes {
		err = tooLarge()
	}
	return upload, err
}
