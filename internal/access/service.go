package access

import (
	"runtime"

	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Options tune the service; the zero value runs.
type Options struct {
	// Key is the installation's secret, 32 bytes: it peppers PINs and seals the secrets of phone codes. Losing it means
	// new PINs and phone codes for everybody.
	Key []byte

	SessionMs int64 // longest life of a session; 0 is 12 hours
	IdleMs    int64 // a session unused for this long ends; 0 is 60 minutes
	UnlockMs  int64 // how long a card stays unlocked; 0 is 30 minutes

	HashMemoryKiB uint32 // of one password hash; 0 is 19 MiB (OWASP's least for argon2id with two passes)
	HashAtOnce    int    // hashes computed at once; 0 is one per two processors
}

const (
	minuteMs = 60_000
	hourMs   = 60 * minuteMs
)

func (o Options) withDefaults() Options {
	set := func(v *int64, def int64) {
		if *v == 0 {
			*v = def
		}
	}
	set(&o.SessionMs, 12*hourMs)
	set(&o.IdleMs, hourMs)
	set(&o.UnlockMs, 30*minuteMs)
	if o.HashMemoryKiB == 0 {
		o.HashMemoryKiB = 19 * 1024
	}
	if o.HashAtOnce == 0 {
		o.HashAtOnce = max(1, runtime.NumCPU()/2)
	}
	return o
}

// Service is the accounts, sessions and cards of one store. It is safe for concurrent use.
type Service struct {
	st      *store.Store
	clock   core.Clock
	ids     *core.IDs
	opt     Options
	key     []byte
	hasher  *hasher
	unknown *unknownLogins
}

// New makes the service.
func New(st *store.Store, clock core.Clock, ids *core.IDs, opt Options) *Service {
	opt = opt.withDefaults()
	return &Service{
		st: st, clock: clock, ids: ids, opt: opt, key: opt.Key,
		hasher:  newHasher(opt.HashMemoryKiB, opt.HashAtOnce),
		unknown: newUnknownLogins(),
	}
}
