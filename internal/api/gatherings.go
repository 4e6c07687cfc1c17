package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/gatherings"
)

const gatheringsTag = "Gatherings"

type gatheringRule struct {
	Rule   string         `json:"rule" maxLength:"3" doc:"code of a rule without steps"`
	Who    gatherings.Who `json:"who" enum:"present,on_time,whole,late,spoke,hours" doc:"whole: on time and to the end; late: the only one for a deduction; hours: per so many whole hours"`
	Hours  int64          `json:"hours,omitempty" minimum:"0" maximum:"24" doc:"of one unit of the rule, where who is hours"`
	TextZh string         `json:"text_zh,omitempty" readOnly:"true"`
	TextEn string         `json:"text_en,omitempty" readOnly:"true"`
}

type PlanBody struct {
	Kind    gatherings.Kind `json:"kind" enum:"meeting,class,cleanup,shift"`
	Title   string          `json:"title" minLength:"1" maxLength:"40" doc:"with the day it names the event of the claims"`
	Place   string          `json:"place,omitempty" maxLength:"60" doc:"in words"`
	Day     core.Day        `json:"day"`
	FromMin int64           `json:"from_min" minimum:"0" maximum:"1440" doc:"minutes after midnight"`
	ToMin   int64           `json:"to_min" minimum:"0" maximum:"1440"`
	Rules   []gatheringRule `json:"rules" minItems:"1" maxItems:"4" doc:"what it counts for"`
}

func (b PlanBody) plan() gatherings.Plan {
	p := gatherings.Plan{Kind: b.Kind, Title: b.Title, Place: b.Place, Day: b.Day, FromMin: b.FromMin, ToMin: b.ToMin}
	for _, r := range b.Rules {
		p.Counts = append(p.Counts, gatherings.Counts{Rule: r.Rule, Who: r.Who, Hours: r.Hours})
	}
	return p
}

type gatheringView struct {
	ID          core.ID          `json:"id"`
	Kind        gatherings.Kind  `json:"kind" enum:"meeting,class,cleanup,shift"`
	Title       string           `json:"title"`
	Place       string           `json:"place"`
	Day         core.Day         `json:"day"`
	FromMin     int64            `json:"from_min"`
	ToMin       int64            `json:"to_min"`
	Rules       []gatheringRule  `json:"rules" doc:"their texts only where one gathering is asked for"`
	State       gatherings.State `json:"state" enum:"planned,claimed,cancelled"`
	Reason      string           `json:"reason" doc:"of a cancellation"`
	Version     int64            `json:"version" doc:"counts changes of the plan; a change may name the one it saw"`
	Marked      int64            `json:"marked" doc:"households with a mark"`
	ByName      string           `json:"by_name"`
	ClaimedName string           `json:"claimed_name"`
	ClaimedMs   int64            `json:"claimed_ms" doc:"0 until its claims are made"`
	CreatedMs   int64            `json:"created_ms"`
	Claims      int64            `json:"claims"`
	Points      core.Points      `json:"points"`
}

func viewGathering(g gatherings.Gathering) gatheringView {
	v := gatheringView{ID: g.ID, Kind: g.Kind, Title: g.Title, Place: g.Place, Day: g.Day, FromMin: g.FromMin, ToMin: g.ToMin, State: g.State,
		Reason: g.Reason, Version: g.Version, Marked: g.Marked, ByName: g.ByName, ClaimedName: g.ClaimedName, ClaimedMs: g.ClaimedMs,
		CreatedMs: g.CreatedMs, Claims: g.Claims, Points: g.Points}
	for _, c := range g.Counts {
		v.Rules = append(v.Rules, gatheringRule{Rule: c.Rule, Who: c.Who, Hours: c.Hours, TextZh: c.Text.TextZh, TextEn: c.Text.TextEn})
	}
	return v
}

type markBody struct {
	Household core.ID `json:"household"`
	Arrival   string  `json:"arrival" enum:"on_time,late,absent" doc:"absent takes the mark away"`
	Stayed    bool    `json:"stayed,omitempty" doc:"to the end"`
	Spoke     bool    `json:"spoke,omitempty"`
	Hours     int64   `json:"hours,omitempty" minimum:"0" maximum:"24"`
}

// absent is how the wire spells that there is no mark.
const absent = "absent"

func (b markBody) mark() gatherings.Mark {
	m := gatherings.Mark{Household: b.Household, Arrival: gatherings.Arrival(b.Arrival), Stayed: b.Stayed, Spoke: b.Spoke, Hours: b.Hours}
	if m.Arrival == absent {
		m.Arrival = gatherings.Absent
	}
	return m
}

type marksBody struct {
	Marks []markBody `json:"marks" minItems:"1" maxItems:"200"`
}

type marksAnswer struct {
	Refused []refusedMark `json:"refused" doc:"marks that were not taken; all others were"`
}

