package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Session is a signed-in browser.
type Session struct {
	Staff     Staff
	CSRF      string // sent back in a header with every write
	CreatedMs int64
	ExpiresMs int64

	hash []byte
}

// CSRFMatches compares in constant time.
func (s Session) CSRFMatches(token string) bool { return matchesSecret(s.CSRF, token) }

func matchesSecret(want, got string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(got)) == 1
}

// Opened is a session that was just opened, with the token that goes into the cookie. The token is not stored.
type Opened struct {
	Session
	Token string
}

// tokenBytes is 256 bits, so that looking one up by its plain SHA-256 is safe.
const tokenBytes = 32

func newToken() (token string, hash []byte) {
	raw := make([]byte, tokenBytes)
	_, _ = rand.Read(raw) // never fails
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, hashToken(token)
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// seenEveryMs is how often a session's use is written down; in between a request only reads. A session may therefore end
// a twelfth of its idle time early, never late. Sessions are written on all machines where villages are spread over
// several, so this is as seldom as nobody notices.
func (s *Service) seenEveryMs() int64 { return s.opt.IdleMs / 12 }

// Session finds who a cookie's token belongs to: one indexed read, and now and then a write. The actor lacks
// From, Request and Intent, which the caller knows. An unknown, expired or idle session, and one of a disabled account,
// is access.sign_in.
func (s *Service) Session(ctx context.Context, token string) (core.Actor, Session, error) {
	if token == "" {
		return core.Actor{}, Session{}, errs.New(errs.Unauthenticated, "access.sign_in")
	}
	now := s.clock.Now()
	hash := hashToken(token)
	var session Session
	var seenMs int64
	err := s.st.Glance(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		session, seenMs, err = readSession(ctx, tx, hash)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return core.Actor{}, Session{}, errs.New(errs.Unauthenticated, "access.sign_in")
	}
	if err != nil {
		return core.Actor{}, Session{}, err
	}
	if now >= session.ExpiresMs || now-seenMs >= s.opt.IdleMs || session.Staff.State != Active {
		return core.Actor{}, Session{}, errs.New(errs.Unauthenticated, "access.sign_in")
	}
	if now-seenMs >= s.seenEveryMs() {
		s.touch(ctx, hash, now)
	}
	return actorOf(session.Staff), session, nil
}

// touch moves a session's last use on. A database that cannot be written must not keep people from reading, so a
// failure is no reason to refuse the request.
func (s *Service) touch(ctx context.Context, hash []byte, now int64) {
	_ = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, touchSessionSQL, now, hash, now-s.seenEveryMs())
		return err
	})
}

func actorOf(staff Staff) core.Actor {
	return core.Actor{
		Kind: core.StaffActor, ID: staff.ID, Name: staff.Name, Grants: staff.Grants,
		Village: staff.Village, Household: staff.Household,
	}
}

// SignOut ends the session of a token. It is no error if there is none.
func (s *Service) SignOut(ctx context.Context, by core.Actor, token string) error {
	hash := hashToken(token)
	return s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		session, _, err := readSession(ctx, tx, hash)
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, endSessionSQL, hash); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, session.Staff, "access.sign_out", nil, nil)
	})
}

// open stores a session for an account and gives its token.
func (s *Service) open(ctx context.Context, tx *store.Tx, by core.Actor, staff Staff) (Opened, error) {
	token, hash := newToken()
	now := s.clock.Now()
	o := Opened{Token: token, Session: Session{
		Staff: staff, CSRF: rand.Text(), CreatedMs: now, ExpiresMs: now + s.opt.SessionMs, hash: hash,
	}}
	_, err := tx.Exec(ctx, insertSessionSQL, hash, "staff", staff.ID, core.Area(0), core.ID(0), o.CSRF, by.From, now, now, o.ExpiresMs)
	return o, err
}

// PurgeSessions removes sessions that ended by themselves and says how many. A job calls it.
func (s *Service) PurgeSessions(ctx context.Context) (int64, error) {
	var n int64
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = tx.Exec(ctx, purgeSessionsSQL, s.clock.Now())
		return err
	})
	return n, err
}
