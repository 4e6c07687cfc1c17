package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/messages"
	"qunyan/internal/offline"
)

const offlineTag = "Counter without a network"

type offlineRule struct {
	Share      int64       `json:"share" doc:"per cent of a household's spendable points that may be spent offline; 0 switches offline work off"`
	Total      core.Points `json:"total" doc:"points the whole shop may hand out offline"`
	Days       int64       `json:"days" doc:"that an allowance is good for, 1 to 7"`
	Tills      int64       `json:"tills" doc:"how many phones share it, each with a part of its own"`
	SecondFrom core.Points `json:"second_from" doc:"points from which two persons settle what needs review; 0 never"`
	Version    int64       `json:"version" doc:"the one the editor saw; 0 for the first"`
}

// offlineLine is goods on a slip beside what they are now.
type offlineLine struct {
	Item     core.ID     `json:"item"`
	Name     string      `json:"name"`
	Unit     string      `json:"unit"`
	Qty      int64       `json:"qty"`
	Price    core.Points `json:"price" doc:"on the slip"`
	PriceNow core.Points `json:"price_now"`
	Left     int64       `json:"left" doc:"in stock by the book"`
}

type tillRow struct {
	ID         core.ID `json:"id"`
	Name       string  `json:"name"`
	StaffName  string  `json:"staff_name"`
	State      string  `json:"state" enum:"active,revoked"`
	EnrolledMs int64   `json:"enrolled_ms"`
	SeenMs     int64   `json:"seen_ms" doc:"last contact"`
	UntilMs    int64   `json:"until_ms" doc:"end of the allowance it holds; 0 without one"`
	Waiting    int64   `json:"waiting" doc:"of what it sent, how much needs review"`
	EndedName  string  `json:"ended_name"`
	Reason     string  `json:"reason"`
	EndedMs    int64   `json:"ended_ms"`
}

type enrolledView struct {
	ID   core.ID `json:"id"`
	Key  []byte  `json:"key" doc:"seals what the till writes down (AES-256-GCM); given now, kept behind the keeper's PIN"`
	Sign []byte  `json:"sign" doc:"public key of allowances (Ed25519, 32 bytes)"`
}

type allowanceView struct {
	ID        core.ID `json:"id"`
	Text      string  `json:"text" doc:"docs/offline.md says how it is read"`
	Signature []byte  `json:"signature" doc:"Ed25519 over the text's bytes"`
	IssuedMs  int64   `json:"issued_ms"`
	UntilMs   int64   `json:"until_ms"`
}

type envelope struct {
	Key    string `json:"key" maxLength:"36" doc:"UUID of the intent, made by the till"`
	Sealed []byte `json:"sealed" doc:"nonce and AES-256-GCM of the intent under the till's key, at most 8 KiB"`
}

type syncBody struct {
	Intents []envelope `json:"intents" maxItems:"500"`
}

func (b syncBody) batch() []offline.Envelope {
	batch := make([]offline.Envelope, len(b.Intents))
	for i, e := range b.Intents {
		batch[i] = offline.Envelope(e)
	}
	return batch
}

// reasonView is why something needs review.
type reasonView struct {
	Code   string         `json:"code" doc:"a problem's code; '' for none"`
	Text   string         `json:"text" doc:"in the reader's language"`
	Params map[string]any `json:"params"`
}

func viewReason(ctx context.Context, e *errs.Error) reasonView {
	if e == nil {
		return reasonView{}
	}
	lang := langOf(exchangeOf(ctx).r)
	return reasonView{Code: e.Code, Text: messages.Text(lang, "errors."+e.Code, readableParams(lang, e.Params)), Params: e.Params}
}

type syncAnswer struct {
	Key        string         `json:"key"`
	Result     offline.Result `json:"result" enum:"done,already,review,unreadable"`
	State      string         `json:"state" enum:",done,review,accepted,returned,lost"`
	ID         core.ID        `json:"id"`
	Redemption core.ID        `json:"redemption"`
	No         int64          `json:"no" doc:"number in the book; 0 while there is none"`
	Reason     reasonView     `json:"reason"`
}

type syncView struct {
	Till    string       `json:"till" enum:"active,revoked" doc:"revoked: the phone wipes itself once its queue is answered"`
	NowMs   int64        `json:"now_ms" doc:"the server's clock"`
	Answers []syncAnswer `json:"answers"`
}

