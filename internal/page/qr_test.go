package page

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	qrcode "github.com/skip2/go-qrcode"
)

// TestQRIsDrawnSquareBySquare reads the drawing back and compares it with the code it was made from.
func TestQRIsDrawnSquareBySquare(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x", "https://jifen.example.cn/p/520524114211/notice/0CN2BNXA4DZH9", "https://jifen.example.cn/card/00F4RTFA9379SWKHKT22BN712S2DXADYJ0XP"} {
		drawn, err := qr(text)
		if err != nil {
			t.Fatal(err)
		}
		code, err := qrcode.New(text, qrcode.Medium)
		if err != nil {
			t.Fatal(err)
		}
		code.DisableBorder = true
		want := code.Bitmap()
		got := make([][]bool, len(want))
		for y := range got {
			got[y] = make([]bool, len(want))
		}
		for _, bar := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(string(drawn), -1) {
			var x, y, long, back int
			if _, err := fmt.Sscan(bar[1]+" "+bar[2]+" "+bar[3]+" "+bar[4], &x, &y, &long, &back); err != nil || long != back {
				t.Fatalf("a bar that does not close: %v, %v", bar, err)
			}
			for i := range long {
				got[y-quiet][x-quiet+i] = true
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q is drawn wrongly", text)
		}
	}
	if _, err := qr(string(make([]byte, 5000))); err == nil {
		t.Error("more than a code can hold was drawn")
	}
}

// TestAProofIsDrawnAsLongAsPhonesReadIt: a code of version 25 holds 1,273 bytes; what is longer is printed as an address.
func TestAProofIsDrawnAsLongAsPhonesReadIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bytes int
		drawn bool
	}{{1, true}, {1273, true}, {1274, false}, {5000, false}} {
		if got := proofQR(strings.Repeat("x", c.bytes)) != ""; got != c.drawn {
			t.Errorf("%d bytes: drawn is %v", c.bytes, got)
		}
	}
}
