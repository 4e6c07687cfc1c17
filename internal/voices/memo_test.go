package voices_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/files"
	"qunyan/internal/voices"
)

// spoken is three seconds of nothing, as a telephone records them.
const spoken = "RIFF\x2c\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x08\x00\x00\x00\x08\x00\x00\x00\x01\x00\x08\x00data\x18\x00\x00\x00" +
	"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"

type listening struct {
	*office
	files *files.Service
}

func listen(t testing.TB, homes int) listening {
	o := open(t, homes)
	return listening{o, files.New(o.Store, o.Clock, o.IDs, filepath.Join(t.TempDir(), "files"))}
}

func (l listening) memo(by core.Actor) core.ID {
	l.T.Helper()
	f, err := l.files.PutMemo(context.Background(), by, l.Village, strings.NewReader(spoken))
	l.Wants(err, "")
	return f.ID
}

func (l listening) speak(by core.Actor, home int, text string) voices.Suggestion {
	l.T.Helper()
	s, err := l.svc.Raise(context.Background(), by, l.Village, voices.Draft{Household: l.Homes[home], Text: text, Memo: l.memo(by)})
	l.Wants(err, "")
	return s
}

// What was spoken waits in its list, is typed once by one of two clerks, goes to the committees, and is decided on by the other.
func TestASpokenSuggestionsRoad(t *testing.T) {
	t.Parallel()
	l, ctx := listen(t, 2), context.Background()
	raised := l.speak(l.Card(0), 0, " ")
	if raised.State != voices.Untyped || raised.Text != "" || raised.Memo == 0 {
		t.Fatalf("raised: %+v", raised)
	}
	_, err := l.svc.Adopt(ctx, l.Secretary, l.Village, raised.ID, voices.Decision{MinutesNo: "1号"})
	l.Wants(err, "voices.wrong_state")
	_, err = l.svc.Type(ctx, l.Clerk, l.Village, raised.ID, raised.Version, "修路")
	l.Wants(err, "voices.too_short")
	_, err = l.svc.Type(ctx, l.Clerk, l.Village, raised.ID, raised.Version, "打 13800000000 找我")
	l.Wants(err, "voices.personal_number")
	_, err = l.svc.Type(ctx, l.Clerk, l.Village, raised.ID, raised.Version+1, "村口装一盏路灯")
	l.Wants(err, "voices.changed_meanwhile")
	for _, by := range []core.Actor{l.Keeper, l.Supervisor, l.Card(0), l.Card(1)} {
		_, err := l.svc.Type(ctx, by, l.Village, raised.ID, 0, "村口装一盏路灯")
		l.Wants(err, "access.forbidden")
	}
	public, _, err := l.svc.Public(ctx, l.Village, core.Page{})
	l.Wants(err, "")
	if len(public) != 1 || public[0].State != voices.Open || public[0].Text != "" {
		t.Errorf("in public: %+v", public)
	}
	errors := make([]error, 2)
	var both sync.WaitGroup
	for i, by := range []core.Actor{l.Clerk, l.Secretary} {
		both.Go(func() { _, errors[i] = l.svc.Type(ctx, by, l.Village, raised.ID, 0, by.Name+"听到：村口装一盏路灯") })
	}
	both.Wait()
	typist, other := l.Clerk, l.Secretary
	if errors[0] != nil {
		typist, other, errors[1], errors[0] = l.Secretary, l.Clerk, errors[0], errors[1]
	}
	if errors[0] != nil || errs.CodeOf(errors[1]) != "voices.typed_already" {
		t.Fatalf("two at once: %v", errors)
	}
	_, err = l.svc.Adopt(ctx, typist, l.Village, raised.ID, voices.Decision{MinutesNo: "1号"})
	l.Wants(err, "voices.own_suggestion")
	adopted := l.adopt(other, raised.ID)
	if adopted.TypedName != typist.Name || adopted.Text != typist.Name+"听到：村口装一盏路灯" || adopted.Claim == 0 {
		t.Errorf("adopted: %+v", adopted)
	}
}

// A memo is taken once, by the one who sent it, and counts like every suggestion; one with words needs nobody to type it.
func TestWhoseMemoItIs(t *testing.T) {
	t.Parallel()
	l, ctx := listen(t, 2), context.Background()
	mine := l.memo(l.Card(0))
	for name, by := range map[string]core.Actor{"another household": l.Card(1), "the office": l.Clerk} {
		_, err := l.svc.Raise(ctx, by, l.Village, voices.Draft{Household: l.Homes[1], Memo: mine})
		if l.Wants(err, "voices.no_memo"); err == nil {
			t.Errorf("%s took it", name)
		}
	}
	if s, err := l.svc.Raise(ctx, l.Card(0), l.Village, voices.Draft{Text: "村口装一盏路灯", Memo: mine}); err != nil || s.State != voices.Open || s.Memo != mine {
		t.Errorf("with words: %+v, %v", s, err)
	}
	_, err := l.svc.Raise(ctx, l.Card(0), l.Village, voices.Draft{Memo: mine})
	l.Wants(err, "voices.no_memo")
	_, err = l.svc.Raise(ctx, l.Card(0), l.Village, voices.Draft{Memo: 4711})
	l.Wants(err, "voices.no_memo")
	l.speak(l.Clerk, 0, "")
	l.speak(l.Card(0), 0, "")
	_, err = l.svc.Raise(ctx, l.Card(0), l.Village, voices.Draft{Memo: l.memo(l.Card(0))})
	l.Wants(err, "voices.too_many_today")
	waiting, _, err := l.svc.Suggestions(ctx, l.Clerk, l.Village, voices.Untyped, core.Page{})
	if l.Wants(err, ""); len(waiting) != 2 {
		t.Errorf("%d wait to be typed", len(waiting))
	}
}

// A memo is heard by those who type it, whichever way it is asked for, and is swept where no suggestion took it.
func TestWhoHearsAMemo(t *testing.T) {
	t.Parallel()
	l, ctx := listen(t, 2), context.Background()
	s := l.speak(l.Card(0), 0, "")
	foreign := l.Clerk
	for i := range foreign.Grants {
		foreign.Grants = append(foreign.Grants[:0:0], foreign.Grants...)
		foreign.Grants[i].Area++
	}
	for name, by := range map[string]core.Actor{"its household": l.Card(0), "another": l.Card(1), "the keeper": l.Keeper, "the auditor": l.Auditor, "another village's clerk": foreign} {
		if _, _, err := l.files.OpenMemo(ctx, by, l.Village, s.ID); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, by := range []core.Actor{l.Card(0), l.Keeper, l.Clerk} {
		_, err := l.files.Open(ctx, by, l.Village, s.Memo)
		l.Wants(err, "files.no_file")
		_, err = l.files.OpenSmall(ctx, by, l.Village, s.Memo)
		l.Wants(err, "files.no_file")
	}
	l.memo(l.Card(1))
	l.Clock.SetDay(core.DayOf(l.Clock.Now()).Add(8))
	if swept, err := l.files.Sweep(ctx); err != nil || swept != 1 {
		t.Errorf("swept %d, %v", swept, err)
	}
	f, content, err := l.files.OpenMemo(ctx, l.Clerk, l.Village, s.ID)
	l.Wants(err, "")
	if err := content.Close(); err != nil || f.MIME != "audio/wav" || f.Size != int64(len(spoken)) {
		t.Errorf("heard %+v, %v", f, err)
	}
	_, _, err = l.files.OpenMemo(ctx, l.Clerk, l.Village, 4711)
	l.Wants(err, "files.no_memo")
}
