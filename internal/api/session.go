package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
)

const tagSession = "Session"

// sessionView tells a browser who is signed in.
type sessionView struct {
	Staff   *ownView `json:"staff" doc:"null if nobody is signed in"`
	CSRF    string   `json:"csrf" doc:"to be sent back in X-CSRF-Token with every write; '' if nobody is signed in"`
	NowMs   int64    `json:"now_ms"`
	Today   core.Day `json:"today"`
	Version string   `json:"version" doc:"of the program"`
}

// ownView is the signed-in account as it sees itself.
type ownView struct {
	ID         core.ID     `json:"id"`
	Login      string      `json:"login"`
	Name       string      `json:"name"`
	MustChange bool        `json:"must_change" doc:"only signing out and changing the password is possible until then"`
	TotpOn     bool        `json:"totp_on"`
	Grants     []grantView `json:"grants"`
}

func (s *server) sessionView(ctx context.Context, session access.Session) (*sessionView, error) {
	now := s.svc.Clock.Now()
	view := &sessionView{CSRF: session.CSRF, NowMs: now, Today: core.DayOf(now), Version: s.cfg.Version}
	if session.Staff.ID == 0 {
		return view, nil
	}
	grants, err := s.grantViews(ctx, session.Staff.Grants)
	if err != nil {
		return nil, err
	}
	view.Staff = &ownView{
		ID: session.Staff.ID, Login: session.Staff.Login, Name: session.Staff.Name,
		MustChange: session.Staff.MustChange, TotpOn: session.Staff.TotpOn, Grants: grants,
	}
	return view, nil
}

func (s *server) registerSession() {
	handle(s, spec{
		ID: "read-session", Method: http.MethodGet, Path: "/session", Tag: tagSession, Auth: authPublic,
		Summary: "Who is signed in",
	}, s.readSession)
	handle(s, spec{
		ID: "sign-in", Method: http.MethodPost, Path: "/session", Tag: tagSession, Auth: authPublic, Limit: limitSignIn, MaxBody: 4 << 10,
		Summary: "Sign in", Detail: "Sets the cookie. access.code_needed asks for the same request again with the code from the phone.",
	}, s.signIn)
	handle(s, spec{
		ID: "sign-out", Method: http.MethodDelete, Path: "/session", Tag: tagSession, FirstPassword: true,
		Summary: "Sign out",
	}, s.signOut)
	handle(s, spec{
		ID: "change-password", Method: http.MethodPost, Path: "/session/password", Tag: tagSession, Limit: limitSignIn,
		FirstPassword: true, MaxBody: 4 << 10,
		Summary: "Change the own password", Detail: "Every session of the account ends; this browser gets a new one.",
	}, s.changePassword)
	handle(s, spec{
		ID: "start-totp", Method: http.MethodPost, Path: "/session/totp", Tag: tagSession,
		Summary: "Make a secret for codes from a phone", Detail: "It counts once confirm-totp was given a code.",
	}, s.startTotp)
	handle(s, spec{
		ID: "confirm-totp", Method: http.MethodPost, Path: "/session/totp/confirm", Tag: tagSession, Limit: limitSignIn,
		Summary: "Turn codes from a phone on",
	}, s.confirmTotp)
	handle(s, spec{
		ID: "end-totp", Method: http.MethodPost, Path: "/session/totp/off", Tag: tagSession, Limit: limitSignIn,
		Summary: "Turn codes from a phone off",
	}, s.endTotp)
}

func (s *server) readSession(ctx context.Context, _ core.Actor, _ *struct{}) (*sessionView, error) {
	_, session, err := s.svc.Access.Session(ctx, cookieValue(exchangeOf(ctx).r, staffCookie))
	if err != nil && errs.KindOf(err) != errs.Unauthenticated {
		return nil, err
	}
	if err != nil {
		session = access.Session{}
	}
	return s.sessionView(ctx, session)
}

type signInInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
		Code     string `json:"code,omitempty" maxLength:"10" doc:"six digits from the phone, if the account asks for them"`
	}
}

func (s *server) signIn(ctx context.Context, by core.Actor, in *signInInput) (*sessionView, error) {
	x := exchangeOf(ctx)
	opened, err := s.svc.Access.SignIn(ctx, by, access.SignInInput{Login: in.Body.Login, Password: in.Body.Password, Code: in.Body.Code})
	if err != nil {
		return nil, err
	}
	// A token that was there before, whoever put it there, is never carried over into the new session.
	if former := cookieValue(x.r, staffCookie); former != "" {
		if err := s.svc.Access.SignOut(ctx, by, former); err != nil {
			return nil, err
		}
	}
	s.setCookie(x, staffCookie, opened.Token, staffPath)
	return s.sessionView(ctx, opened.Session)
}

func (s *server) signOut(ctx context.Context, by core.Actor, _ *struct{}) (*none, error) {
	x := exchangeOf(ctx)
	if err := s.svc.Access.SignOut(ctx, by, cookieValue(x.r, staffCookie)); err != nil {
		return nil, err
	}
	s.setCookie(x, staffCookie, "", staffPath)
	return nil, nil
}

type changePasswordInput struct {
	Body struct {
		Old string `json:"old" minLength:"1" maxLength:"200"`
		New string `json:"new" minLength:"1" maxLength:"200" doc:"at least 10 characters, and not an easy guess"`
	}
}

func (s *server) changePassword(ctx context.Context, by core.Actor, in *changePasswordInput) (*sessionView, error) {
	opened, err := s.svc.Access.ChangePassword(ctx, by, in.Body.Old, in.Body.New)
	if err != nil {
		return nil, err
	}
	s.setCookie(exchangeOf(ctx), staffCookie, opened.Token, staffPath)
	return s.sessionView(ctx, opened.Session)
}

type totpView struct {
	Secret string `json:"secret" doc:"base 32, for typing"`
	URL    string `json:"url" doc:"otpauth address, to be shown as a QR code"`
}

func (s *server) startTotp(ctx context.Context, by core.Actor, _ *struct{}) (*totpView, error) {
	made, err := s.svc.Access.StartTotp(ctx, by)
	if err != nil {
		return nil, err
	}
	return &totpView{made.Secret, made.URL}, nil
}

type codeInput struct {
	Body struct {
		Code string `json:"code" minLength:"6" maxLength:"10"`
	}
}

func (s *server) confirmTotp(ctx context.Context, by core.Actor, in *codeInput) (*none, error) {
	return nil, s.svc.Access.ConfirmTotp(ctx, by, in.Body.Code)
}

func (s *server) endTotp(ctx context.Context, by core.Actor, in *codeInput) (*none, error) {
	return nil, s.svc.Access.EndTotp(ctx, by, in.Body.Code)
}

// staffPath is where the browser shows the staff cookie: everywhere, because a keeper's slip is a page beside the API.
const staffPath = "/"

// setCookie gives the browser a cookie that scripts cannot read and other sites cannot send with a write; an empty
// value takes it away. It ends with the browser: how long a session really lasts, the server decides.
func (s *server) setCookie(x *exchange, name, value, path string) {
	c := &http.Cookie{Name: name, Value: value, Path: path, HttpOnly: true, Secure: s.cfg.Secure, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(x.w, c)
}
