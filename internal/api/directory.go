package api

import (
	"context"
	"net/http"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
)

const (
	areaTag      = "Areas"
	householdTag = "Households"
)

// AreaView is a node of the area tree.
type AreaView struct {
	Code   core.Area `json:"code"`
	Parent core.Area `json:"parent" doc:"'' above a county"`
	Kind   string    `json:"kind" enum:"county,township,street,village,community,group,building"`
	Level  string    `json:"level" enum:"county,township,village,group"`
	Name   string    `json:"name" doc:"as the statistics bureau writes it"`
	Short  string    `json:"short" doc:"as people say it"`
}

func viewArea(a directory.Area) AreaView {
	return AreaView{Code: a.Code, Parent: a.Parent, Kind: a.Kind, Level: levelWord(a.Code.Level()), Name: a.Name, Short: a.Short}
}

func levelWord(l core.Level) string {
	return [...]string{"", "county", "township", "village", "group"}[l]
}

type areaDetail struct {
	AreaView
	TownshipName string `json:"township_name" doc:"of a village or a group; '' above"`
}

// villageHit is a village in a search. Many share a name, so its township is always shown.
type villageHit struct {
	Code         core.Area `json:"code"`
	Short        string    `json:"short"`
	Name         string    `json:"name"`
	Township     core.Area `json:"township"`
	TownshipName string    `json:"township_name"`
}

func (s *server) registerAreas() {
	handle(s, spec{
		ID: "list-areas", Method: http.MethodGet, Path: "/areas", Tag: areaTag, Auth: authPublic,
		Summary: "Children of an area in their order", Detail: "Without parent, the counties. There are no pages.",
	}, func(ctx context.Context, _ core.Actor, in *struct {
		Parent areaParam `query:"parent"`
	}) (*list[AreaView], error) {
		found, err := s.svc.Directory.Areas(ctx, in.Parent.Area)
		return listOf(found, "", viewArea), err
	})
	handle(s, spec{
		ID: "search-villages", Method: http.MethodGet, Path: "/areas/search", Tag: areaTag, Auth: authPublic,
		Summary: "Villages and communities by name, pinyin, initials or the beginning of their code", Detail: "At most 30; there are no pages.",
	}, func(ctx context.Context, _ core.Actor, in *struct {
		Q string `query:"q" maxLength:"50"`
	}) (*list[villageHit], error) {
		found, err := s.svc.Directory.Search(ctx, in.Q)
		return listOf(found, "", func(v directory.Village) villageHit {
			return villageHit{Code: v.Code, Short: v.Short, Name: v.Name, Township: v.Township, TownshipName: v.TownshipName}
		}), err
	})
	handle(s, spec{
		ID: "get-area", Method: http.MethodGet, Path: "/areas/{area}", Tag: areaTag, Auth: authPublic, Summary: "One area",
	}, s.getArea)
	handle(s, spec{
		ID: "create-group", Method: http.MethodPost, Path: "/villages/{village}/groups", Tag: areaTag, Op: access.OpEditHouseholds,
		Status: http.StatusCreated, Summary: "Add a group or a building to a village",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body struct {
			Name string `json:"name" minLength:"1" maxLength:"50"`
			Kind string `json:"kind,omitempty" enum:"group,building" doc:"left out, it is read off the name"`
		}
	}) (*AreaView, error) {
		made, err := s.svc.Directory.CreateGroup(ctx, by, directory.GroupInput{Village: in.Village.Area, Name: in.Body.Name, Kind: in.Body.Kind})
		return viewed(made, err, viewArea)
	})
}

func (s *server) getArea(ctx context.Context, _ core.Actor, in *InArea) (*areaDetail, error) {
	found, err := s.svc.Directory.Area(ctx, in.Area.Area)
	if err != nil {
		return nil, err
	}
	detail := &areaDetail{AreaView: viewArea(found)}
	if village := found.Code.Village(); village != 0 {
		township, err := s.svc.Directory.Area(ctx, village.Parent())
		if err != nil {
			return nil, err
		}
		detail.TownshipName = township.Name
	}
	return detail, nil
}

