package access_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

const minute = int64(60_000)

func TestSignInOpensASessionWhoseTokenIsStoredNowhere(t *testing.T) {
	t.Parallel()
	o := open(t)
	staff := o.hire("wang.fang", core.Grant{Role: core.RoleClerk, Area: o.village})
	opened := o.mustSignIn(" Wang.Fang ")
	by, session, err := o.svc.Session(context.Background(), opened.Token)
	if err != nil {
		t.Fatal(err)
	}
	if by.ID != staff.ID || by.Kind != core.StaffActor || len(by.Grants) != 1 || by.Grants[0].Area != o.village {
		t.Errorf("actor %+v", by)
	}
	if !session.CSRFMatches(opened.CSRF) || session.CSRFMatches("") || session.CSRFMatches(opened.CSRF+"x") {
		t.Error("CSRF tokens do not tell right from wrong")
	}
	var stored []byte
	err = o.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT token_hash FROM session WHERE staff = $1`, staff.ID).Scan(&stored)
	})
	if err != nil || strings.Contains(string(stored), opened.Token) || len(stored) != 32 {
		t.Errorf("stored %d bytes, %v", len(stored), err)
	}
}

func TestWrongTriesLockKnownAndUnknownLoginsAlike(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.hire("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
	for _, login := range []string{"clerk", "nobody"} {
		for lock := range 8 {
			tries := 1 // after a lock, one more wrong try locks again, for twice as long
			if lock == 0 {
				tries = 5
			}
			for range tries {
				_, err := o.signIn(login, "wrong", "")
				wantCode(t, err, "access.bad_login")
			}
			want := min(int64(1)<<lock, 60)
			_, err := o.signIn(login, password, "")
			wantCode(t, err, "access.locked")
			if got := errs.From(err).Params["minutes"]; got != want {
				t.Fatalf("%s, lock %d: %v minutes, want %d", login, lock, got, want)
			}
			o.clock.Advance(want * minute)
		}
	}
	o.mustSignIn("clerk")
	for range 4 {
		_, err := o.signIn("clerk", "wrong", "")
		wantCode(t, err, "access.bad_login") // a success starts the count anew
	}
	o.mustSignIn("clerk")
	if !strings.Contains(o.trail(), "access.lock staff") {
		t.Error("no audit line tells of the lock")
	}
}

func TestADisabledAccountLearnsItOnlyWithItsPassword(t *testing.T) {
	t.Parallel()
	o := open(t)
	county := o.actor("county", core.Grant{Role: core.RoleCounty, Area: o.county})
	staff := o.hire("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
	opened := o.mustSignIn("clerk")
	disabled := access.Disabled
	if _, err := o.svc.UpdateStaff(context.Background(), county, access.StaffEdit{ID: staff.ID, State: &disabled}); err != nil {
		t.Fatal(err)
	}
	if o.signedIn(opened.Token) {
		t.Error("the session of a disabled account goes on")
	}
	_, err := o.signIn("clerk", "wrong", "")
	wantCode(t, err, "access.bad_login")
	_, err = o.signIn("clerk", password, "")
	wantCode(t, err, "access.disabled")
}

func TestSessionsEndByAgeAndByIdleness(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.hire("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
	idle := o.mustSignIn("clerk")
	o.clock.Advance(59 * minute)
	if !o.signedIn(idle.Token) {
		t.Fatal("ended after 59 idle minutes")
	}
	o.clock.Advance(60 * minute)
	if o.signedIn(idle.Token) {
		t.Error("an idle session goes on after 60 minutes")
	}
	old := o.mustSignIn("clerk")
	for range 23 {
		o.clock.Advance(30 * minute)
		if !o.signedIn(old.Token) {
			t.Fatal("a session in use ended early")
		}
	}
	o.clock.Advance(30 * minute)
	if o.signedIn(old.Token) {
		t.Error("a session goes on after 12 hours")
	}
	n, err := o.svc.PurgeSessions(context.Background())
	if err != nil || n != 2 {
		t.Errorf("purged %d, %v; both are past their age", n, err)
	}
	o.mustSignIn("clerk")
	if n, err := o.svc.PurgeSessions(context.Background()); err != nil || n != 0 {
		t.Errorf("purged %d, %v; the only one is valid", n, err)
	}
}

func TestUseIsWrittenDownOnceInATwelfthOfTheIdleTime(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.hire("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
	opened := o.mustSignIn("clerk")
	before := o.st.Stats().Commands
	for range 50 {
		o.signedIn(opened.Token)
		o.clock.Advance(minute / 12)
	}
	if wrote := o.st.Stats().Commands - before; wrote != 0 {
		t.Errorf("%d writes within four minutes", wrote)
	}
	o.clock.Advance(minute)
	for range 5 {
		o.signedIn(opened.Token)
	}
	if wrote := o.st.Stats().Commands - before; wrote != 1 {
		t.Errorf("%d writes after five minutes, want 1", wrote)
	}
}

func TestAChangedPasswordEndsEverySessionButTheNewOne(t *testing.T) {
	t.Parallel()
	o := open(t)
	by := o.clerk()
	here, there := o.mustSignIn("clerk"), o.mustSignIn("clerk")
	ctx := context.Background()
	_, err := o.svc.ChangePassword(ctx, by, "not it", "shan-gao-shui-chang")
	wantCode(t, err, "access.password_wrong")
	for weak, code := range map[string]string{
		password: "access.password_same", "short": "access.password_short", "1234567890": "access.password_guessable",
		"aaaaaaaaaaaa": "access.password_guessable", "password2026": "access.password_guessable", "clerk12345": "access.password_guessable",
		"abcdefghijkl": "access.password_guessable", "qunyan2026": "access.password_guessable", "一二三四五六": "access.password_short",
	} {
		_, err := o.svc.ChangePassword(ctx, by, password, weak)
		if err == nil || errs.CodeOf(err) != code {
			t.Errorf("%q: %v, want %s", weak, err, code)
		}
	}
	fresh, err := o.svc.ChangePassword(ctx, by, password, "shan-gao-shui-chang")
	if err != nil {
		t.Fatal(err)
	}
	if o.signedIn(here.Token) || o.signedIn(there.Token) || !o.signedIn(fresh.Token) {
		t.Error("old sessions go on, or the new one does not open")
	}
	_, err = o.signIn("clerk", password, "")
	wantCode(t, err, "access.bad_login")
	if trail := o.trail(); strings.Contains(trail, "shan-gao") || !strings.Contains(trail, "access.change_password") {
		t.Errorf("audit trail:\n%s", trail)
	}
}

func TestSignOutEndsOneSession(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.hire("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
	here, there := o.mustSignIn("clerk"), o.mustSignIn("clerk")
	for range 2 { // the second time there is nothing to end
		if err := o.svc.SignOut(context.Background(), core.Actor{}, here.Token); err != nil {
			t.Fatal(err)
		}
	}
	if o.signedIn(here.Token) || !o.signedIn(there.Token) {
		t.Error("the wrong session ended")
	}
}

func TestForgedTokensOpenNothing(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, token := range []string{"", "x", strings.Repeat("A", 43), "' OR 1=1 --", strings.Repeat("z", 1<<16)} {
		if o.signedIn(token) {
			t.Errorf("%.20q opens a session", token)
		}
	}
}

// More people than may wait are told to come back, and the machine's memory stays whole.
func TestACrowdAtTheDoorIsBounded(t *testing.T) {
	t.Parallel()
	o := openWith(t, access.Options{HashAtOnce: 1})
	o.hire("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
	var wg sync.WaitGroup
	var mu sync.Mutex
	codes := map[string]int{}
	for range 300 {
		wg.Go(func() {
			_, err := o.signIn("clerk", password, "")
			code := "in"
			if err != nil {
				code = errs.CodeOf(err)
			}
			mu.Lock()
			codes[code]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if codes["in"] == 0 || codes["in"]+codes["access.busy"] != 300 {
		t.Errorf("answers %v", codes)
	}
}

func TestWaitingInLineEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.hire("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := o.svc.SignIn(ctx, core.Actor{}, access.SignInInput{Login: "clerk", Password: password}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