type refusedMark struct {
	Household core.ID `json:"household"`
	Code      string  `json:"code"`
}

type markedView struct {
	Household core.ID `json:"household"`
	Arrival   string  `json:"arrival" enum:"on_time,late,absent"`
	Stayed    bool    `json:"stayed"`
	Spoke     bool    `json:"spoke"`
	Hours     int64   `json:"hours"`
	Number    int64   `json:"number"`
	GroupName string  `json:"group_name"`
	Head      string  `json:"head"`
	ByName    string  `json:"by_name"`
	AtMs      int64   `json:"at_ms"`
	ScanMs    int64   `json:"scan_ms" doc:"when its card scanned the code at the door; 0 if it did not. A proposal, to be confirmed by a mark"`
	ScanHow   string  `json:"scan_how" doc:"which code; '' if none"`
}

func viewMarked(m gatherings.Marked) markedView {
	v := markedView{Household: m.Household, Arrival: string(m.Arrival), Stayed: m.Stayed, Spoke: m.Spoke, Hours: m.Hours, Number: m.Number,
		GroupName: m.Group, Head: m.Head, ByName: m.ByName, AtMs: m.AtMs, ScanMs: m.ScanMs, ScanHow: m.ScanHow}
	if m.Arrival == gatherings.Absent {
		v.Arrival = absent
	}
	return v
}

type outcomeRow struct {
	Household core.ID     `json:"household"`
	Number    int64       `json:"number"`
	Head      string      `json:"head"`
	Points    core.Points `json:"points"`
	Asked     core.Points `json:"asked" doc:"before caps"`
	Duplicate bool        `json:"duplicate" doc:"it has a claim by this rule for this day already"`
	Code      string      `json:"code" doc:"why there is no claim; '' if there is one"`
}

type outcomePart struct {
	Rule   string         `json:"rule"`
	Who    gatherings.Who `json:"who"`
	TextZh string         `json:"text_zh"`
	TextEn string         `json:"text_en"`
	Sheets []core.ID      `json:"sheets" doc:"of claims; empty in a dry run"`
	Claims int64          `json:"claims"`
	Points core.Points    `json:"points"`
	Rows   []outcomeRow   `json:"rows" doc:"all in a dry run; afterwards those without a claim"`
}

type outcomeView struct {
	Made  bool          `json:"made"`
	Parts []outcomePart `json:"parts"`
}

func viewOutcome(o gatherings.Outcome) outcomeView {
	v := outcomeView{Made: o.Made}
	for _, p := range o.Parts {
		part := outcomePart{Rule: p.Rule, Who: p.Who, TextZh: p.TextZh, TextEn: p.TextEn, Sheets: p.Sheets, Claims: p.Claims, Points: p.Points}
		for _, r := range p.Rows {
			part.Rows = append(part.Rows, outcomeRow(r))
		}
		v.Parts = append(v.Parts, part)
	}
	return v
}

func (s *server) registerGatherings() {
	const base = "/villages/{village}/gatherings"
	handle(s, spec{
		ID: "list-gatherings", Method: http.MethodGet, Path: base, Tag: gatheringsTag, Op: access.OpReadVillage,
		Summary: "Gatherings of a village, the latest day first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
		State string `query:"state" enum:"planned,claimed,cancelled"`
	}) (*list[gatheringView], error) {
		rows, next, err := s.svc.Gatherings.Gatherings(ctx, by, in.Village.Area, gatherings.State(in.State), in.page())
		return listOf(rows, next, viewGathering), err
	})
	handle(s, spec{
		ID: "plan-gathering", Method: http.MethodPost, Path: base, Tag: gatheringsTag, Op: access.OpHoldGathering, Status: http.StatusCreated,
		Summary: "Plan a meeting, a class, a clean-up or a shift",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body PlanBody
	}) (*gatheringView, error) {
		g, err := s.svc.Gatherings.Plan(ctx, by, in.Village.Area, in.Body.plan())
		return viewed(g, err, viewGathering)
	})
	handle(s, spec{
		ID: "get-gathering", Method: http.MethodGet, Path: base + "/{id}", Tag: gatheringsTag, Op: access.OpReadVillage,
		Summary: "A gathering",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*gatheringView, error) {
		g, err := s.svc.Gatherings.Gathering(ctx, by, in.Village.Area, in.ID.ID)
		return viewed(g, err, viewGathering)
	})
	handle(s, spec{
		ID: "change-gathering", Method: http.MethodPut, Path: base + "/{id}", Tag: gatheringsTag, Op: access.OpHoldGathering,
		Summary: "Correct a gathering whose claims are not made yet",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			PlanBody
			Version int64 `json:"version,omitempty" minimum:"0" doc:"the one the reader saw; a newer one is never overwritten"`
		}
	}) (*gatheringView, error) {
		g, err := s.svc.Gatherings.Change(ctx, by, in.Village.Area, in.ID.ID, in.Body.Version, in.Body.plan())
		return viewed(g, err, viewGathering)
	})
	s.registerRollCall(base + "/{id}")
	s.registerGatheringPhotos(base + "/{id}")
	s.registerDoor(base + "/{id}/door")
}