// HouseholdView is a household in a list.
type HouseholdView struct {
	ID        core.ID     `json:"id"`
	Number    int64       `json:"number"`
	Group     core.Area   `json:"group" doc:"'' if the village has none"`
	GroupName string      `json:"group_name"`
	Head      string      `json:"head"`
	Cadre     bool        `json:"cadre" doc:"a village cadre lives here"`
	Members   int64       `json:"members"`
	State     string      `json:"state" enum:"active,closed"`
	Base      core.Points `json:"base"`
	Spendable core.Points `json:"spendable"`
	Version   int64       `json:"version" doc:"name it when you change the household"`
}

func viewHousehold(h directory.Household, points ledger.Balances) HouseholdView {
	return HouseholdView{ID: h.ID, Number: h.Number, Group: h.Group, GroupName: h.GroupName, Head: h.Head, Cadre: h.Cadre, Members: h.Members,
		State: h.State, Base: points.Base, Spendable: points.Spendable, Version: h.Version}
}

// residentView is a person of a household. Of the telephone number only its tail is shown, of the identity number nothing.
type residentView struct {
	ID        core.ID  `json:"id"`
	Name      string   `json:"name"`
	Relation  string   `json:"relation" enum:"head,spouse,child,parent,other"`
	Sex       string   `json:"sex" enum:"m,f," doc:"'' unknown"`
	BirthYear int      `json:"birth_year" doc:"0 unknown"`
	PhoneTail string   `json:"phone_tail" doc:"last four digits; '' if there is none"`
	Party     bool     `json:"party"`
	Tags      []string `json:"tags" doc:"marks the village gives: building head, volunteer"`
	State     string   `json:"state" enum:"active,left,died"`
}

func viewResident(r directory.Resident) residentView {
	return residentView{ID: r.ID, Name: r.Name, Relation: r.Relation, Sex: r.Sex, BirthYear: r.BirthYear, PhoneTail: r.PhoneTail(), Party: r.Party,
		Tags: append([]string{}, strings.Fields(r.Tags)...), State: r.State}
}

type householdDetail struct {
	HouseholdView
	Residents []residentView `json:"residents"`
	Cards     []cardView     `json:"cards" doc:"newest first"`
	Opening   core.Points    `json:"opening" doc:"base points that a new household of the village is opened with"`
}

// residentBody is a person as somebody types one.
type residentBody struct {
	Name      string   `json:"name" minLength:"1" maxLength:"50"`
	Relation  string   `json:"relation,omitempty" enum:"head,spouse,child,parent,other" doc:"left out: other"`
	Sex       string   `json:"sex,omitempty" enum:"m,f,"`
	BirthYear int      `json:"birth_year,omitempty" doc:"0 unknown"`
	Phone     string   `json:"phone,omitempty" maxLength:"30"`
	IDNumber  string   `json:"id_number,omitempty" maxLength:"40" doc:"read once: only a keyed hash and four characters are kept"`
	Party     bool     `json:"party,omitempty"`
	Tags      []string `json:"tags,omitempty" maxItems:"8" doc:"marks of letters only, at most twelve each"`
}

func (b residentBody) input() directory.ResidentInput {
	return directory.ResidentInput{Name: b.Name, Relation: b.Relation, Sex: b.Sex, BirthYear: b.BirthYear, Phone: b.Phone, IDNumber: b.IDNumber, Party: b.Party, Tags: b.Tags}
}

type createHouseholdInput struct {
	InVillage
	Body struct {
		Number    int64          `json:"number,omitempty" doc:"left out: the next free one"`
		Group     core.Area      `json:"group,omitempty"`
		Head      string         `json:"head,omitempty" maxLength:"50" doc:"may be left out if one of the residents is the head"`
		Cadre     bool           `json:"cadre,omitempty"`
		Residents []residentBody `json:"residents,omitempty" maxItems:"60"`
	}
}

