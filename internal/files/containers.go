package files

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// The elements of WebM that are looked at (RFC 9559 §5). All others are stepped over.
const (
	webmSegment     = 0x18538067
	webmCluster     = 0x1F43B675
	webmBlockGroup  = 0xA0
	webmTracks      = 0x1654AE6B
	webmTrack       = 0xAE
	webmTrackType   = 0x83
	webmClusterTime = 0xE7
	webmSimpleBlock = 0xA3
	webmBlock       = 0xA1
	webmTags        = 0x1254C367
	webmAttachments = 0x1941A469
	webmChapters    = 0x1043A770

	trackAudio = 2
)

// readWebM walks through a WebM as one row of elements, for a browser writes those that hold others without saying how
// long they are. A recording that was cut off is kept up to its last whole element.
func readWebM(upload []byte) (sound, bool) {
	if !bytes.Contains(upload[:min(len(upload), 64)], []byte("webm")) {
		return sound{}, false
	}
	kept := bytes.Clone(upload)
	var at, blocks, tracks int
	var cluster, last int64
	for at < len(kept) {
		id, head, size := webmElement(kept[at:])
		switch {
		case id == webmSegment, id == webmCluster, id == webmBlockGroup, id == webmTracks, id == webmTrack:
			at += head
			continue
		case head == 0, size < 0, size > len(kept)-at-head:
			kept = kept[:at]
			continue
		}
		body := kept[at+head : at+head+size]
		switch id {
		case webmTrackType:
			if size != 1 || body[0] != trackAudio {
				return sound{}, false
			}
			tracks++
		case webmClusterTime:
			cluster = int64(number(body))
		case webmSimpleBlock, webmBlock:
			if size < 4 {
				return sound{}, false
			}
			blocks, last = blocks+1, max(last, cluster+int64(int16(binary.BigEndian.Uint16(body[1:]))))
		case webmTags, webmAttachments, webmChapters:
			blank(kept[at : at+head+size])
		}
		at += head + size
	}
	return sound{kept, "audio/webm", last}, tracks > 0 && blocks > 0
}

// webmElement reads the id and the size that b begins with; head is 0 if it begins with none, size -1 if it is not said.
func webmElement(b []byte) (id, head, size int) {
	if len(b) == 0 {
		return 0, 0, 0
	}
	n := bits.LeadingZeros8(b[0]) + 1
	if n > 4 || len(b) <= n {
		return 0, 0, 0
	}
	m := bits.LeadingZeros8(b[n]) + 1
	if m > 8 || len(b) < n+m {
		return 0, 0, 0
	}
	value := number(b[n:n+m]) &^ (1 << (7 * m))
	if value >= MaxMemoBytes {
		return int(number(b[:n])), n + m, -1
	}
	return int(number(b[:n])), n + m, int(value)
}

// blank makes an element one that players step over, as long as before, for others may point behind it.
func blank(element []byte) {
	const head = 9 // of a Void whose size takes eight bytes
	if len(element) < head {
		return // too short to say anything
	}
	clear(element)
	binary.BigEndian.PutUint64(element[1:], 1<<56|uint64(len(element)-head))
	element[0] = 0xEC
}

func number(b []byte) (n uint64) {
	for _, one := range b[:min(len(b), 8)] {
		n = n<<8 | uint64(one)
	}
	return n
}

// mp4 is what the boxes of an MP4 say (ISO/IEC 14496-12).
type mp4 struct {
	sounds, data      int
	broken            bool
	scale, ms, pieces int64 // units a second of the track; how long the whole is; where the last fragment begins
}

// readMP4 keeps an MP4 with sound only, its descriptions emptied in place.
func readMP4(upload []byte) (sound, bool) {
	var m mp4
	kept := bytes.Clone(upload)
	m.walk(kept, 0)
	if m.scale > 0 {
		m.ms = max(m.ms, millis(m.pieces, m.scale))
	}
	return sound{kept, "audio/mp4", m.ms}, !m.broken && m.sounds > 0 && m.data > 0
}

// walk goes through the boxes of b, and into those that hold others.
func (m *mp4) walk(b []byte, depth int) {
	const deepest = 8
	for len(b) > 0 && !m.broken {
		if len(b) < 8 || depth > deepest {
			m.broken = true
			return
		}
		head, size := 8, uint64(binary.BigEndian.Uint32(b))
		switch {
		case size == 1 && len(b) >= 16:
			head, size = 16, binary.BigEndian.Uint64(b[8:])
		case size == 0:
			size = uint64(len(b))
		}
		if size < uint64(head) || size > uint64(len(b)) {
			m.broken = true
			return
		}
		m.box(b[4:8], b[head:size], depth)
		b = b[size:]
	}
}

func (m *mp4) box(kind, body []byte, depth int) {
	switch string(kind) {
	case "moov", "trak", "mdia", "minf", "stbl", "moof", "traf", "mvex":
		m.walk(body, depth+1)
	case "udta", "meta", "uuid":
		copy(kind, "free")
		clear(body)
	case "mdat":
		m.data++
	case "hdlr":
		m.broken = m.broken || len(body) < 12 || string(body[8:12]) != "soun"
		m.sounds++
	case "stsd":
		m.broken = m.broken || len(body) < 16 || !played(string(body[12:16]))
	case "mvhd":
		if scale, length, ok := clock(body); ok {
			m.ms = millis(length, scale)
		}
	case "mdhd":
		if scale, _, ok := clock(body); ok {
			m.scale = scale
		}
	case "tfdt":
		if len(body) >= 12 && body[0] == 1 {
			m.pieces = int64(binary.BigEndian.Uint64(body[4:]) & (1<<62 - 1))
		} else if len(body) >= 8 {
			m.pieces = int64(binary.BigEndian.Uint32(body[4:]))
		}
	}
}

// millis is at most some years: a file may say anything.
func millis(units, perSecond int64) int64 {
	const most = 100_000_000
	return min(units/perSecond, most) * 1000
}

// played says whether browsers play a coding: not what telephones used to record in (AMR).
func played(coding string) bool { return coding == "mp4a" || coding == "Opus" || coding == "alac" }

// clock reads the time scale and the length that the headers of a film and of a track hold at the same place.
func clock(body []byte) (scale, length int64, ok bool) {
	switch {
	case len(body) >= 32 && body[0] == 1:
		scale, length = int64(binary.BigEndian.Uint32(body[20:])), int64(binary.BigEndian.Uint64(body[24:])&(1<<62-1))
	case len(body) >= 20 && body[0] == 0:
		scale, length = int64(binary.BigEndian.Uint32(body[12:])), int64(binary.BigEndian.Uint32(body[16:]))
	}
	return scale, length, scale > 0
}
