package api

import (
	"context"
	"net/http"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// noRules is the code of a village whose rules are not in force yet.
const noRules = "rulebook.none_in_force"

type publicShop struct {
	Name  string      `json:"name"`
	State string      `json:"state" enum:"open,closed"`
	Rate  core.Fen    `json:"rate_fen"`
	Floor core.Points `json:"floor"`
}

type publicRules struct {
	Version int64    `json:"version"`
	Title   string   `json:"title"`
	FromDay core.Day `json:"from_day"`
}

type publicNotice struct {
	ID      core.ID     `json:"id"`
	Month   core.Month  `json:"month"`
	Seq     int64       `json:"seq"`
	FromDay core.Day    `json:"from_day"`
	ToDay   core.Day    `json:"to_day" doc:"last day on which objections are taken"`
	Claims  int64       `json:"claims"`
	Points  core.Points `json:"points"`
	Open    bool        `json:"open" doc:"objections are taken today"`
}

func viewPublicNotice(today core.Day) func(claims.Notice) publicNotice {
	return func(n claims.Notice) publicNotice {
		return publicNotice{ID: n.ID, Month: n.Month, Seq: n.Seq, FromDay: n.FromDay, ToDay: n.ToDay, Claims: n.Claims, Points: n.Points, Open: n.Open(today)}
	}
}

// publicVillage is what everybody may know of a village before anything else.
type publicVillage struct {
	Code         core.Area     `json:"code"`
	Short        string        `json:"short"`
	Name         string        `json:"name"`
	TownshipName string        `json:"township_name"`
	Shop         *publicShop   `json:"shop" doc:"null while the village has none"`
	Rules        *publicRules  `json:"rules" doc:"null while none are in force"`
	Notice       *publicNotice `json:"notice" doc:"the newest list; null if none is up"`
}

type publicLineView struct {
	Claim      core.ID      `json:"claim" doc:"to name in an objection"`
	No         int64        `json:"no" doc:"place on the list, as printed"`
	GroupName  string       `json:"group_name"`
	HeadMasked string       `json:"head_masked"`
	ItemZh     string       `json:"item_zh" doc:"'' for a deduction, unless its rule says that the text is public"`
	ItemEn     string       `json:"item_en"`
	Category   string       `json:"category"`
	About      string       `json:"about" doc:"what a deduction belongs to, where its rule says so: a category"`
	Points     core.Points  `json:"points"`
	State      claims.State `json:"state" enum:"noticed,frozen,dropped,posted"`
}

func viewPublicLine(l claims.PublicLine) publicLineView {
	return publicLineView{Claim: l.Claim, No: l.No, GroupName: l.Group, HeadMasked: l.Head, ItemZh: l.ItemZh, ItemEn: l.ItemEn,
		Category: l.Category, About: l.About, Points: l.Points, State: l.State}
}

type publicNoticePage struct {
	Notice publicNotice     `json:"notice"`
	Lines  []publicLineView `json:"lines"`
	Next   string           `json:"next" doc:"cursor of the next lines; '' after the last"`
}

type objectionReceipt struct {
	Code   string   `json:"code" doc:"reference number; whoever has it may read the answer"`
	DueDay core.Day `json:"due_day" doc:"the answer is due"`
}

type objectionStatus struct {
	Code       string   `json:"code"`
	State      string   `json:"state" enum:"open,upheld,dismissed"`
	Text       string   `json:"text"`
	Answer     string   `json:"answer"`
	DueDay     core.Day `json:"due_day"`
	AnsweredMs int64    `json:"answered_ms" doc:"0 while open"`
}

func (s *server) registerPublic() {
	handle(s, spec{
		ID: "get-public-village", Method: http.MethodGet, Path: "/public/villages/{village}", Tag: publicTag, Auth: authPublic,
		Summary: "A village as everybody sees it",
	}, s.publicVillage)
	handle(s, spec{
		ID: "list-public-notices", Method: http.MethodGet, Path: "/public/villages/{village}/notices", Tag: publicTag, Auth: authPublic,
		Summary: "Notices that are up, newest first", Detail: "A list comes down 30 days after its end. There are no pages.",
	}, func(ctx context.Context, _ core.Actor, in *InVillage) (*list[publicNotice], error) {
		rows, err := s.svc.Claims.PublicNotices(ctx, in.Village.Area)
		return listOf(rows, "", viewPublicNotice(s.today())), err
	})
	handle(s, spec{
		ID: "get-public-notice", Method: http.MethodGet, Path: "/public/villages/{village}/notices/{id}", Tag: publicTag, Auth: authPublic,
		Summary: "A notice with its lines, names masked",
	}, func(ctx context.Context, _ core.Actor, in *struct {
		InVillage
		ByID
		PageQuery
	}) (*publicNoticePage, error) {
		n, lines, next, err := s.svc.Claims.PublicLines(ctx, in.Village.Area, in.ID.ID, in.page())
		if err != nil {
			return nil, err
		}
		return &publicNoticePage{Notice: viewPublicNotice(s.today())(n), Lines: listOf(lines, "", viewPublicLine).Items, Next: next}, nil
	})
	s.registerPublicObjections()
}

func (s *server) registerPublicObjections() {
	handle(s, spec{
		ID: "object", Method: http.MethodPost, Path: "/public/villages/{village}/objections", Tag: publicTag, Auth: authPublic,
		Status: http.StatusCreated, MaxBody: 16 << 10, Limit: limitWrite,
		Summary: "Object to a line of a notice", Detail: "Anybody may, without a name. The line is not posted until the objection is answered.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body doubtBody
	}) (*objectionReceipt, error) {
		o, err := s.svc.Claims.Object(ctx, by, in.Village.Area, in.Body.doubt())
		return viewed(o, err, func(o claims.Objection) objectionReceipt { return objectionReceipt{o.Code, o.DueDay} })
	})
	handle(s, spec{
		ID: "get-public-objection", Method: http.MethodGet, Path: "/public/villages/{village}/objections/{code}", Tag: publicTag, Auth: authPublic,
		Limit: limitWrite, Summary: "What became of an objection",
	}, func(ctx context.Context, _ core.Actor, in *struct {
		InVillage
		Code string `path:"code" maxLength:"20" doc:"the reference number"`
	}) (*objectionStatus, error) {
		o, err := s.svc.Claims.ObjectionByCode(ctx, in.Village.Area, in.Code)
		return viewed(o, err, func(o claims.Objection) objectionStatus {
			return objectionStatus{Code: o.Code, State: o.State, Text: o.Text, Answer: o.Answer, DueDay: o.DueDay, AnsweredMs: o.AnsweredMs}
		})
	})
}