func (s *server) viewSynced(ctx context.Context, in offline.Synced) *syncView {
	v := &syncView{Till: in.Till, NowMs: s.svc.Clock.Now(), Answers: make([]syncAnswer, len(in.Answers))}
	for i, a := range in.Answers {
		v.Answers[i] = syncAnswer{Key: a.Key, Result: a.Result, State: a.State, ID: a.ID, Redemption: a.Redemption, No: a.No, Reason: viewReason(ctx, a.Reason)}
	}
	return v
}

type caseView struct {
	ID         core.ID       `json:"id"`
	Code       string        `json:"code" doc:"on the slip printed offline"`
	State      string        `json:"state" enum:"done,review,accepted,returned,lost"`
	Reason     reasonView    `json:"reason"`
	TillName   string        `json:"till_name"`
	MakerName  string        `json:"maker_name"`
	Household  core.ID       `json:"household"`
	Number     int64         `json:"number"`
	Head       string        `json:"head"`
	GroupName  string        `json:"group_name"`
	Points     core.Points   `json:"points"`
	Free       core.Points   `json:"free" doc:"the household can spend now"`
	Lines      []offlineLine `json:"lines"`
	MadeMs     int64         `json:"made_ms" doc:"by the till"`
	CameMs     int64         `json:"came_ms"`
	No         int64         `json:"no"`
	Redemption core.ID       `json:"redemption"`
	Wish       string        `json:"wish" enum:",accepted,returned,lost" doc:"of the first of two persons"`
	WishName   string        `json:"wish_name"`
	Note       string        `json:"note"`
	EndedName  string        `json:"ended_name"`
	EndedMs    int64         `json:"ended_ms"`
	NeedsTwo   bool          `json:"needs_two" doc:"two persons settle it"`
}

func viewCase(ctx context.Context) func(offline.Case) caseView {
	return func(c offline.Case) caseView {
		lines := make([]offlineLine, len(c.Lines))
		for i, l := range c.Lines {
			lines[i] = offlineLine(l)
		}
		return caseView{
			ID: c.ID, Code: c.Code, State: c.State, Reason: viewReason(ctx, c.Reason), TillName: c.TillName, MakerName: c.MakerName,
			Household: c.Household, Number: c.Number, Head: c.Head, GroupName: c.GroupName, Points: c.Points, Free: c.Free, Lines: lines,
			MadeMs: c.MadeMs, CameMs: c.CameMs, No: c.No, Redemption: c.Redemption, Wish: c.Wish, WishName: c.WishName, Note: c.Note,
			EndedName: c.EndedName, EndedMs: c.EndedMs, NeedsTwo: c.NeedsTwo,
		}
	}
}

func (s *server) registerOffline() {
	s.registerOfflineRule()
	s.registerTills()
	s.registerSync()
	s.registerCases()
}

func viewOfflineRule(r offline.Rule) offlineRule { return offlineRule(r) }

func (s *server) registerOfflineRule() {
	handle(s, spec{
		ID: "get-offline-rule", Method: http.MethodGet, Path: "/villages/{village}/offline-rule", Tag: offlineTag, Op: access.OpReadVillage,
		Summary: "What the village allows its counter without a network",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*offlineRule, error) {
		rule, err := s.svc.Offline.Rule(ctx, by, in.Village.Area)
		return viewed(rule, err, viewOfflineRule)
	})
	handle(s, spec{
		ID: "save-offline-rule", Method: http.MethodPut, Path: "/villages/{village}/offline-rule", Tag: offlineTag, Op: access.OpManageShop,
		Summary: "Change it, from the next allowance on",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body offlineRule
	}) (*offlineRule, error) {
		rule, err := s.svc.Offline.SaveRule(ctx, by, in.Village.Area, offline.Rule(in.Body))
		return viewed(rule, err, viewOfflineRule)
	})
}

func viewTillRow(t offline.Till) tillRow {
	return tillRow{ID: t.ID, Name: t.Name, StaffName: t.StaffName, State: t.State, EnrolledMs: t.EnrolledMs, SeenMs: t.SeenMs,
		UntilMs: t.UntilMs, Waiting: t.Waiting, EndedName: t.EndedName, Reason: t.Reason, EndedMs: t.EndedMs}
}

