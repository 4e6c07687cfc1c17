package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/messages"
	"qunyan/internal/report"
	"qunyan/internal/rulebook"
)

type copyView struct {
	ID       core.ID `json:"id" doc:"0 for the page itself"`
	Way      string  `json:"way" enum:"page,board_a4,board_a3,chat"`
	Place    string  `json:"place" doc:"which board or group; '' for the page"`
	ByName   string  `json:"by_name"`
	PostedMs int64   `json:"posted_ms"`
	DownName string  `json:"down_name" doc:"'' while it is up, and for the page"`
	DownMs   int64   `json:"down_ms" doc:"0 while it is up"`
	Due      bool    `json:"due" doc:"it is up and should be taken down"`
}

func viewCopy(c claims.Copy) copyView {
	return copyView{ID: c.ID, Way: string(c.Way), Place: c.Place, ByName: c.ByName, PostedMs: c.PostedMs, DownName: c.DownName, DownMs: c.DownMs, Due: c.Due}
}

type madeID struct {
	ID core.ID `json:"id"`
}

func viewMade(id core.ID) madeID { return madeID{id} }

func (s *server) registerCopies() {
	handle(s, spec{
		ID: "list-notice-copies", Method: http.MethodGet, Path: "/villages/{village}/notices/{id}/copies", Tag: monthTag, Op: access.OpReadVillage,
		Summary: "Where a list was posted, by whom, and when it was taken down", Detail: "The page comes first. There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*list[copyView], error) {
		rows, err := s.svc.Claims.Copies(ctx, by, in.Village.Area, in.ID.ID)
		return listOf(rows, "", viewCopy), err
	})
	handle(s, spec{
		ID: "record-notice-copy", Method: http.MethodPost, Path: "/villages/{village}/notices/{id}/copies", Tag: monthTag, Op: access.OpPublishNotice,
		Status: http.StatusCreated, Summary: "Write down that a list was put on a board or sent to a chat group",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Way   string `json:"way" enum:"board_a4,board_a3,chat"`
			Place string `json:"place" maxLength:"60" doc:"which board or group"`
		}
	}) (*madeID, error) {
		id, err := s.svc.Claims.RecordCopy(ctx, by, in.Village.Area, in.ID.ID, claims.Way(in.Body.Way), in.Body.Place)
		return viewed(id, err, viewMade)
	})
	handle(s, spec{
		ID: "take-notice-copy-down", Method: http.MethodPost, Path: "/villages/{village}/notices/{id}/copies/{copy}/down", Tag: monthTag, Op: access.OpPublishNotice,
		Summary: "Write down that a copy of a list was taken down",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Copy idParam `path:"copy"`
		Body struct{}
	}) (*madeID, error) {
		err := s.svc.Claims.TakeCopyDown(ctx, by, in.Village.Area, in.ID.ID, in.Copy.ID)
		return viewed(in.Copy.ID, err, viewMade)
	})
	s.registerShares()
	s.registerExpiry()
}

type shareView struct {
	Household core.ID     `json:"household"`
	Number    int64       `json:"number"`
	GroupName string      `json:"group_name"`
	Head      string      `json:"head"`
	Claims    int64       `json:"claims"`
	Earned    core.Points `json:"earned"`
	Deducted  core.Points `json:"deducted" doc:"as judged; what is really taken is known at the close"`
	Frozen    int64       `json:"frozen" doc:"claims that wait for an answer to an objection"`
}

func viewShare(c claims.Share) shareView {
	return shareView{Household: c.Household, Number: c.Number, GroupName: c.Group, Head: c.Head, Claims: c.Claims, Earned: c.Earned, Deducted: c.Deducted, Frozen: c.Frozen}
}

