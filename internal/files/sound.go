package files

import (
	"bytes"
	"encoding/binary"

	"qunyan/internal/errs"
)

// Limits on a voice memo. A minute takes some 250 kilobytes as phones and browsers record speech.
const (
	MaxMemoBytes   = 2 << 20
	MaxMemoSeconds = 120
	// graceMs is what a recorder that stops at the limit may run over, and what a container rounds up.
	graceMs = 3000
	// MemoTypes are the media types a memo may be kept in.
	MemoTypes = "audio/webm, audio/mp4, audio/mpeg, audio/wav"
)

// sound is a voice memo as it is kept.
type sound struct {
	content []byte
	mime    string
	ms      int64 // how long it is; a fragmented file's last piece may be missing from it
}

func notAudio() error { return errs.New(errs.Invalid, "files.not_audio") }

func memoTooLarge() error {
	return errs.New(errs.TooLarge, "files.memo_too_large", "megabytes", MaxMemoBytes>>20)
}

// readSound tells by the content alone which of four formats a memo is in (WebM, MP4, MP3, WAV: what browsers and phones
// record and every browser plays), walks through all of it, and gives back what is kept: the sound without the titles,
// pictures and places that recorders write beside it (red line R3). What holds moving pictures is refused.
func readSound(upload []byte) (sound, error) {
	if len(upload) > MaxMemoBytes {
		return sound{}, memoTooLarge()
	}
	s, ok := sound{}, false
	switch {
	case bytes.HasPrefix(upload, []byte("RIFF")):
		s, ok = readWAV(upload)
	case bytes.HasPrefix(upload, []byte{0x1A, 0x45, 0xDF, 0xA3}):
		s, ok = readWebM(upload)
	case len(upload) > 8 && string(upload[4:8]) == "ftyp":
		s, ok = readMP4(upload)
	default:
		s, ok = readMP3(upload)
	}
	switch {
	case !ok:
		return sound{}, notAudio()
	case s.ms > MaxMemoSeconds*1000+graceMs:
		return sound{}, errs.New(errs.TooLarge, "files.memo_too_long", "seconds", MaxMemoSeconds)
	}
	return s, nil
}

// readWAV keeps the format and the samples, and no other chunk.
func readWAV(upload []byte) (sound, bool) {
	if len(upload) < 12 || string(upload[8:12]) != "WAVE" {
		return sound{}, false
	}
	var format, samples []byte
	for rest := upload[12:]; len(rest) >= 8; {
		size := min(int(binary.LittleEndian.Uint32(rest[4:])), len(rest)-8) // a recorder that was cut off never wrote the size
		switch body := rest[8 : 8+size]; string(rest[:4]) {
		case "fmt ":
			format = body
		case "data":
			samples = body
		}
		rest = rest[min(len(rest), 8+size+size%2):]
	}
	if len(format) < 16 || len(samples) == 0 {
		return sound{}, false
	}
	switch binary.LittleEndian.Uint16(format) {
	case 1, 3, 6, 7: // whole numbers, fractions, A-law, µ-law: 16 bytes say everything of these
	default:
		return sound{}, false
	}
	perSecond := int64(binary.LittleEndian.Uint32(format[8:]))
	if perSecond == 0 {
		return sound{}, false
	}
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(4+8+16+8+len(samples)))...)
	b = append(append(b, "WAVEfmt \x10\x00\x00\x00"...), format[:16]...)
	b = binary.LittleEndian.AppendUint32(append(b, "data"...), uint32(len(samples)))
	return sound{append(b, samples...), "audio/wav", int64(len(samples)) * 1000 / perSecond}, true
}

// readMP3 keeps the frames that follow one another, without the tags before and behind them.
func readMP3(upload []byte) (sound, bool) {
	rest := upload
	if len(rest) > 10 && string(rest[:3]) == "ID3" {
		size := int(rest[6]&0x7F)<<21 | int(rest[7]&0x7F)<<14 | int(rest[8]&0x7F)<<7 | int(rest[9]&0x7F)
		rest = rest[min(len(rest), 10+size):]
	}
	start, end, frames, us := rest, 0, 0, int64(0)
	for {
		size, lasts := mp3Frame(start[end:])
		if size == 0 || end+size > len(start) {
			break
		}
		end, frames, us = end+size, frames+1, us+lasts
	}
	const least = 4 // two bytes of a text can look like a frame, four frames in a row cannot
	return sound{start[:end], "audio/mpeg", us / 1000}, frames >= least
}

// mp3Frame gives the bytes of the frame of layer III that b begins with, and its microseconds; 0 if it is none.
func mp3Frame(b []byte) (size int, us int64) {
	if len(b) < 4 || b[0] != 0xFF || b[1]&0xE6 != 0xE2 { // eleven bits of ones, and the layer
		return 0, 0
	}
	version, rate, bits := b[1]>>3&3, int(b[2]>>2&3), int(b[2]>>4)
	if version == 1 || rate == 3 || bits == 0 || bits == 15 {
		return 0, 0
	}
	hertz := [3]int{44100, 48000, 32000}[rate]
	kilobits, samples := [15]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}[bits], 1152
	if version != 3 { // half, and in the unofficial version a quarter of the rate
		hertz, samples = hertz/2, 576
		kilobits = [15]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}[bits]
		if version == 0 {
			hertz /= 2
		}
	}
	size = samples/8*kilobits*1000/hertz + int(b[2]>>1&1)
	return size, int64(samples) * 1_000_000 / int64(hertz)
}