func (s *server) registerRollCall(base string) {
	handle(s, spec{
		ID: "cancel-gathering", Method: http.MethodPost, Path: base + "/cancel", Tag: gatheringsTag, Op: access.OpHoldGathering,
		Summary: "Cancel a gathering that makes no claims",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"300"`
		}
	}) (*gatheringView, error) {
		g, err := s.svc.Gatherings.Cancel(ctx, by, in.Village.Area, in.ID.ID, in.Body.Reason)
		return viewed(g, err, viewGathering)
	})
	handle(s, spec{
		ID: "get-roll", Method: http.MethodGet, Path: base + "/roll", Tag: gatheringsTag, Op: access.OpReadVillage,
		Summary: "The roll: all households in the order of the paper, with their marks", Detail: "All of it; there are no pages.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*list[markedView], error) {
		_, roll, err := s.svc.Gatherings.Roll(ctx, by, in.Village.Area, in.ID.ID)
		return listOf(roll, "", viewMarked), err
	})
	handle(s, spec{
		ID: "put-marks", Method: http.MethodPut, Path: base + "/marks", Tag: gatheringsTag, Op: access.OpHoldGathering,
		Summary: "Call the roll", Detail: "Each mark replaces the household's earlier one and may be sent again; one that cannot be stops no other.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body marksBody
	}) (*marksAnswer, error) {
		marks := make([]gatherings.Mark, len(in.Body.Marks))
		for i, m := range in.Body.Marks {
			marks[i] = m.mark()
		}
		refused, err := s.svc.Gatherings.Mark(ctx, by, in.Village.Area, in.ID.ID, marks)
		answer := marksAnswer{}
		for _, r := range refused {
			answer.Refused = append(answer.Refused, refusedMark(r))
		}
		return &answer, err
	})
	handle(s, spec{
		ID: "claim-gathering", Method: http.MethodPost, Path: base + "/claims", Tag: gatheringsTag, Op: access.OpHoldGathering, Seconds: 60,
		Summary: "Make the claims of all who were there",
		Detail:  "Once: a second time gives what was made. Caps are applied. With dry=true nothing is written.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Dry bool `query:"dry" doc:"only judge"`
	}) (*outcomeView, error) {
		act := s.svc.Gatherings.MakeClaims
		if in.Dry {
			act = s.svc.Gatherings.TryClaims
		}
		out, err := act(ctx, by, in.Village.Area, in.ID.ID)
		return viewed(out, err, viewOutcome)
	})
}

// GatheringExport is the list of gatherings with its filter.
type GatheringExport struct {
	VillageExport
	State string `query:"state" maxLength:"20"`
}

func gatheringExport(s *server) exported[GatheringExport] {
	return exported[GatheringExport]{
		Path: "/villages/{village}/export/gatherings", Op: access.OpReadVillage, Name: "export.list.gatherings",
		Columns: columnsOf("export.column.", "day gathering kind place from_time to_time rules state present claims points by reason"),
		Rows: func(ctx context.Context, by core.Actor, in *GatheringExport, say words, add func(...any) error) error {
			return eachPage(ctx, func(page core.Page) ([]gatherings.Gathering, string, error) {
				return s.svc.Gatherings.Gatherings(ctx, by, in.Village.Area, gatherings.State(in.State), page)
			}, func(g gatherings.Gathering) error {
				return add(g.Day, g.Title, say.of("export.gathering.", string(g.Kind)), g.Place, gatherings.Clock(g.FromMin), gatherings.Clock(g.ToMin),
					g.Codes(), say.of("export.gathering.", string(g.State)), g.Marked, g.Claims, g.Points, g.ByName, g.Reason)
			})
		},
	}
}

// RollExport is the roll-call of one gathering.
type RollExport struct {
	VillageExport
	Gathering idParam `query:"gathering" required:"true"`
}

func rollExport(s *server) exported[RollExport] {
	return exported[RollExport]{
		Path: "/villages/{village}/export/roll-call", Op: access.OpReadVillage, Name: "export.list.roll_call",
		Columns: columnsOf("export.column.", "number group head arrival stayed spoke hours by at"),
		Rows: func(ctx context.Context, by core.Actor, in *RollExport, say words, add func(...any) error) error {
			_, roll, err := s.svc.Gatherings.Roll(ctx, by, in.Village.Area, in.Gathering.ID)
			if err != nil {
				return err
			}
			for _, m := range roll {
				if err := add(m.Number, m.Group, m.Head, say.of("export.arrival.", viewMarked(m).Arrival), say.yesNo(m.Stayed), say.yesNo(m.Spoke), orBlank(m.Hours),
					m.ByName, moment(m.AtMs)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
