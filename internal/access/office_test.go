package access_test

import (
	"context"
	"strings"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

const password = "feng-tiao-yu-shun"

// office is a county with two townships and a village in each, and the service that looks after its accounts.
type office struct {
	t     *testing.T
	st    *store.Store
	clock *storetest.Clock
	svc   *access.Service

	county, township, village, foreign core.Area
}

func open(t *testing.T) *office { return openWith(t, access.Options{}) }

func openWith(t *testing.T, opt access.Options) *office {
	t.Helper()
	o := &office{t: t, st: storetest.Open(t), clock: storetest.NewClock(20260908), village: storetest.Village()}
	opt.HashMemoryKiB = 64
	if opt.Key == nil {
		opt.Key = []byte("a key of this test")
	}
	o.svc = access.New(o.st, o.clock, core.NewIDs(o.clock), opt)
	o.township, o.county = o.village.Parent(), o.village.Parent().Parent()
	o.foreign = (o.county*1000+o.township%1000%998+1)*1000 + 201
	o.tx(func(ctx context.Context, tx *store.Tx) error {
		for _, area := range []core.Area{o.county, o.township, o.village, o.foreign.Parent(), o.foreign} {
			if _, err := tx.Exec(ctx, `INSERT INTO area (code, parent, kind, name, short, pinyin, initials, sort) VALUES ($1, $2, '', '', '某地', '', '', 0)`,
				area, area.Parent()); err != nil {
				return err
			}
		}
		return nil
	})
	return o
}

func (o *office) tx(fn func(ctx context.Context, tx *store.Tx) error) {
	o.t.Helper()
	if err := o.st.Tx(context.Background(), fn); err != nil {
		o.t.Fatal(err)
	}
}

// hire makes an account with the test's password, as our own command line would.
func (o *office) hire(login string, grants ...core.Grant) access.Staff {
	o.t.Helper()
	made, err := o.svc.CreateMany(context.Background(), core.System("test"), []access.NewStaff{{Login: login, Name: "某人", Grants: grants}}, password, false)
	if err != nil {
		o.t.Fatal(err)
	}
	return made[0]
}

// actor hires somebody and gives what the API would hand to a command.
func (o *office) actor(login string, grants ...core.Grant) core.Actor {
	staff := o.hire(login, grants...)
	return core.Actor{Kind: core.StaffActor, ID: staff.ID, Name: staff.Name, Grants: staff.Grants, From: "10.0.0.1", Request: "r1"}
}

func (o *office) clerk() core.Actor {
	return o.actor("clerk", core.Grant{Role: core.RoleClerk, Area: o.village})
}

// household makes a row that cards can belong to.
func (o *office) household(village core.Area) core.ID {
	o.t.Helper()
	id := core.NewIDs(o.clock).Next()
	o.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO household (village, id, grp, number, head, pinyin, initials, sort, cadre, members, state, version, created_ms, changed_ms)
			VALUES ($1, $2, 0, $3, '王建国', '', '', '', 0, 0, 'active', 1, 0, 0)`, village, id, int64(id)%1_000_000_007)
		return err
	})
	return id
}

func (o *office) signIn(login, password, code string) (access.Opened, error) {
	return o.svc.SignIn(context.Background(), core.Actor{From: "10.0.0.1", Request: "r1"}, access.SignInInput{Login: login, Password: password, Code: code})
}

func (o *office) mustSignIn(login string) access.Opened {
	o.t.Helper()
	opened, err := o.signIn(login, password, "")
	if err != nil {
		o.t.Fatal(err)
	}
	return opened
}

// signedIn says whether a token still opens a session.
func (o *office) signedIn(token string) bool {
	o.t.Helper()
	_, _, err := o.svc.Session(context.Background(), token)
	if err != nil && errs.CodeOf(err) != "access.sign_in" {
		o.t.Fatal(err)
	}
	return err == nil
}

// trail is everything the audit table holds, one line per row.
func (o *office) trail() string {
	o.t.Helper()
	var b strings.Builder
	err := o.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT action, subject, before, after FROM audit ORDER BY id`, func(r store.Row) error {
			var action, subject, before, after string
			err := r.Scan(&action, &subject, &before, &after)
			b.WriteString(strings.Join([]string{action, subject, before, after}, " ") + "\n")
			return err
		})
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return b.String()
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	if got := errs.CodeOf(err); got != code {
		t.Fatalf("error %v, want %s", err, code)
	}
}

func intent(by core.Actor, key string, hash byte) core.Actor {
	by.Intent = core.Intent{Key: key, Hash: [32]byte{hash}}
	return by
}
