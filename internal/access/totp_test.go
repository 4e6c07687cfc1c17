package access_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/pquerna/otp/hotp"

	"qunyan/internal/access"
	"qunyan/internal/core"
)

// phone shows the code of a secret some steps from now.
func (o *office) phone(secret string, steps int64) string {
	o.t.Helper()
	code, err := hotp.GenerateCode(secret, uint64(o.clock.Now()/30_000+steps))
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

// withPhone turns codes on for an account and gives its secret.
func (o *office) withPhone(by core.Actor) string {
	o.t.Helper()
	made, err := o.svc.StartTotp(context.Background(), by)
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.svc.ConfirmTotp(context.Background(), by, o.phone(made.Secret, 0)); err != nil {
		o.t.Fatal(err)
	}
	return made.Secret
}

func TestACodeFromThePhoneWorksOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	by := o.clerk()
	secret := o.withPhone(by)
	confirmed := o.phone(secret, 0)

	_, err := o.signIn("clerk", password, "")
	wantCode(t, err, "access.code_needed")
	_, err = o.signIn("clerk", password, confirmed)
	wantCode(t, err, "access.code_wrong") // it was used to confirm
	o.clock.Advance(30_000)
	code := o.phone(secret, 0)
	if _, err := o.signIn("clerk", password, code[:3]+" "+code[3:]); err != nil {
		t.Fatal(err)
	}
	_, err = o.signIn("clerk", password, code)
	wantCode(t, err, "access.code_wrong")
	_, err = o.signIn("clerk", password, o.phone(secret, -1))
	wantCode(t, err, "access.code_wrong") // an older step than the last one used
	o.clock.Advance(60_000)
	if _, err := o.signIn("clerk", password, o.phone(secret, 1)); err != nil {
		t.Errorf("the next step's code, of a phone whose clock is ahead: %v", err)
	}
}

func TestWrongCodesLockLikeWrongPasswords(t *testing.T) {
	t.Parallel()
	o := open(t)
	secret := o.withPhone(o.clerk())
	o.clock.Advance(60_000)
	wrong := o.phone(secret, 40)
	for range 5 {
		_, err := o.signIn("clerk", password, wrong)
		wantCode(t, err, "access.code_wrong")
	}
	_, err := o.signIn("clerk", password, o.phone(secret, 0))
	wantCode(t, err, "access.locked")
}

func TestASecretCountsOnlyOnceConfirmed(t *testing.T) {
	t.Parallel()
	o := open(t)
	by := o.clerk()
	ctx := context.Background()
	wantCode(t, o.svc.ConfirmTotp(ctx, by, "123456"), "access.totp_off")
	wantCode(t, o.svc.EndTotp(ctx, by, "123456"), "access.totp_off")
	made, err := o.svc.StartTotp(ctx, by)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(made.URL)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("secret") != made.Secret || !strings.HasSuffix(u.Path, ":clerk") {
		t.Errorf("URL %q, %v", made.URL, err)
	}
	o.mustSignIn("clerk") // no code is asked for yet
	wantCode(t, o.svc.ConfirmTotp(ctx, by, o.phone(made.Secret, 7)), "access.code_wrong")
	if err := o.svc.ConfirmTotp(ctx, by, o.phone(made.Secret, 0)); err != nil {
		t.Fatal(err)
	}
	_, err = o.svc.StartTotp(ctx, by)
	wantCode(t, err, "access.totp_on")
	wantCode(t, o.svc.ConfirmTotp(ctx, by, o.phone(made.Secret, 0)), "access.totp_on")
	o.clock.Advance(30_000)
	wantCode(t, o.svc.EndTotp(ctx, by, "000000"), "access.code_wrong")
	if err := o.svc.EndTotp(ctx, by, o.phone(made.Secret, 0)); err != nil {
		t.Fatal(err)
	}
	o.mustSignIn("clerk")
	if strings.Contains(o.trail(), made.Secret) {
		t.Error("the secret stands in the audit trail")
	}
}

func TestAResetHelpsWhoLostThePhone(t *testing.T) {
	t.Parallel()
	o := open(t)
	by := o.clerk()
	o.withPhone(by)
	secretary := o.actor("secretary", core.Grant{Role: core.RoleSecretary, Area: o.village})
	first, err := o.svc.ResetPassword(context.Background(), secretary, by.ID)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := o.signIn("clerk", first, "")
	if err != nil || !opened.Staff.MustChange || opened.Staff.TotpOn {
		t.Errorf("after a reset: %+v, %v", opened.Staff, err)
	}
}

// A copy of the database alone gives no codes: the secret is sealed with the installation's key.
func TestAnotherInstallationCannotReadTheSecret(t *testing.T) {
	t.Parallel()
	o := open(t)
	secret := o.withPhone(o.clerk())
	o.clock.Advance(30_000)
	elsewhere := access.New(o.st, o.clock, core.NewIDs(o.clock), access.Options{Key: []byte("another key"), HashMemoryKiB: 64})
	_, err := elsewhere.SignIn(context.Background(), core.Actor{}, access.SignInInput{Login: "clerk", Password: password, Code: o.phone(secret, 0)})
	if err == nil {
		t.Error("a code was checked without the key")
	}
}
