package access

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"

	"github.com/pquerna/otp/hotp"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// A code from the phone (TOTP, RFC 6238): six digits, thirty seconds, one step of grace either way.
const (
	totpStepMs = 30_000
	totpGrace  = 1
	issuer     = "群雁"
)

// pendingMark stands before the sealed secret until its first code was given.
const pendingMark = "?"

// Totp is a new secret and the address a phone's authenticator reads as a QR code.
type Totp struct {
	Secret string
	URL    string
}

// StartTotp makes a secret for the signed-in account. It counts from ConfirmTotp on. access.totp_on if one counts
// already.
func (s *Service) StartTotp(ctx context.Context, by core.Actor) (Totp, error) {
	raw := make([]byte, 20)
	_, _ = rand.Read(raw) // never fails
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	var login string
	err := s.changeOwn(ctx, by, "access.totp_start", func(ctx context.Context, tx *store.Tx, own account) error {
		if own.TotpOn {
			return errs.New(errs.Conflict, "access.totp_on")
		}
		login = own.Login
		sealed, err := s.seal(own.ID, secret)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, setTotpSQL, pendingMark+sealed, s.clock.Now(), own.ID)
		return err
	})
	if err != nil {
		return Totp{}, err
	}
	q := url.Values{"secret": {secret}, "issuer": {issuer}}
	address := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + login, RawQuery: q.Encode()}
	return Totp{Secret: secret, URL: address.String()}, nil
}

// ConfirmTotp turns the started secret on, once a code proves that the phone has it.
func (s *Service) ConfirmTotp(ctx context.Context, by core.Actor, code string) error {
	return s.changeOwn(ctx, by, "access.totp_on", func(ctx context.Context, tx *store.Tx, own account) error {
		sealed, pending := strings.CutPrefix(own.totpSecret, pendingMark)
		switch {
		case own.TotpOn:
			return errs.New(errs.Conflict, "access.totp_on")
		case !pending:
			return errs.New(errs.Conflict, "access.totp_off")
		}
		own.totpSecret = sealed
		step, err := s.checkCode(own, code)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, setTotpSQL, sealed, s.clock.Now(), own.ID); err != nil {
			return err
		}
		return useStep(ctx, tx, own.ID, step)
	})
}

// EndTotp turns codes off; it takes a code, so that a browser left open is not enough.
func (s *Service) EndTotp(ctx context.Context, by core.Actor, code string) error {
	return s.changeOwn(ctx, by, "access.totp_off", func(ctx context.Context, tx *store.Tx, own account) error {
		if !own.TotpOn {
			return errs.New(errs.Conflict, "access.totp_off")
		}
		step, err := s.checkCode(own, code)
		if err != nil {
			return err
		}
		if err := useStep(ctx, tx, own.ID, step); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, setTotpSQL, "", s.clock.Now(), own.ID)
		return err
	})
}

// changeOwn runs a change of the signed-in account with its audit line.
func (s *Service) changeOwn(ctx context.Context, by core.Actor, action string, change func(context.Context, *store.Tx, account) error) error {
	if by.Kind != core.StaffActor {
		return errs.New(errs.Unauthenticated, "access.sign_in")
	}
	return s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		own, err := takeAccount(ctx, tx, by.ID)
		if err != nil {
			return err
		}
		if err := change(ctx, tx, own); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, own.Staff, action, nil, nil)
	})
}

// checkCode finds the time step a code belongs to; access.code_wrong if none within the grace, or one that was used.
func (s *Service) checkCode(a account, code string) (step int64, err error) {
	wrong := errs.New(errs.Unauthenticated, "access.code_wrong").At("code")
	secret, err := s.unseal(a.ID, a.totpSecret)
	if err != nil {
		return 0, err
	}
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	now := s.clock.Now() / totpStepMs
	for step := now - totpGrace; step <= now+totpGrace; step++ {
		want, err := hotp.GenerateCode(secret, uint64(step))
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			if step <= a.totpStep {
				return 0, wrong
			}
			return step, nil
		}
	}
	return 0, wrong
}

// useStep makes a step the last one accepted; of two requests with the same code one fails.
func useStep(ctx context.Context, tx *store.Tx, id core.ID, step int64) error {
	n, err := tx.Exec(ctx, useTotpStepSQL, step, id)
	if err == nil && n == 0 {
		return errs.New(errs.Unauthenticated, "access.code_wrong").At("code")
	}
	return err
}

// seal encrypts a secret for one account, so that a copy of the database alone gives no codes.
func (s *Service) seal(id core.ID, secret string) (string, error) {
	aead, err := s.sealer()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return base64.RawStdEncoding.EncodeToString(aead.Seal(nonce, nonce, []byte(secret), []byte(id.String()))), nil
}

func (s *Service) unseal(id core.ID, sealed string) (string, error) {
	aead, err := s.sealer()
	if err != nil {
		return "", err
	}
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < aead.NonceSize() {
		return "", errors.New("access: the stored secret of a phone code cannot be read")
	}
	secret, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], []byte(id.String()))
	if err != nil {
		return "", errors.New("access: the stored secret of a phone code was sealed with another key")
	}
	return string(secret), nil
}

func (s *Service) sealer() (cipher.AEAD, error) {
	block, err := aes.NewCipher(derive(s.key, "", "totp", 32))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