type updateHouseholdInput struct {
	InVillage
	ID   idParam `path:"id" doc:"of the household"`
	Body struct {
		Version int64      `json:"version" doc:"the version the editor saw"`
		Number  *int64     `json:"number,omitempty"`
		Group   *core.Area `json:"group,omitempty" doc:"'' takes it out of its group"`
		Head    *string    `json:"head,omitempty" maxLength:"50" doc:"a resident's name makes that person the head; any other corrects the present head's name"`
		Cadre   *bool      `json:"cadre,omitempty"`
		State   *string    `json:"state,omitempty" enum:"active,closed"`
		Back    core.ID    `json:"back,omitempty" doc:"with state active: who of those who left comes back as the head"`
	}
}

type updateResidentInput struct {
	InVillage
	ID   idParam `path:"id" doc:"of the resident"`
	Body struct {
		Name      *string   `json:"name,omitempty" maxLength:"50"`
		Relation  *string   `json:"relation,omitempty" enum:"head,spouse,child,parent,other"`
		Sex       *string   `json:"sex,omitempty" enum:"m,f,"`
		BirthYear *int      `json:"birth_year,omitempty"`
		Phone     *string   `json:"phone,omitempty" maxLength:"30" doc:"'' takes the number away"`
		IDNumber  *string   `json:"id_number,omitempty" maxLength:"40" doc:"'' takes the hash away"`
		Party     *bool     `json:"party,omitempty"`
		Tags      *[]string `json:"tags,omitempty" maxItems:"8"`
		State     *string   `json:"state,omitempty" enum:"active,left,died"`
	}
}

func (s *server) registerHouseholds() {
	handle(s, spec{
		ID: "list-households", Method: http.MethodGet, Path: "/villages/{village}/households", Tag: householdTag, Op: access.OpReadVillage,
		Summary: "Households in the order of their heads' names",
		Detail:  "q is a household number, part of a name, or the beginning of its pinyin or initials.",
	}, s.listHouseholds)
	handle(s, spec{
		ID: "create-household", Method: http.MethodPost, Path: "/villages/{village}/households", Tag: householdTag, Op: access.OpEditHouseholds,
		Status: http.StatusCreated, Summary: "Add a household and open its book with its base points",
	}, s.createHousehold)
	handle(s, spec{
		ID: "get-household", Method: http.MethodGet, Path: "/villages/{village}/households/{id}", Tag: householdTag, Op: access.OpReadVillage,
		Summary: "A household with its people and cards",
	}, s.getHousehold)
	handle(s, spec{
		ID: "update-household", Method: http.MethodPatch, Path: "/villages/{village}/households/{id}", Tag: householdTag, Op: access.OpEditHouseholds,
		Summary: "Change or reopen a household",
		Detail:  "Refused with directory.changed_meanwhile if somebody changed it since the version named. Closing is refused with directory.closing_needs_two: it is a change of households, which another person confirms.",
	}, s.updateHousehold)
	handle(s, spec{
		ID: "add-resident", Method: http.MethodPost, Path: "/villages/{village}/households/{id}/residents", Tag: householdTag, Op: access.OpEditHouseholds,
		Status: http.StatusCreated, Summary: "Add a person to a household",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ID   idParam `path:"id" doc:"of the household"`
		Body residentBody
	}) (*residentView, error) {
		added, err := s.svc.Directory.AddResident(ctx, by, directory.AddInput{Village: in.Village.Area, Household: in.ID.ID, Resident: in.Body.input()})
		return viewed(added, err, viewResident)
	})
	handle(s, spec{
		ID: "update-resident", Method: http.MethodPatch, Path: "/villages/{village}/residents/{id}", Tag: householdTag, Op: access.OpEditHouseholds,
		Summary: "Change a person", Detail: "left and died take the person off the household; the head can go only after somebody else was made head.",
	}, func(ctx context.Context, by core.Actor, in *updateResidentInput) (*residentView, error) {
		b := in.Body
		changed, err := s.svc.Directory.UpdateResident(ctx, by, directory.ResidentPatch{Village: in.Village.Area, ID: in.ID.ID, Name: b.Name,
			Relation: b.Relation, Sex: b.Sex, BirthYear: b.BirthYear, Phone: b.Phone, IDNumber: b.IDNumber, Party: b.Party, State: b.State, Tags: b.Tags})
		return viewed(changed, err, viewResident)
	})
}

