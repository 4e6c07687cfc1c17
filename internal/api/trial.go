package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// trialView is how far the trial of a version is, and its result once there is one.
type trialView struct {
	Finished bool         `json:"finished"`
	Done     int          `json:"done" doc:"households"`
	Total    int          `json:"total" doc:"households; 0 while unknown"`
	Result   *trialResult `json:"result,omitempty"`
}

type trialResult struct {
	Version    int64            `json:"version"`
	AsOfMs     int64            `json:"as_of_ms"`
	From       core.Day         `json:"from"`
	To         core.Day         `json:"to"`
	Claims     int64            `json:"claims" doc:"that count: waiting, approved, on a notice, posted"`
	RateFen    core.Fen         `json:"rate_fen" doc:"fen of goods one point buys in the village's shop; 0 without a shop"`
	Before     trialSum         `json:"before" doc:"what was given"`
	After      trialSum         `json:"after" doc:"what the version would have given"`
	Rules      []trialRule      `json:"rules" doc:"the version's, then those that were used and are not in it"`
	Households []trialHousehold `json:"households" doc:"in the order of their numbers"`
}

type trialSum struct {
	Earned     core.Points `json:"earned"`
	Deducted   core.Points `json:"deducted" doc:"0 or below; from base points only"`
	CostFen    core.Fen    `json:"cost_fen" doc:"of the earned points, by the village's rate"`
	Households int64       `json:"households" doc:"that the spread is measured over"`
	Tenth      core.Points `json:"tenth" doc:"a tenth of the households have no more"`
	Median     core.Points `json:"median" doc:"half of the households have no more"`
	Ninth      core.Points `json:"ninth" doc:"nine tenths of the households have no more"`
	TopShare   int64       `json:"top_share" doc:"per cent of all points that the tenth with the most has"`
}

type trialRule struct {
	Code    string      `json:"code"`
	TextZh  string      `json:"text_zh"`
	TextEn  string      `json:"text_en"`
	Mark    string      `json:"mark" enum:"kept,new,unused,reworded,gone" doc:"new: it has no history; unused: nobody claimed by it; reworded: the claims were made under other words; gone: not in the version"`
	Claims  int64       `json:"claims"`
	Before  core.Points `json:"before"`
	After   core.Points `json:"after"`
	Cut     int64       `json:"cut" doc:"claims that a cap would cut short"`
	Lost    core.Points `json:"lost" doc:"points that caps would take from them"`
	Refused int64       `json:"refused" doc:"claims the version could not judge: another scale, a condition, a warning that is missing"`
}

type trialHousehold struct {
	Number int64       `json:"number"`
	Head   string      `json:"head" doc:"masked"`
	Before core.Points `json:"before"`
	After  core.Points `json:"after"`
}

func trialSumOf(s claims.TrialSum, rate core.Fen) trialSum {
	return trialSum{Earned: s.Earned, Deducted: s.Deducted, CostFen: core.Fen(int64(s.Earned) * int64(rate)), Households: s.Spread.Households,
		Tenth: s.Spread.Tenth, Median: s.Spread.Median, Ninth: s.Spread.Ninth, TopShare: s.Spread.TopShare}
}

// trialWait is how long an answer waits for the end, so that a short trial needs one question.
const trialWait = 800 * time.Millisecond

func (s *server) registerTrials(turns chan struct{}) {
	handle(s, spec{
		ID: "try-rules", Method: http.MethodGet, Path: "/villages/{village}/rulesets/{version}/trial", Tag: rulesTag, Op: access.OpReadVillage,
		Summary: "What a version would have given for the claims of the past twelve months",
		Detail: "Works it out and writes nothing. The answer comes within a second and says how far it is; ask again until it is finished. Asking again " +
			"joins the trial that is running, so a line that breaks loses nothing.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		RulesetVersion
		After int64 `query:"after" minimum:"0" doc:"as_of_ms of a result that is wanted anew"`
	}) (*trialView, error) {
		return s.trial(ctx, by, in.Village.Area, in.Version, in.After)
	})
	export(s, turns, trialExport(s))
}

func (s *server) trial(ctx context.Context, by core.Actor, village core.Area, version, after int64) (*trialView, error) {
	waiting, cancel := context.WithTimeout(ctx, trialWait)
	defer cancel()
	state, err := s.svc.Claims.Trial(waiting, by, village, version, after)
	if err != nil {
		return nil, err
	}
	v := &trialView{Done: state.Done, Total: state.Total, Finished: state.Result != nil}
	if state.Result == nil {
		return v, nil
	}
	rate, err := s.rateOf(ctx, by, village)
	if err != nil {
		return nil, err
	}
	t := state.Result
	v.Result = &trialResult{Version: t.Version, AsOfMs: t.AsOfMs, From: t.From, To: t.To, Claims: t.Claims, RateFen: rate,
		Before: trialSumOf(t.Before, rate), After: trialSumOf(t.After, rate)}
	for _, r := range t.Rules {
		v.Result.Rules = append(v.Result.Rules, trialRule{r.Code, r.TextZh, r.TextEn, string(r.Mark), r.Claims, r.Before, r.After, r.Cut, r.Lost, r.Refused})
	}
	for _, h := range t.Households {
		v.Result.Households = append(v.Result.Households, trialHousehold(h))
	}
	return v, nil
}

// rateOf is what a point buys in the village's shop, 0 where there is no shop yet.
func (s *server) rateOf(ctx context.Context, by core.Actor, village core.Area) (core.Fen, error) {
	shop, err := s.svc.Market.Shop(ctx, by, village)
	if err != nil && errs.KindOf(err) == errs.NotFound {
		return 0, nil
	}
	return shop.Rate, err
}

// TrialExport is a trial's list of households.
type TrialExport struct {
	VillageExport
	RulesetVersion
}

func trialExport(s *server) exported[TrialExport] {
	return exported[TrialExport]{
		Path: "/villages/{village}/rulesets/{version}/trial", Op: access.OpReadVillage, Name: "export.list.trial",
		Columns: columnsOf("export.column.", "number head trial_before trial_after trial_change trial_yuan_before trial_yuan_after"),
		Rows: func(ctx context.Context, by core.Actor, in *TrialExport, _ words, add func(...any) error) error {
			state, err := s.svc.Claims.Trial(ctx, by, in.Village.Area, in.Version, 0)
			if err == nil && state.Result == nil {
				err = errors.Join(errs.New(errs.Unavailable, "store.busy"), ctx.Err())
			}
			if err != nil {
				return err
			}
			rate, err := s.rateOf(ctx, by, in.Village.Area)
			if err != nil {
				return err
			}
			for _, h := range state.Result.Households {
				if err := add(h.Number, h.Head, h.Before, h.After, h.After-h.Before, core.Fen(int64(h.Before)*int64(rate)), core.Fen(int64(h.After)*int64(rate))); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