func (s *server) registerShares() {
	handle(s, spec{
		ID: "list-month-households", Method: http.MethodGet, Path: "/villages/{village}/months/{month}/households", Tag: monthTag, Op: access.OpReadVillage,
		Summary: "What each household gets from a month, in the order of the village's list",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InMonth
		PageQuery
		Find string `query:"find" maxLength:"40" doc:"a number, a name or its initials"`
	}) (*list[shareView], error) {
		rows, next, err := s.svc.Claims.Shares(ctx, by, in.Village.Area, in.Month, in.Find, in.page())
		return listOf(rows, next, viewShare), err
	})
	handle(s, spec{
		ID: "get-public-notice-chat", Method: http.MethodGet, Path: "/public/villages/{village}/notices/{id}/chat", Tag: publicTag, Auth: authPublic,
		Summary: "A notice as plain text for a chat group", Detail: "The lines, numbers and masked names of the board, cut into messages between lines.",
	}, s.chatText)
}

type chatView struct {
	Messages []string `json:"messages"`
}

func (s *server) chatText(ctx context.Context, _ core.Actor, in *struct {
	InVillage
	ByID
	LangQuery
	Most int `query:"most" minimum:"0" maximum:"10000" doc:"longest message in characters, from 200; left out: 2000"`
}) (*chatView, error) {
	village, id := in.Village.Area, in.ID.ID
	n, lines, err := s.svc.Claims.PublicNotice(ctx, village, id)
	if err != nil {
		return nil, err
	}
	fixed, err := s.svc.Claims.PublicCorrections(ctx, village, id)
	if err != nil {
		return nil, err
	}
	area, err := s.svc.Directory.Area(ctx, village)
	if err != nil {
		return nil, err
	}
	x := exchangeOf(ctx)
	lang := x.lang()
	if in.Lang != "" {
		lang = messages.Lang(in.Lang)
	}
	most := in.Most
	if most == 0 {
		most = claims.ChatDefault
	}
	text := claims.ChatText{Lang: lang, Notice: n, Lines: lines, Corrections: fixed, Link: s.origin(x.r) + "/p/" + village.String() + "/notice/" + id.String(),
		Title: claims.ChatTitle(lang, area.Short, n)}
	return &chatView{text.Messages(most)}, nil
}

// ShareExport is what each household gets from a month.
type ShareExport struct {
	VillageExport
	Month core.Month `query:"month" required:"true"`
}

func shareExport(s *server) exported[ShareExport] {
	return exported[ShareExport]{
		Path: "/villages/{village}/export/shares", Op: access.OpReadVillage, Name: "export.list.shares",
		Columns: columnsOf("export.column.", "number group head claims points deducted frozen"),
		Rows: func(ctx context.Context, by core.Actor, in *ShareExport, _ words, add func(...any) error) error {
			return eachPage(ctx, func(page core.Page) ([]claims.Share, string, error) {
				return s.svc.Claims.Shares(ctx, by, in.Village.Area, in.Month, "", page)
			}, func(h claims.Share) error {
				return add(h.Number, h.Group, h.Head, h.Claims, h.Earned, h.Deducted, h.Frozen)
			})
		},
	}
}

type expiryView struct {
	Months    int64    `json:"months" doc:"0: points never expire"`
	FromDay   core.Day `json:"from_day"`
	Since     core.Day `json:"since_day" doc:"points earned before count as earned on this day"`
	Kind      string   `json:"kind" enum:",assembly,households,representatives" doc:"who decided; '' where nothing was voted"`
	VoteDay   core.Day `json:"vote_day"`
	Due       int64    `json:"due"`
	Present   int64    `json:"present"`
	InFavour  int64    `json:"in_favour"`
	MinutesNo string   `json:"minutes_no"`
	PartyDay  core.Day `json:"party_day" doc:"of the Party members' meeting; 0 if there was none"`
	ByName    string   `json:"by_name"`
}

func viewExpiry(e claims.Expiry) expiryView {
	v := e.Vote
	return expiryView{Months: e.Months, FromDay: e.FromDay, Since: e.Since, Kind: string(v.Kind), VoteDay: v.Day, Due: v.Due, Present: v.Present,
		InFavour: v.InFavour, MinutesNo: v.MinutesNo, PartyDay: e.Party.Day, ByName: e.ByName}
}

