package access_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
)

const pin = "2580"

// issued gives a household a card with the test's PIN.
func (o *office) issued(by core.Actor, household core.ID) access.Issued {
	o.t.Helper()
	card, err := o.svc.IssueCard(context.Background(), by, o.village, household)
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.svc.SetPin(context.Background(), by, o.village, card.ID, pin); err != nil {
		o.t.Fatal(err)
	}
	return card
}

func (o *office) unlock(token, pin string) (access.OpenedCard, error) {
	return o.svc.UnlockCard(context.Background(), core.Actor{From: "10.0.0.2", Request: "r2"}, token, pin)
}

func TestACardOpensItsHouseholdsPassbook(t *testing.T) {
	t.Parallel()
	o := open(t)
	household := o.household(o.village)
	card := o.issued(o.clerk(), household)
	by, session, err := o.svc.OpenCard(context.Background(), card.Token, "")
	if err != nil {
		t.Fatal(err)
	}
	if by.Kind != core.CardActor || by.Village != o.village || by.Household != household || by.Unlocked || session.CSRF != "" {
		t.Errorf("opened %+v, %+v", by, session)
	}
	opened, err := o.unlock(card.Token, pin)
	if err != nil {
		t.Fatal(err)
	}
	by, session, err = o.svc.OpenCard(context.Background(), card.Token, opened.Token)
	if err != nil || !by.Unlocked || !session.CSRFMatches(opened.CSRF) {
		t.Errorf("after the PIN: %+v, %v", by, err)
	}
	o.clock.Advance(30 * minute)
	if by, _, err = o.svc.OpenCard(context.Background(), card.Token, opened.Token); err != nil || by.Unlocked {
		t.Errorf("half an hour later: %+v, %v", by, err)
	}
}

// Typed in, a token and a code survive what people make of base 32.
func TestTokensAndCodesAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	o := open(t)
	by := o.clerk()
	card := o.issued(by, o.household(o.village))
	typed := strings.ToLower(strings.NewReplacer("0", "O", "1", "l").Replace(card.Token))
	if got, err := o.svc.CardByToken(context.Background(), typed[:10]+" "+typed[10:]); err != nil || got.ID != card.ID {
		t.Errorf("token: %+v, %v", got, err)
	}
	for _, code := range []string{card.Code, access.FormatCode(card.Code), strings.ToLower(access.FormatCode(card.Code)), " " + card.Code} {
		if got, err := o.svc.CardByCode(context.Background(), by, o.village, code); err != nil || got.ID != card.ID {
			t.Errorf("code %q: %+v, %v", code, got, err)
		}
	}
}

func TestForgedCardsAreUnknown(t *testing.T) {
	t.Parallel()
	o := open(t)
	card := o.issued(o.clerk(), o.household(o.village))
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	changed := func(at int) string {
		next := letters[(strings.IndexByte(letters, card.Token[at])+1)%len(letters)]
		return card.Token[:at] + string(next) + card.Token[at+1:]
	}
	for what, token := range map[string]string{
		"nothing": "", "a code": card.Code, "one character changed": changed(35), "one character short": card.Token[:35], "one too many": card.Token + "0",
		"another village's": changed(9), "signs": strings.Repeat("!", 36), "Chinese": strings.Repeat("卡", 36), "endless": strings.Repeat("0", 1<<16),
		"SQL": "' OR '1'='1",
	} {
		_, err := o.svc.CardByToken(context.Background(), token)
		if err == nil || errs.CodeOf(err) != "access.card_unknown" {
			t.Errorf("%s: %v", what, err)
		}
		if _, _, err := o.svc.OpenCard(context.Background(), token, ""); err == nil || errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("%s, by its holder: %v", what, err)
		}
	}
}

func TestANewCardMakesTheOldOneWorthless(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	by, household := o.clerk(), o.household(o.village)
	lost := o.issued(by, household)
	opened, err := o.unlock(lost.Token, pin)
	if err != nil {
		t.Fatal(err)
	}
	fresh := o.issued(by, household)
	_, _, err = o.svc.OpenCard(ctx, lost.Token, opened.Token)
	wantCode(t, err, "access.card_revoked")
	_, err = o.svc.CardByCode(ctx, by, o.village, lost.Code)
	wantCode(t, err, "access.card_revoked")
	_, err = o.svc.SetPin(ctx, by, o.village, lost.ID, "1379")
	wantCode(t, err, "access.card_revoked")
	if _, _, err := o.svc.OpenCard(ctx, fresh.Token, opened.Token); err != nil {
		t.Errorf("the new one: %v", err)
	}
	if by, _, _ := o.svc.OpenCard(ctx, fresh.Token, opened.Token); by.Unlocked {
		t.Error("the old card's PIN unlocked the new card")
	}
	for range 2 { // revoking twice changes nothing
		got, err := o.svc.RevokeCard(ctx, by, o.village, fresh.ID, "丢了")
		if err != nil || got.State != access.CardRevoked || got.Reason != "丢了" {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	cards, err := o.svc.Cards(ctx, by, o.village, household)
	if err != nil || len(cards) != 2 || cards[0].ID != fresh.ID {
		t.Errorf("cards %+v, %v", cards, err)
	}
	trail := o.trail()
	for _, secret := range []string{lost.Token, fresh.Token, pin, lost.Code} {
		if strings.Contains(trail, secret) {
			t.Errorf("%q stands in the audit trail", secret)
		}
	}
	if strings.Count(trail, "access.revoke_card") != 2 || strings.Count(trail, "access.issue_card") != 2 {
		t.Errorf("audit trail:\n%s", trail)
	}
}

func TestWrongPinsLockTheCard(t *testing.T) {
	t.Parallel()
	o := open(t)
	by := o.clerk()
	card := o.issued(by, o.household(o.village))
	for left := 4; left > 0; left-- {
		_, err := o.unlock(card.Token, "1111")
		wantCode(t, err, "access.pin_wrong")
		if got := errs.From(err).Params["left"]; got != int64(left) {
			t.Fatalf("%v tries left, want %d", got, left)
		}
	}
	for want := int64(15); want <= 24*60; want = min(want*2, 24*60) {
		_, err := o.unlock(card.Token, "1111")
		wantCode(t, err, "access.pin_locked")
		if got := errs.From(err).Params["minutes"]; got != want {
			t.Fatalf("locked for %v minutes, want %d", got, want)
		}
		_, err = o.unlock(card.Token, pin)
		wantCode(t, err, "access.pin_locked")
		if want == 24*60 {
			break
		}
		o.clock.Advance(want * minute)
	}
	if _, err := o.svc.SetPin(context.Background(), by, o.village, card.ID, "1379"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.unlock(card.Token, "1379"); err != nil {
		t.Errorf("the office's new PIN: %v", err)
	}
	if !strings.Contains(o.trail(), "access.lock_card card") {
		t.Error("no audit line tells of the lock")
	}
}

// Many phones at once get no more guesses than one.
func TestGuessingInParallelGainsNothing(t *testing.T) {
	t.Parallel()
	o := open(t)
	card := o.issued(o.clerk(), o.household(o.village))
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if _, err := o.unlock(card.Token, "9137"); err == nil {
				t.Error("a wrong PIN opened")
			}
		})
	}
	wg.Wait()
	_, err := o.unlock(card.Token, pin)
	wantCode(t, err, "access.pin_locked")
}

