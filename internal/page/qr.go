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
		`<path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="%[2]s"/></svg>`, len(dots)+2*quiet, path.String())), nil // digits and letters of ours
}

// quiet is the white border, in squares. The standard asks for four; ours stands on white anyway.
const quiet = 2
