package page

import (
	"fmt"
	"html/template"
	"strings"

	qrcode "github.com/skip2/go-qrcode"
)

// qr draws a QR code as SVG: sharp at any size on paper, and no picture to fetch. Each run of dark squares in a row is
// one bar.
func qr(text string) (template.HTML, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", fmt.Errorf("page: QR code: %w", err)
	}
	return drawn(code), nil
}

// largestProof is the largest version of a code that a phone still reads off paper: 117 squares across, half a
// millimetre each on 60 mm. It holds 1,273 bytes.
const largestProof = 25

// proofQR draws a checkpoint or a proof. It is dense, and printed on clean paper once, so it spends nothing on repairing
// damage. A text that makes the code finer than a phone can read gives "".
func proofQR(text string) template.HTML {
	code, err := qrcode.New(text, qrcode.Low)
	if err != nil || code.VersionNumber > largestProof { // the only error is that of a text longer than any code holds
		return ""
	}
	return drawn(code)
}

func drawn(code *qrcode.QRCode) template.HTML {
	code.DisableBorder = true
	dots := code.Bitmap()
	var path strings.Builder
	for y, row := range dots {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %[1]d %[1]d" shape-rendering="crispEdges" role="img" aria-label="QR">`+
		`<path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="%[2]s"/></svg>`, len(dots)+2*quiet, path.String())) // digits and letters of ours
}

// quiet is the white border, in squares. The standard asks for four; ours stands on white anyway.
const quiet = 2
