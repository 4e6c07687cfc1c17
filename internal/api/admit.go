package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Names that travel between browser and server.
const (
	staffCookie = "qy_staff"
	cardCookie  = "qy_card"
	csrfHeader  = "X-CSRF-Token"
	cardHeader  = "X-Card"
	keyHeader   = "Idempotency-Key"
)

// admit decides, before a body is parsed, whether a request may reach its operation: how often, who, whether the
// browser page is ours, whether the role allows it in the area of the path; then it reads the body within its bound and
// names the intent.
func (s *server) admit(sp spec, ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	outer := traceOf(r.Context())
	outer.op = sp.ID
	x := &exchange{w: w, r: r, by: core.Actor{From: outer.from, Request: outer.request}}
	err := s.mayPass(ctx.Context(), sp, x)
	if err == nil {
		err = s.readBody(sp, x)
	}
	outer.actor = string(x.by.Kind) + " " + x.by.ID.String()
	if err != nil {
		s.writeProblem(x, err)
		return
	}
	next(huma.WithContext(ctx, withExchange(ctx.Context(), x)))
}

func (s *server) mayPass(ctx context.Context, sp spec, x *exchange) error {
	ctx, cancel := context.WithTimeout(ctx, defaultSeconds*time.Second)
	defer cancel()
	if err := s.limits.take(sp.Limit, x.by.From); err != nil {
		return err
	}
	if err := checkAddress(x.r.URL); err != nil {
		return err
	}
	if err := s.recognize(ctx, sp, x); err != nil {
		return err
	}
	if err := mayDo(sp, x); err != nil {
		return err
	}
	if x.r.Method == http.MethodGet || sp.NoCSRF {
		return nil
	}
	token := x.r.Header.Get(csrfHeader)
	if sp.Auth == authStaff && !x.session.CSRFMatches(token) || sp.Auth == authCard && !x.card.CSRFMatches(token) {
		return errs.New(errs.Forbidden, "access.csrf")
	}
	return nil
}

// recognize finds out who is calling, as far as the operation wants to know.
func (s *server) recognize(ctx context.Context, sp spec, x *exchange) (err error) {
	by := core.Actor{}
	switch sp.Auth {
	case authStaff:
		by, x.session, err = s.svc.Access.Session(ctx, cookieValue(x.r, staffCookie))
	case authCard:
		by, x.card, err = s.svc.Access.OpenCard(ctx, x.r.Header.Get(cardHeader), cookieValue(x.r, cardCookie))
	}
	if err != nil {
		return err
	}
	by.From, by.Request = x.by.From, x.by.Request
	x.by = by
	if x.session.Staff.MustChange && !sp.FirstPassword {
		return errs.New(errs.Forbidden, "access.must_change")
	}
	return nil
}

func cookieValue(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// mayDo is the early check of the operation's permission: in the area of the path, in the card's village, or, where the
// request names its area only inside, anywhere at all. The command checks again, with what it knows.
func mayDo(sp spec, x *exchange) error {
	if sp.Op == "" || sp.Auth == authPublic {
		return nil
	}
	if sp.Auth == authCard {
		return access.Require(x.by, sp.Op, x.by.Village)
	}
	for name, village := range map[string]bool{"village": true, "area": false} {
		text := x.r.PathValue(name)
		if text == "" {
			continue
		}
		area, err := core.ParseArea(text)
		if err != nil || village && area.Level() != core.Village {
			return errs.New(errs.NotFound, "access.no_area").At(name)
		}
		return access.Require(x.by, sp.Op, area)
	}
	return access.RequireAnywhere(x.by, sp.Op)
}

var keyForm = regexp.MustCompile(`^[A-Za-z0-9_-]{8,80}$`)

// readBody takes the whole body into memory, at most sp.MaxBody bytes, and makes the intent of a write: its key and a
// hash of who wants what.
func (s *server) readBody(sp spec, x *exchange) error {
	if x.r.Method == http.MethodGet {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, sp.maxBody()))
	if err != nil {
		return bodyError(err, sp.maxBody())
	}
	x.r.Body = io.NopCloser(bytes.NewReader(body))
	if isJSON(x.r) {
		if err := checkJSON(body); err != nil {
			return err
		}
	}
	key := x.r.Header.Get(keyHeader)
	if key == "" {
		return nil
	}
	if !keyForm.MatchString(key) {
		return errs.New(errs.Invalid, "input.key").At(keyHeader)
	}
	x.by.Intent = core.Intent{Key: key, Hash: s.intentHash(x, body)}
	return nil
}

func (sp spec) maxBody() int64 {
	if sp.MaxBody == 0 {
		return defaultMaxBody
	}
	return sp.MaxBody
}

func bodyError(err error, limit int64) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return errs.New(errs.TooLarge, "input.too_large", "limit", sizeText(limit)).Because(err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errs.New(errs.Invalid, "input.timeout").Because(err)
	}
	return errs.New(errs.Invalid, "input.body").Because(err)
}

// intentHash covers everything that makes two requests the same wish. It is keyed, because it is stored and a body may
// be as short as a PIN. Each part is preceded by its length, so that no two different lists of parts run into the same
// bytes.
func (s *server) intentHash(x *exchange, body []byte) (sum [32]byte) {
	h := hmac.New(sha256.New, s.cfg.IntentKey)
	for _, part := range [][]byte{
		[]byte(x.by.Kind), []byte(x.by.ID.String()), []byte(x.r.Method), []byte(x.r.URL.Path), []byte(x.r.URL.RawQuery), body,
	} {
		var size [8]byte
		for i, n := 0, len(part); i < len(size); i, n = i+1, n>>8 {
			size[i] = byte(n)
		}
		h.Write(size[:])
		h.Write(part)
	}
	h.Sum(sum[:0])
	return sum
}
