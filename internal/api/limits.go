package api

import (
	"fmt"
	"sync"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// limit names how often one address may call an operation.
type limit uint8

const (
	limitGeneral limit = iota // everything else
	limitSignIn               // passwords and PINs
	limitWrite                // what strangers may write: objections
	limitPage                 // pages that are rendered for everybody
)

// Limits are calls per minute and address; 0 takes the default, less than 0 is none. A village shares one address, so
// the general bound is wide: it stops a script, not an office.
type Limits struct {
	General int // 1200
	SignIn  int // 20
	Write   int // 10
	Page    int // 300
}

func (l Limits) of(kind limit) int {
	set, def := l.General, 1200
	switch kind {
	case limitSignIn:
		set, def = l.SignIn, 20
	case limitWrite:
		set, def = l.Write, 10
	case limitPage:
		set, def = l.Page, 300
	}
	if set == 0 {
		return def
	}
	return set
}

// limiters are token buckets: each address has a minute's worth, refilled evenly.
type limiters struct {
	clock core.Clock
	sizes Limits
	mu    sync.Mutex
	kinds map[limit]map[string]bucket
}

// bucket counts in thousandths of a call, so that refilling needs no fractions.
type bucket struct{ milli, atMs int64 }

const (
	minuteMs = 60_000
	// mostAddresses bounds the memory an attacker with many addresses can take.
	mostAddresses = 20_000
)

func newLimiters(sizes Limits, clock core.Clock) *limiters {
	return &limiters{clock: clock, sizes: sizes, kinds: map[limit]map[string]bucket{}}
}

// take uses one call of an address, or says in how many seconds there will be one (input.too_many_requests).
func (l *limiters) take(kind limit, from string) error {
	perMinute := int64(l.sizes.of(kind))
	if perMinute < 0 {
		return nil
	}
	now, full := l.clock.Now(), perMinute*1000
	l.mu.Lock()
	defer l.mu.Unlock()
	buckets := l.kinds[kind]
	if buckets == nil || len(buckets) >= mostAddresses {
		buckets = sweep(buckets, now)
		l.kinds[kind] = buckets
	}
	b, known := buckets[from]
	if !known {
		b = bucket{full, now}
	}
	if passed := now - b.atMs; passed > 0 {
		b.milli = min(full, b.milli+min(passed, minuteMs)*full/minuteMs)
	}
	b.atMs = now
	if b.milli < 1000 {
		buckets[from] = b
		wait := ((1000-b.milli)*minuteMs/full + 999) / 1000
		return errs.New(errs.RateLimited, "input.too_many_requests", "seconds", wait)
	}
	b.milli -= 1000
	buckets[from] = b
	return nil
}

// sweep forgets the addresses whose bucket is full again, or all if that would not help.
func sweep(buckets map[string]bucket, now int64) map[string]bucket {
	kept := map[string]bucket{}
	for from, b := range buckets {
		if now-b.atMs < minuteMs {
			kept[from] = b
		}
	}
	if len(kept) > mostAddresses/2 {
		return map[string]bucket{}
	}
	return kept
}

// sizeText writes a bound on bytes the way people read it.
func sizeText(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%d MB", bytes>>20)
	case bytes >= 1<<10:
		return fmt.Sprintf("%d KB", bytes>>10)
	}
	return fmt.Sprintf("%d B", bytes)
}