func (s *server) registerTills() {
	handle(s, spec{
		ID: "list-tills", Method: http.MethodGet, Path: "/villages/{village}/tills", Tag: offlineTag, Op: access.OpReadVillage,
		Summary: "Phones that may work without a network, newest first",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*list[tillRow], error) {
		tills, err := s.svc.Offline.Tills(ctx, by, in.Village.Area)
		return listOf(tills, "", viewTillRow), err
	})
	handle(s, spec{
		ID: "enrol-till", Method: http.MethodPost, Path: "/villages/{village}/tills", Tag: offlineTag, Op: access.OpRedeem,
		Status: http.StatusCreated, Summary: "Make the keeper's phone a till",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body struct {
			Name string `json:"name" maxLength:"40"`
		}
	}) (*enrolledView, error) {
		e, err := s.svc.Offline.Enrol(ctx, by, in.Village.Area, in.Body.Name)
		return &enrolledView{ID: e.ID, Key: e.Key, Sign: e.Sign}, err
	})
	handle(s, spec{
		ID: "revoke-till", Method: http.MethodPost, Path: "/villages/{village}/tills/{id}/revoke", Tag: offlineTag, Op: access.OpManageTills,
		Status: http.StatusNoContent, Summary: "End a till, for a phone that was lost or given away",
		Detail: "It gets no allowance any more, what it still sends waits for review, and the phone wipes itself at its next contact.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Reason string `json:"reason" maxLength:"400"`
		}
	}) (*none, error) {
		return &none{}, s.svc.Offline.Revoke(ctx, by, in.Village.Area, in.ID.ID, in.Body.Reason)
	})
	handle(s, spec{
		ID: "issue-allowance", Method: http.MethodPost, Path: "/villages/{village}/tills/{id}/allowance", Tag: offlineTag, Op: access.OpRedeem,
		Summary: "Households, goods and what may be handed out offline, signed",
		Detail:  "The new allowance takes the place of the one before; the till sends its queue first.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*allowanceView, error) {
		a, err := s.svc.Offline.Issue(ctx, by, in.Village.Area, in.ID.ID)
		return &allowanceView{ID: a.ID, Text: a.Text, Signature: a.Signature, IssuedMs: a.IssuedMs, UntilMs: a.UntilMs}, err
	})
}

// mostSync fits five hundred redemptions of a full basket each.
const mostSync = 4 << 20

func (s *server) registerSync() {
	handle(s, spec{
		ID: "sync-till", Method: http.MethodPost, Path: "/villages/{village}/tills/{id}/intents", Tag: offlineTag, Op: access.OpRedeem,
		MaxBody: mostSync, Summary: "Send what was handed out offline",
		Detail: "In the till's order; each is booked, or put aside for review, once, however often it is sent.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body syncBody
	}) (*syncView, error) {
		out, err := s.svc.Offline.Sync(ctx, by, in.Village.Area, in.ID.ID, in.Body.batch())
		return s.viewSynced(ctx, out), err
	})
	handle(s, spec{
		ID: "import-till", Method: http.MethodPost, Path: "/villages/{village}/tills/{id}/import", Tag: offlineTag, Op: access.OpManageTills,
		MaxBody: mostSync, Summary: "Take in the file that a till exported",
		Detail: "The same as sending; what came before is answered as it was.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body syncBody
	}) (*syncView, error) {
		out, err := s.svc.Offline.Import(ctx, by, in.Village.Area, in.ID.ID, in.Body.batch())
		return s.viewSynced(ctx, out), err
	})
}

func (s *server) registerCases() {
	handle(s, spec{
		ID: "list-offline-redemptions", Method: http.MethodGet, Path: "/villages/{village}/offline-redemptions", Tag: offlineTag, Op: access.OpReadVillage,
		Summary: "What tills handed out offline, newest first, with both sides of what needs review",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
		State string `query:"state" enum:"done,review,accepted,returned,lost" doc:"leave out for all"`
	}) (*list[caseView], error) {
		cases, next, err := s.svc.Offline.Cases(ctx, by, in.Village.Area, in.State, in.page())
		return listOf(cases, next, viewCase(ctx)), err
	})
	handle(s, spec{
		ID: "settle-offline-redemption", Method: http.MethodPost, Path: "/villages/{village}/offline-redemptions/{id}/settle", Tag: offlineTag,
		Op: access.OpSettleOffline, Summary: "Decide one that needs review; not by the keeper who handed the goods out",
		Detail: "accepted takes the points at the slip's prices; returned moves nothing; lost takes the goods out of the book without points. " +
			"From the village's sum on, it happens when a second person says the same.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Way  string `json:"way" enum:"accepted,returned,lost"`
			Note string `json:"note" maxLength:"400" doc:"why"`
		}
	}) (*caseView, error) {
		c, err := s.svc.Offline.Settle(ctx, by, offline.SettleInput{Village: in.Village.Area, ID: in.ID.ID, Way: in.Body.Way, Note: in.Body.Note})
		return viewed(c, err, viewCase(ctx))
	})
}