type expiryState struct {
	Now    expiryView `json:"now" doc:"in force today"`
	Newest expiryView `json:"newest" doc:"voted last; it may begin later"`

	Soon       []warningView `json:"soon" doc:"what expires within the next months if it is not spent, of the whole village"`
	Households int           `json:"households" doc:"of how many households that is"`
}

type warningView struct {
	Month  core.Month  `json:"month" doc:"with whose close they expire"`
	Points core.Points `json:"points"`
}

func viewWarning(w claims.Expiring) warningView { return warningView(w) }

func (s *server) registerExpiry() {
	handle(s, spec{
		ID: "get-expiry", Method: http.MethodGet, Path: "/villages/{village}/expiry", Tag: monthTag, Op: access.OpReadVillage,
		Summary: "After how many months unspent points expire, if the village voted so",
	}, func(ctx context.Context, _ core.Actor, in *InVillage) (*expiryState, error) {
		now, newest, err := s.svc.Claims.ExpiryOf(ctx, in.Village.Area)
		if err != nil {
			return nil, err
		}
		soon, households, err := s.svc.Claims.Warnings(ctx, in.Village.Area, 0)
		return &expiryState{viewExpiry(now), viewExpiry(newest), listOf(soon, "", viewWarning).Items, households}, err
	})
	handle(s, spec{
		ID: "vote-expiry", Method: http.MethodPost, Path: "/villages/{village}/expiry", Tag: monthTag, Op: access.OpAdoptRules,
		Status: http.StatusCreated, Summary: "Record the vote on the expiry of points",
		Detail: "24 months or more, or 0 for never; from the first of a coming month. Points earned before count as earned on that day. Meetings and quorums are those of a vote on rules.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body struct {
			Months    int64            `json:"months" minimum:"0" maximum:"120"`
			FromDay   core.Day         `json:"from_day"`
			Kind      rulebook.Meeting `json:"kind" enum:"assembly,households,representatives" doc:"who decided"`
			VoteDay   core.Day         `json:"vote_day"`
			Due       int64            `json:"due" doc:"who should attend"`
			Present   int64            `json:"present"`
			InFavour  int64            `json:"in_favour"`
			MinutesNo string           `json:"minutes_no" maxLength:"160"`
			Party     *meetingBody     `json:"party,omitempty" doc:"the Party members' meeting before it"`
		}
	}) (*madeID, error) {
		b := in.Body
		held := rulebook.Meetings{Vote: meetingBody{b.VoteDay, b.Due, b.Present, b.InFavour, b.MinutesNo}.vote(b.Kind)}
		if b.Party != nil {
			held.Party = b.Party.vote(rulebook.PartyMembers)
		}
		id, err := s.svc.Claims.VoteExpiry(ctx, by, in.Village.Area, b.Months, b.FromDay, held)
		return viewed(id, err, viewMade)
	})
	handle(s, spec{
		ID: "list-card-warnings", Method: http.MethodGet, Path: "/card/expiring", Tag: tagCardHolder, Op: access.OpReadCard, Auth: authCard,
		Summary: "Which of the household's points expire within the next months",
	}, func(ctx context.Context, by core.Actor, _ *struct{}) (*list[warningView], error) {
		if err := access.Require(by, access.OpReadCard, by.Village); err != nil {
			return nil, err
		}
		rows, _, err := s.svc.Claims.Warnings(ctx, by.Village, by.Household)
		return listOf(rows, "", viewWarning), err
	})
	handle(s, spec{
		ID: "list-unclosed", Method: http.MethodGet, Path: "/areas/{area}/unclosed", Tag: reportTag, Op: access.OpReadReports,
		Summary: "Villages with rules in force that have not closed a month, in the order of their codes", Detail: "There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		Month core.Month `query:"month" doc:"left out: the month before this one"`
	}) (*list[report.Unclosed], error) {
		rows, err := s.svc.Reports.Unclosed(ctx, by, in.Area.Area, in.Month)
		return &list[report.Unclosed]{Items: rows}, err
	})
}
