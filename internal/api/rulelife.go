package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook"
)

// meetingBody is how one meeting decided.
type meetingBody struct {
	VoteDay   core.Day `json:"vote_day"`
	Due       int64    `json:"due" doc:"who should attend"`
	Present   int64    `json:"present"`
	InFavour  int64    `json:"in_favour"`
	MinutesNo string   `json:"minutes_no" maxLength:"160"`
}

func (b meetingBody) vote(kind rulebook.Meeting) rulebook.Vote {
	return rulebook.Vote{Kind: kind, Day: b.VoteDay, Due: b.Due, Present: b.Present, InFavour: b.InFavour, MinutesNo: b.MinutesNo}
}

// voteBody is the record of the meetings.
type voteBody struct {
	Kind       rulebook.Meeting `json:"kind" enum:"assembly,households,representatives" doc:"who decided: adult villagers (more than half of them present), representatives of the households or the villagers' representatives (two thirds present); more than half of those present in favour"`
	VoteDay    core.Day         `json:"vote_day"`
	Due        int64            `json:"due" doc:"who should attend"`
	Present    int64            `json:"present"`
	InFavour   int64            `json:"in_favour"`
	MinutesNo  string           `json:"minutes_no" maxLength:"160"`
	NoticeDays int              `json:"notice_days" doc:"3 to 7, inside the county's bounds"`
	Party      *meetingBody     `json:"party,omitempty" doc:"the Party members' meeting before it: two thirds present, more than half of those due in favour"`
}

// findingView is something a draft's check found.
type findingView struct {
	Rule   string         `json:"rule" doc:"code of the line; '' where it concerns the version"`
	Code   string         `json:"code" doc:"as in a problem"`
	Detail string         `json:"detail"`
	Params map[string]any `json:"params"`
	Bars   bool           `json:"bars" doc:"the vote cannot be recorded before it is put right"`
}

func findingOf(lang messages.Lang) func(rulebook.Finding) findingView {
	return func(f rulebook.Finding) findingView {
		p := newProblem(lang, "", f.Err)
		return findingView{Rule: f.Code, Code: p.Code, Detail: p.Detail, Params: p.Params, Bars: f.Bars}
	}
}

// inVersion is a step of a village's version that says nothing more.
type inVersion struct {
	InVillage
	RulesetVersion
	Body struct{}
}

// step registers a command on a village's version and answers with the version as it is then.
func step[I any](s *server, sp spec, at func(*I) (core.Area, int64), do func(ctx context.Context, by core.Actor, in *I) error) {
	sp.Method, sp.Tag = http.MethodPost, rulesTag
	handle(s, sp, func(ctx context.Context, by core.Actor, in *I) (*rulesetFull, error) {
		if err := do(ctx, by, in); err != nil {
			return nil, err
		}
		village, version := at(in)
		return s.ruleset(ctx, by, village, version)
	})
}

const versionPath = "/villages/{village}/rulesets/{version}"

func (s *server) registerLifeOfRules() {
	handle(s, spec{
		ID: "check-rules", Method: http.MethodGet, Path: versionPath + "/check", Tag: rulesTag, Op: access.OpReadVillage,
		Summary: "What stands between a draft and its vote", Detail: "Red lines that nobody overruled, and what the village should know before. A clean draft gives an empty list.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		RulesetVersion
	}) (*list[findingView], error) {
		found, err := s.svc.Rules.CheckDraft(ctx, by, in.Village.Area, in.Version)
		return listOf(found, "", findingOf(exchangeOf(ctx).lang())), err
	})
	type voting struct {
		InVillage
		RulesetVersion
		Body voteBody
	}
	step(s, spec{
		ID: "record-vote", Path: versionPath + "/vote", Op: access.OpAdoptRules, Summary: "Record the vote on a draft",
		Detail: "The quorum of the law is computed for each kind of meeting; a vote that misses it is refused, and the params name the number that is missing. May be sent again until the version is filed.",
	}, func(in *voting) (core.Area, int64) { return in.Village.Area, in.Version }, func(ctx context.Context, by core.Actor, in *voting) error {
		b := in.Body
		vote := rulebook.VoteInput{Village: in.Village.Area, Version: in.Version, NoticeDays: b.NoticeDays,
			Vote: meetingBody{b.VoteDay, b.Due, b.Present, b.InFavour, b.MinutesNo}.vote(b.Kind)}
		if b.Party != nil {
			vote.Party = b.Party.vote(rulebook.PartyMembers)
		}
		return s.svc.Rules.RecordVote(ctx, by, vote)
	})
	plain := func(in *inVersion) (core.Area, int64) { return in.Village.Area, in.Version }
	step(s, spec{ID: "file-rules", Path: versionPath + "/file", Op: access.OpAdoptRules, Summary: "Send a version that was voted on to the township"},
		plain, func(ctx context.Context, by core.Actor, in *inVersion) error {
			return s.svc.Rules.File(ctx, by, in.Village.Area, in.Version)
		})
	step(s, spec{ID: "reopen-rules", Path: versionPath + "/reopen", Op: access.OpAdoptRules, Summary: "Take a version that is not published back to the draft; its votes count no longer"},
		plain, func(ctx context.Context, by core.Actor, in *inVersion) error {
			return s.svc.Rules.Reopen(ctx, by, in.Village.Area, in.Version)
		})
	type publishing struct {
		InVillage
		RulesetVersion
		Body struct {
			FromDay core.Day `json:"from_day" doc:"first of a coming month"`
		}
	}
	step(s, spec{ID: "publish-rules", Path: versionPath + "/publish", Op: access.OpAdoptRules, Summary: "Publish a version that is on file with the township; it is in force from the first of a coming month"},
		func(in *publishing) (core.Area, int64) { return in.Village.Area, in.Version }, func(ctx context.Context, by core.Actor, in *publishing) error {
			return s.svc.Rules.Publish(ctx, by, in.Village.Area, in.Version, in.Body.FromDay)
		})
}

