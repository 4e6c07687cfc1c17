package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

const (
	sceneWide = 960
	sceneHigh = 720
)

// scene draws a made-up photo: hills, a road, weather. Nobody and no place can be recognised in it, and no photo of
// anybody had to be taken for it.
func scene(rng *rand.Rand) ([]byte, error) {
	picture := image.NewRGBA(image.Rect(0, 0, sceneWide, sceneHigh))
	hue := rng.IntN(40)
	for y := range sceneHigh {
		sky := blend(color.RGBA{uint8(120 + hue), 170, 205, 255}, color.RGBA{236, 231, 214, 255}, y, sceneHigh*2/3)
		for x := range sceneWide {
			picture.SetRGBA(x, y, sky)
		}
	}
	for i, green := range []color.RGBA{{126, 158, 148, 255}, {84, 128, 108, 255}, {48, 92, 70, 255}} {
		ridge(picture, rng, sceneHigh*(34+14*i)/100, 70-14*i, green)
	}
	road(picture, rng)
	var b bytes.Buffer
	err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: 85})
	return b.Bytes(), err
}

// ridge fills everything below a line of hills.
func ridge(picture *image.RGBA, rng *rand.Rand, base, high int, green color.RGBA) {
	var phase, length [3]float64
	for i := range phase {
		phase[i], length[i] = rng.Float64()*6, float64(90+rng.IntN(180))/float64(i+1)
	}
	for x := range sceneWide {
		top := float64(base)
		for i := range phase {
			top += math.Sin(float64(x)/length[i]+phase[i]) * float64(high) / float64(i+1)
		}
		for y := max(int(top), 0); y < sceneHigh; y++ {
			picture.SetRGBA(x, y, blend(green, color.RGBA{green.R / 2, green.G / 2, green.B / 2, 255}, y-int(top), 2*sceneHigh))
		}
	}
}

// road leads from the lower edge to the hills.
func road(picture *image.RGBA, rng *rand.Rand) {
	bend := float64(rng.IntN(200) - 100)
	for y := sceneHigh * 70 / 100; y < sceneHigh; y++ {
		near := float64(y-sceneHigh*70/100) / float64(sceneHigh*30/100)
		middle, half := float64(sceneWide)/2+bend*(1-near)*math.Cos(near*3), 8+near*120
		for x := int(middle - half); x < int(middle+half); x++ {
			if x >= 0 && x < sceneWide {
				picture.SetRGBA(x, y, color.RGBA{196, 190, 176, 255})
			}
		}
	}
}

// blend goes from a to b as at goes from 0 to whole.
func blend(a, b color.RGBA, at, whole int) color.RGBA {
	at = min(max(at, 0), whole)
	mix := func(from, to uint8) uint8 { return uint8((int(from)*(whole-at) + int(to)*at) / whole) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}
