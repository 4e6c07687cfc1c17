package files

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"qunyan/internal/errs"
)

// wav is a telephone's recording of so many seconds, with more chunks behind it.
func wav(seconds int, more string) []byte {
	samples := make([]byte, 8000*seconds)
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(36+len(samples)+len(more)))...)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data"...)
	return append(append(binary.LittleEndian.AppendUint32(b, uint32(len(samples))), samples...), more...)
}

// ebml is an element of WebM; without a size where it holds whatever follows.
func ebml(id string, body ...byte) []byte {
	if len(body) == 0 {
		return []byte(id + "\x01\xff\xff\xff\xff\xff\xff\xff")
	}
	return append(append([]byte(id), 0x40|byte(len(body)>>8), byte(len(body))), body...)
}

// webm is what a browser records: nothing says how long it is.
func webm(trackType byte, tags string, clusters ...uint16) []byte {
	b := ebml("\x1a\x45\xdf\xa3", append([]byte("\x42\x82\x84"), "webm"...)...)
	b = append(b, ebml("\x18\x53\x80\x67")...)
	b = append(b, ebml("\x16\x54\xae\x6b", ebml("\xae", 0x83, 0x81, trackType)...)...)
	if tags != "" {
		b = append(b, ebml("\x12\x54\xc3\x67", []byte(tags)...)...)
	}
	for _, seconds := range clusters {
		b = append(b, ebml("\x1f\x43\xb6\x75")...)
		b = append(b, ebml("\xe7", binary.BigEndian.AppendUint32(nil, uint32(seconds)*1000)...)...)
		b = append(b, ebml("\xa3", 0x81, 0, 60, 0x80, 1, 2, 3)...)
	}
	return b
}

func box(kind string, body ...[]byte) []byte {
	content := bytes.Join(body, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(content))), kind...), content...)
}

// m4a is what a telephone's recorder makes.
func m4a(handler, coding string, seconds uint32, place string) []byte {
	header := make([]byte, 32)
	binary.BigEndian.PutUint32(header[12:], 1000)
	binary.BigEndian.PutUint32(header[16:], seconds*1000)
	stsd := append([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16}, coding...)
	track := box("trak", box("mdia", box("mdhd", header), box("hdlr", make([]byte, 8), []byte(handler), make([]byte, 12)), box("minf", box("stbl", box("stsd", stsd, make([]byte, 8))))))
	return bytes.Join([][]byte{box("ftyp", []byte("M4A \x00\x00\x00\x00")), box("mdat", []byte{1, 2, 3}), box("moov", box("mvhd", header), track, box("udta", []byte(place)))}, nil)
}

// mp3 is so many frames of 26 milliseconds.
func mp3(frames int) []byte {
	return bytes.Repeat(append([]byte{0xFF, 0xFB, 0x50, 0xC4}, make([]byte, 204)...), frames)
}

// Every format that browsers and phones record in comes out without what stood beside the sound.
func TestWhatIsKeptOfARecording(t *testing.T) {
	t.Parallel()
	const hidden = "<script>alert(1)</script> +26.6470+106.6302/"
	id3 := append([]byte("ID3\x04\x00\x00\x00\x00\x00"), byte(len(hidden)))
	for name, c := range map[string]struct {
		upload []byte
		mime   string
		ms     int64
	}{
		"a wav with a page behind it":   {wav(3, "LIST\x2d\x00\x00\x00"+hidden), "audio/wav", 3000},
		"a browser's webm":              {webm(2, hidden, 0, 5), "audio/webm", 5060},
		"one that was cut off":          {append(webm(2, hidden, 0, 5), "\xa3\x50\xff"+hidden...), "audio/webm", 5060},
		"a telephone's m4a":             {m4a("soun", "mp4a", 7, hidden), "audio/mp4", 7000},
		"an mp3 with titles both sides": {append(append(append(id3, hidden...), mp3(100)...), "TAG"+hidden...), "audio/mpeg", 2612},
	} {
		s, err := readSound(c.upload)
		if err != nil || s.mime != c.mime || s.ms != c.ms {
			t.Errorf("%s: %s of %d ms, %v", name, s.mime, s.ms, err)
		}
		if bytes.Contains(s.content, []byte("script")) || bytes.Contains(s.content, []byte("106.6302")) {
			t.Errorf("%s keeps what is hidden in it", name)
		}
		if again, err := readSound(s.content); err != nil || !bytes.Equal(again.content, s.content) {
			t.Errorf("%s: what was kept is not kept again as it is: %v", name, err)
		}
	}
}

func TestWhatIsNoMemo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		upload []byte
		code   string
	}{
		"nothing":                  {nil, "files.not_audio"},
		"a page":                   {[]byte("<!DOCTYPE html><script>alert(1)</script>"), "files.not_audio"},
		"a page that claims a wav": {[]byte("RIFF\x10\x00\x00\x00WAVE<html><script>alert(1)</script></html>"), "files.not_audio"},
		"a picture":                {[]byte("\x89PNG\r\n\x1a\n" + strings.Repeat("x", 400)), "files.not_audio"},
		"a jpeg":                   {[]byte("\xff\xd8\xff\xe0" + strings.Repeat("x", 400)), "files.not_audio"},
		"a film of a browser":      {webm(1, "", 0, 5), "files.not_audio"},
		"a film of a telephone":    {m4a("vide", "avc1", 5, "x"), "files.not_audio"},
		"an old telephone's":       {m4a("soun", "samr", 5, "x"), "files.not_audio"},
		"no sound in it":           {webm(2, ""), "files.not_audio"},
		"a matryoshka":             {[]byte("\x1a\x45\xdf\xa3\x84webm" + strings.Repeat("\xa0\x81", 1000)), "files.not_audio"},
		"ten megabytes":            {make([]byte, 10<<20), "files.memo_too_large"},
		"a wav of three minutes":   {wav(180, ""), "files.memo_too_long"},
		"a webm of three minutes":  {webm(2, "", 0, 60, 180), "files.memo_too_long"},
		"an m4a of a century":      {m4a("soun", "mp4a", 4_000_000, "x"), "files.memo_too_long"},
		"an mp3 of three minutes":  {mp3(6900), "files.memo_too_long"},
	} {
		if _, err := readSound(c.upload); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

// Whatever comes in, it is refused or kept as something that is no longer than it was and would be kept again.
func FuzzReadSound(f *testing.F) {
	for _, seed := range [][]byte{wav(1, "LIST"), webm(2, "tags and more", 0, 5), m4a("soun", "mp4a", 7, "here"), mp3(5)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, upload []byte) {
		s, err := readSound(upload)
		if err != nil {
			return
		}
		if len(s.content) > len(upload) && s.mime != "audio/wav" || s.ms < 0 || len(s.content) == 0 {
			t.Fatalf("%d bytes became %d of %s, %d ms", len(upload), len(s.content), s.mime, s.ms)
		}
		if _, err := readSound(s.content); err != nil {
			t.Fatalf("not kept again: %v", err)
		}
	})
}