func (s *server) today() core.Day { return core.DayOf(s.svc.Clock.Now()) }

func (s *server) publicVillage(ctx context.Context, _ core.Actor, in *InVillage) (*publicVillage, error) {
	area, err := s.svc.Directory.Area(ctx, in.Village.Area)
	if err != nil {
		return nil, err
	}
	out := publicVillage{Code: area.Code, Short: area.Short, Name: area.Name}
	if _, out.TownshipName, err = s.placeNames(ctx, area.Code); err != nil {
		return nil, err
	}
	shop, err := s.shopOrNone(ctx, area.Code)
	if err != nil {
		return nil, err
	}
	if shop != nil {
		out.Shop = &publicShop{Name: shop.Name, State: string(shop.State), Rate: shop.Rate, Floor: shop.Floor}
	}
	rules, err := s.svc.Rules.Current(ctx, area.Code, 0)
	switch {
	case err == nil:
		out.Rules = &publicRules{Version: rules.Version, Title: rules.Title, FromDay: rules.FromDay}
	case errs.CodeOf(err) != noRules:
		return nil, err
	}
	notices, err := s.svc.Claims.PublicNotices(ctx, area.Code)
	if err != nil {
		return nil, err
	}
	if len(notices) > 0 {
		n := viewPublicNotice(s.today())(notices[0])
		out.Notice = &n
	}
	return &out, nil
}