func TestPins(t *testing.T) {
	t.Parallel()
	o := open(t)
	by := o.clerk()
	card, err := o.svc.IssueCard(context.Background(), by, o.village, o.household(o.village))
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.unlock(card.Token, pin)
	wantCode(t, err, "access.pin_unset")
	for _, bad := range []string{"", "123", "1234567", "12a4", "0000", "888888", "123456", "654321", "２５８０", "25 80", "-258"} {
		_, err := o.svc.SetPin(context.Background(), by, o.village, card.ID, bad)
		if err == nil || errs.CodeOf(err) != "access.pin_format" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"2580", "13790", "112233"} {
		if got, err := o.svc.SetPin(context.Background(), by, o.village, card.ID, good); err != nil || !got.PinSet {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestCardsStayInTheirVillage(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	card := o.issued(o.clerk(), o.household(o.village))
	foreign := o.actor("foreign", core.Grant{Role: core.RoleClerk, Area: o.foreign})
	_, err := o.svc.IssueCard(ctx, foreign, o.village, card.Household)
	wantCode(t, err, "access.forbidden")
	_, err = o.svc.IssueCard(ctx, foreign, o.foreign, card.Household)
	wantCode(t, err, "access.no_household")
	_, err = o.svc.RevokeCard(ctx, foreign, o.foreign, card.ID, "x")
	wantCode(t, err, "access.card_unknown")
	_, err = o.svc.SetPin(ctx, foreign, o.foreign, card.ID, "1379")
	wantCode(t, err, "access.card_unknown")
	_, err = o.svc.CardByCode(ctx, foreign, o.foreign, card.Code)
	wantCode(t, err, "access.card_unknown")
	_, err = o.svc.CardByCode(ctx, foreign, o.village, card.Code)
	wantCode(t, err, "access.forbidden")
	_, err = o.svc.CardByCode(ctx, core.Actor{}, o.village, card.Code)
	wantCode(t, err, "access.sign_in") // the printed code alone is worth nothing
}

func TestARepeatedIssueGivesTheSameCard(t *testing.T) {
	t.Parallel()
	o := open(t)
	ctx := context.Background()
	by, household := intent(o.clerk(), "issue-01", 1), o.household(o.village)
	card, err := o.svc.IssueCard(ctx, by, o.village, household)
	if err != nil {
		t.Fatal(err)
	}
	again, err := o.svc.IssueCard(ctx, by, o.village, household)
	if err != nil || again.Token != card.Token || again.ID != card.ID {
		t.Errorf("another card: %v, %v", again.ID != card.ID, err)
	}
	if _, err := o.svc.CardByToken(ctx, again.Token); err != nil {
		t.Errorf("it does not open: %v", err)
	}
	other, err := o.svc.IssueCard(ctx, intent(by, "issue-02", 1), o.village, household)
	if err != nil || other.Token == card.Token {
		t.Errorf("a new wish gave the old card, %v", err)
	}
}

func TestAVillagesCardsAreIssuedTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	o := open(t)
	by := o.clerk()
	households := []core.ID{o.household(o.village)}
	for range 20 {
		o.clock.Advance(1)
		households = append(households, o.household(o.village))
	}
	issued, err := o.svc.IssueCards(context.Background(), by, o.village, households)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, card := range issued {
		if card.Household != households[i] || seen[card.Token] || seen[card.Code] {
			t.Errorf("card %d: %+v", i, card)
		}
		seen[card.Token], seen[card.Code] = true, true
	}
	_, err = o.svc.IssueCards(context.Background(), by, o.village, append(households, 12345))
	wantCode(t, err, "access.no_household")
	if _, err := o.svc.CardByToken(context.Background(), issued[0].Token); err != nil {
		t.Errorf("a refused batch revoked a card: %v", err)
	}
}

// Whatever is typed, the reader neither panics nor finds a card.
func TestAnyTextIsReadWithoutHarm(t *testing.T) {
	t.Parallel()
	o := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		if _, err := o.svc.CardByToken(context.Background(), text); err == nil || errs.KindOf(err) != errs.NotFound {
			rt.Fatalf("%q: %v", text, err)
		}
	})
}