// HouseholdQuery narrows a list of households, on a page and in a workbook.
type HouseholdQuery struct {
	Q     string    `query:"q" maxLength:"50"`
	Group areaParam `query:"group"`
	State string    `query:"state" enum:"active,closed,all" default:"active"`
}

func (q HouseholdQuery) filter() directory.Filter {
	f := directory.Filter{Q: q.Q, Group: q.Group.Area, State: q.State}
	if f.State == "all" {
		f.State = ""
	}
	return f
}

type listHouseholdsInput struct {
	InVillage
	HouseholdQuery
	PageQuery
}

func (s *server) listHouseholds(ctx context.Context, by core.Actor, in *listHouseholdsInput) (*list[HouseholdView], error) {
	found, next, err := s.svc.Directory.Households(ctx, by, in.Village.Area, in.filter(), in.page())
	if err != nil {
		return nil, err
	}
	points, err := s.pointsOf(ctx, in.Village.Area)
	if err != nil {
		return nil, err
	}
	return listOf(found, next, func(h directory.Household) HouseholdView { return viewHousehold(h, points[h.ID]) }), nil
}

// pointsOf reads the points of all of a village's households: one short read, whatever the page.
func (s *server) pointsOf(ctx context.Context, village core.Area) (points map[core.ID]ledger.Balances, err error) {
	err = s.svc.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		points, err = ledger.AllBalances(ctx, tx, village)
		return err
	})
	return points, err
}

func (s *server) createHousehold(ctx context.Context, by core.Actor, in *createHouseholdInput) (*householdDetail, error) {
	create := directory.CreateInput{Village: in.Village.Area, Number: in.Body.Number, Group: in.Body.Group, Head: in.Body.Head, Cadre: in.Body.Cadre}
	for _, r := range in.Body.Residents {
		create.Residents = append(create.Residents, r.input())
	}
	made, err := s.svc.Directory.Create(ctx, by, create)
	if err != nil {
		return nil, err
	}
	return s.detail(ctx, by, made)
}

func (s *server) getHousehold(ctx context.Context, by core.Actor, in *householdInVillage) (*householdDetail, error) {
	found, err := s.svc.Directory.Household(ctx, by, in.Village.Area, in.ID.ID)
	if err != nil {
		return nil, err
	}
	return s.detail(ctx, by, found)
}

func (s *server) updateHousehold(ctx context.Context, by core.Actor, in *updateHouseholdInput) (*householdDetail, error) {
	b := in.Body
	changed, err := s.svc.Directory.Update(ctx, by, directory.UpdateInput{Village: in.Village.Area, ID: in.ID.ID, Version: b.Version, Back: b.Back,
		Number: b.Number, Group: b.Group, Head: b.Head, Cadre: b.Cadre, State: b.State})
	if err != nil {
		return nil, err
	}
	return s.detail(ctx, by, changed)
}

func (s *server) detail(ctx context.Context, by core.Actor, h directory.Household) (*householdDetail, error) {
	residents, err := s.svc.Directory.Residents(ctx, by, h.Village, h.ID)
	if err != nil {
		return nil, err
	}
	cards, err := s.svc.Access.Cards(ctx, by, h.Village, h.ID)
	if err != nil {
		return nil, err
	}
	points, err := s.pointsOf(ctx, h.Village)
	if err != nil {
		return nil, err
	}
	return &householdDetail{HouseholdView: viewHousehold(h, points[h.ID]), Residents: listOf(residents, "", viewResident).Items,
		Cards: listOf(cards, "", cardViewOf).Items, Opening: ledger.OpeningPoints}, nil
}
