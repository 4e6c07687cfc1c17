package access

import (
	"context"
	"errors"
	"strings"
	"sync"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// How wrong tries slow the next one down: after freeTries the account is locked for a minute, then two, up to an hour.
const (
	freeTries    = 5
	firstLockMs  = minuteMs
	longestLogin = hourMs
)

// lockedFor is how long to lock after so many failures in a row; 0 while tries are free.
func lockedFor(fails, firstMs, longestMs int64) int64 {
	if fails < freeTries {
		return 0
	}
	lock := firstMs
	for range fails - freeTries {
		if lock *= 2; lock >= longestMs {
			return longestMs
		}
	}
	return lock
}

func lockedError(code string, untilMs, now int64) error {
	return errs.New(errs.RateLimited, code, "minutes", (untilMs-now+minuteMs-1)/minuteMs, "seconds", (untilMs-now+999)/1000)
}

// SignInInput is what somebody types at the door. Code is the six digits from the phone, if the account asks for them.
type SignInInput struct {
	Login    string
	Password string
	Code     string
}

// SignIn opens a session. Whatever is wrong with login or password, the answer is access.bad_login, takes as long, and
// counts towards the lock (access.locked) even for a login that does not exist. With the right password it may still be
// access.disabled, access.code_needed or access.code_wrong.
func (s *Service) SignIn(ctx context.Context, by core.Actor, in SignInInput) (Opened, error) {
	login := strings.ToLower(strings.TrimSpace(in.Login))
	account, err := s.accountByLogin(ctx, login)
	if errors.Is(err, store.ErrNone) {
		return Opened{}, s.refuseUnknown(ctx, login, in.Password)
	}
	if err != nil {
		return Opened{}, err
	}
	if now := s.clock.Now(); now < account.lockedUntilMs {
		return Opened{}, lockedError("access.locked", account.lockedUntilMs, now)
	}
	right, err := s.hasher.matches(ctx, in.Password, account.passHash)
	if err != nil {
		return Opened{}, err
	}
	if !right {
		return Opened{}, s.failed(ctx, by, account, errs.New(errs.Unauthenticated, "access.bad_login"))
	}
	if account.State != Active {
		return Opened{}, errs.New(errs.Forbidden, "access.disabled")
	}
	var step int64
	if account.TotpOn {
		if strings.TrimSpace(in.Code) == "" {
			return Opened{}, errs.New(errs.Unauthenticated, "access.code_needed").At("code")
		}
		if step, err = s.checkCode(account, in.Code); err != nil {
			return Opened{}, s.failed(ctx, by, account, err)
		}
	}
	return s.admit(ctx, by, account, step)
}

// admit opens the session of somebody whose password and code were right. The account is read again inside the command:
// it may have been disabled or locked, or its code used, while the hash waited in line.
func (s *Service) admit(ctx context.Context, by core.Actor, seen account, step int64) (opened Opened, err error) {
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now, err := takeAccount(ctx, tx, seen.ID)
		if err != nil {
			return err
		}
		if at := s.clock.Now(); at < now.lockedUntilMs {
			return lockedError("access.locked", now.lockedUntilMs, at)
		}
		if now.State != Active || now.passHash != seen.passHash {
			return errs.New(errs.Unauthenticated, "access.bad_login")
		}
		if step != 0 {
			if err := useStep(ctx, tx, seen.ID, step); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, clearFailsSQL, seen.ID); err != nil {
			return err
		}
		by := by
		by.Kind, by.ID, by.Name = core.StaffActor, now.ID, now.Name
		if opened, err = s.open(ctx, tx, by, now.Staff); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, now.Staff, "access.sign_in", nil, nil)
	})
	return opened, err
}

// failed counts a wrong try and locks the account when there were too many; it answers with the try's own error.
func (s *Service) failed(ctx context.Context, by core.Actor, seen account, because error) error {
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := s.clock.Now()
		account, err := takeAccount(ctx, tx, seen.ID)
		if err != nil {
			return err
		}
		fails := account.fails + 1
		lock := lockedFor(fails, firstLockMs, longestLogin)
		until := account.lockedUntilMs
		if lock > 0 {
			until = now + lock
		}
		if _, err := tx.Exec(ctx, setFailsSQL, fails, until, seen.ID); err != nil || lock == 0 {
			return err
		}
		return s.audit(ctx, tx, by, account.Staff, "access.lock", nil, map[string]int64{"fails": fails, "minutes": lock / minuteMs})
	})
	if err != nil {
		return err
	}
	return because
}

func (s *Service) refuseUnknown(ctx context.Context, login, password string) error {
	if until, now := s.unknown.lockedUntil(login), s.clock.Now(); now < until {
		return lockedError("access.locked", until, now)
	}
	if _, err := s.hasher.matches(ctx, password, ""); err != nil {
		return err
	}
	s.unknown.fail(login, s.clock.Now())
	return errs.New(errs.Unauthenticated, "access.bad_login")
}

// unknownLogins locks logins that do not exist just as those that do, so that the lock tells nothing. It forgets when
// it grows too large: then it only has been told very many names.
type unknownLogins struct {
	mu    sync.Mutex
	tries map[string]unknownTries
}

type unknownTries struct{ fails, untilMs int64 }

const mostUnknown = 10_000

func newUnknownLogins() *unknownLogins { return &unknownLogins{tries: map[string]unknownTries{}} }

func (u *unknownLogins) lockedUntil(login string) int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.tries[login].untilMs
}

func (u *unknownLogins) fail(login string, now int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.tries) >= mostUnknown {
		clear(u.tries)
	}
	t := u.tries[login]
	t.fails++
	if lock := lockedFor(t.fails, firstLockMs, longestLogin); lock > 0 {
		t.untilMs = now + lock
	}
	u.tries[login] = t
}

// audit writes a line about an account.
func (s *Service) audit(ctx context.Context, tx *store.Tx, by core.Actor, about Staff, action string, before, after any) error {
	return audit.Write(ctx, tx, by, s.ids.Next(), s.clock.Now(), audit.Entry{
		Area: about.home(), Action: action, Subject: "staff", SubjectID: about.ID.String(), Before: before, After: after,
	})
}