// waitingView is a version that waits for the township.
type waitingView struct {
	Village     core.Area   `json:"village"`
	VillageName string      `json:"village_name"`
	Ruleset     RulesetHead `json:"ruleset"`
}

func waitingOf(w rulebook.Waiting) waitingView {
	return waitingView{w.Village.Code, w.Village.Short, rulesetHeadOf(w.Ruleset)}
}

func (s *server) registerFilings() {
	handle(s, spec{
		ID: "list-filings", Method: http.MethodGet, Path: "/areas/{area}/filings", Tag: rulesTag, Op: access.OpFileRules,
		Summary: "Rules that wait for the township", Detail: "Of a township, in the order of its villages; of a village its own. There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *InArea) (*list[waitingView], error) {
		waiting, err := s.svc.Rules.Filings(ctx, by, in.Area.Area)
		return listOf(waiting, "", waitingOf), err
	})
	type confirming struct {
		InVillage
		RulesetVersion
		Body struct {
			FilingNo string `json:"filing_no" maxLength:"160" doc:"the township's number"`
		}
	}
	step(s, spec{ID: "confirm-filing", Path: versionPath + "/confirm-filing", Op: access.OpFileRules, Summary: "Confirm that a village's rules are on file with the township"},
		func(in *confirming) (core.Area, int64) { return in.Village.Area, in.Version }, func(ctx context.Context, by core.Actor, in *confirming) error {
			return s.svc.Rules.ConfirmFiling(ctx, by, in.Village.Area, in.Version, in.Body.FilingNo)
		})
	type returning struct {
		InVillage
		RulesetVersion
		Body struct {
			Reason string `json:"reason" maxLength:"1200"`
		}
	}
	step(s, spec{ID: "return-filing", Path: versionPath + "/return-filing", Op: access.OpFileRules, Summary: "Return a village's rules with a written reason; they are a draft again"},
		func(in *returning) (core.Area, int64) { return in.Village.Area, in.Version }, func(ctx context.Context, by core.Actor, in *returning) error {
			return s.svc.Rules.ReturnFiling(ctx, by, in.Village.Area, in.Version, in.Body.Reason)
		})
	handle(s, spec{
		ID: "list-offers", Method: http.MethodGet, Path: "/villages/{village}/rulesets/{version}/offers", Tag: rulesTag, Op: access.OpReadVillage,
		Summary: "The lines the township offers a village's draft",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		RulesetVersion
	}) (*list[rulebook.Rule], error) {
		set, err := s.svc.Rules.Ruleset(ctx, by, in.Village.Area, in.Version)
		if err != nil {
			return nil, err
		}
		offers, err := s.svc.Rules.Offers(ctx, in.Village.Area, set.TownshipVersion)
		return listOf(offers, "", func(r rulebook.Rule) rulebook.Rule { return r }), err
	})
}

func (s *server) registerBounds() {
	handle(s, spec{
		ID: "set-bounds", Method: http.MethodPut, Path: "/areas/{area}/rulesets/{version}/bounds", Tag: rulesTag, Op: access.OpEditTemplate,
		Summary: "Set what a county's draft template lets its villages choose",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		RulesetVersion
		Body rulebook.Bounds
	}) (*rulesetFull, error) {
		if err := s.svc.Rules.SetBounds(ctx, by, in.Area.Area, in.Version, in.Body); err != nil {
			return nil, err
		}
		return s.ruleset(ctx, by, in.Area.Area, in.Version)
	})
	handle(s, spec{
		ID: "get-baseline", Method: http.MethodGet, Path: "/villages/{village}/baseline", Tag: rulesTag, Op: access.OpReadVillage,
		Summary: "What the county's template in force lets a village choose",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*rulebook.Bounds, error) {
		bounds, err := s.svc.Rules.Baseline(ctx, by, in.Village.Area)
		return &bounds, err
	})
}
