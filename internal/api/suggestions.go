package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/voices"
)

const suggestionsTag = "Suggestions"

// SuggestBody is a household's suggestion.
type SuggestBody struct {
	Text  string  `json:"text,omitempty" maxLength:"500" doc:"at least 5 characters; no telephone or identity numbers; may be left out where there is a memo"`
	Named bool    `json:"named,omitempty" doc:"show the household in public, name masked"`
	Memo  core.ID `json:"memo,omitempty" doc:"a voice memo that was sent before; without words the suggestion waits to be typed"`
}

type OfficeSuggestBody struct {
	SuggestBody
	Household core.ID `json:"household"`
}

type suggestionView struct {
	ID          core.ID        `json:"id"`
	Household   core.ID        `json:"household"`
	Number      int64          `json:"number"`
	GroupName   string         `json:"group_name"`
	Head        string         `json:"head"`
	Text        string         `json:"text"`
	Named       bool           `json:"named"`
	Withheld    bool           `json:"withheld" doc:"the public list does not show the text"`
	State       voices.State   `json:"state" enum:"untyped,open,adopted,rejected,done"`
	ByKind      core.ActorKind `json:"by_kind"`
	ByName      string         `json:"by_name" doc:"'' for a household"`
	Day         core.Day       `json:"day"`
	MinutesNo   string         `json:"minutes_no"`
	Answer      string         `json:"answer" doc:"a rejection's reason, or what the committees say to it"`
	DecidedName string         `json:"decided_name"`
	DecidedMs   int64          `json:"decided_ms"`
	Note        string         `json:"note" doc:"how it was carried out"`
	DoneName    string         `json:"done_name"`
	DoneMs      int64          `json:"done_ms"`
	Claim       core.ID        `json:"claim" doc:"of an adopted one; '' where none could be made"`
	ClaimCode   string         `json:"claim_code" doc:"why none could"`
	HasMemo     bool           `json:"has_memo" doc:"it was spoken; the village office can listen"`
	TypedName   string         `json:"typed_name" doc:"who typed the memo; '' if nobody had to"`
	Version     int64          `json:"version"`
	CanDecide   bool           `json:"can_decide" doc:"nothing but its state and the reader's roles stand in the way: it is not the own household's, and the reader did not type it in"`
}

func viewSuggestion(by core.Actor, village core.Area) func(voices.Suggestion) suggestionView {
	return func(s voices.Suggestion) suggestionView {
		return suggestionView{ID: s.ID, Household: s.Household, Number: s.Number, GroupName: s.Group, Head: s.Head, Text: s.Text, Named: s.Named,
			Withheld: s.Withheld, State: s.State, ByKind: s.ByKind, ByName: s.ByName, Day: s.Day, MinutesNo: s.MinutesNo, Answer: s.Answer,
			DecidedName: s.DecidedName, DecidedMs: s.DecidedMs, Note: s.Note, DoneName: s.DoneName, DoneMs: s.DoneMs, Claim: s.Claim,
			ClaimCode: s.ClaimCode, HasMemo: s.Memo != 0, TypedName: s.TypedName, Version: s.Version, CanDecide: s.Can(by, village) && access.Can(by, access.OpDecideSuggestion, village)}
	}
}

// ownSuggestion is what a household sees of its own.
type ownSuggestion struct {
	ID     core.ID      `json:"id"`
	Text   string       `json:"text"`
	State  voices.State `json:"state" enum:"untyped,open,adopted,rejected,done"`
	Day    core.Day     `json:"day"`
	Answer string       `json:"answer"`
	Note   string       `json:"note"`
}

func viewOwnSuggestion(s voices.Suggestion) ownSuggestion {
	return ownSuggestion{ID: s.ID, Text: s.Text, State: s.State, Day: s.Day, Answer: s.Answer, Note: s.Note}
}

type publicSuggestion struct {
	ID         core.ID      `json:"id"`
	Text       string       `json:"text" doc:"'' while it waits and where it is withheld"`
	GroupName  string       `json:"group_name" doc:"'' unless the household wished to be named"`
	HeadMasked string       `json:"head_masked" doc:"the same"`
	State      voices.State `json:"state" enum:"open,adopted,rejected,done"`
	Day        core.Day     `json:"day"`
	Answer     string       `json:"answer"`
	Note       string       `json:"note"`
	DoneMs     int64        `json:"done_ms"`
}

func viewPublicSuggestion(p voices.Public) publicSuggestion {
	return publicSuggestion{ID: p.ID, Text: p.Text, GroupName: p.Group, HeadMasked: p.Head, State: p.State, Day: p.Day, Answer: p.Answer, Note: p.Note, DoneMs: p.DoneMs}
}

func (s *server) registerSuggestions() {
	const base = "/villages/{village}/suggestions"
	handle(s, spec{
		ID: "list-suggestions", Method: http.MethodGet, Path: base, Tag: suggestionsTag, Op: access.OpReadVillage,
		Summary: "Suggestions of a village, newest first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
		State string `query:"state" enum:"untyped,open,adopted,rejected,done"`
	}) (*list[suggestionView], error) {
		rows, next, err := s.svc.Voices.Suggestions(ctx, by, in.Village.Area, voices.State(in.State), in.page())
		return listOf(rows, next, viewSuggestion(by, in.Village.Area)), err
	})
	handle(s, spec{
		ID: "raise-suggestion", Method: http.MethodPost, Path: base, Tag: suggestionsTag, Op: access.OpSuggest, Status: http.StatusCreated,
		Summary: "Type in a suggestion for a household",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body OfficeSuggestBody
	}) (*suggestionView, error) {
		one, err := s.svc.Voices.Raise(ctx, by, in.Village.Area, voices.Draft{Household: in.Body.Household, Text: in.Body.Text, Named: in.Body.Named, Memo: in.Body.Memo})
		return viewed(one, err, viewSuggestion(by, in.Village.Area))
	})
	s.registerMemos(base)
	s.registerDeciding(base + "/{id}")
	s.registerOwnSuggestions()
}

func (s *server) registerDeciding(base string) {
	handle(s, spec{
		ID: "adopt-suggestion", Method: http.MethodPost, Path: base + "/adopt", Tag: suggestionsTag, Op: access.OpDecideSuggestion,
		Summary: "Record that the committees adopted it", Detail: "Submits a claim by rule A02 with the minutes as its proof; another person reviews it. Not for one's own household, nor for what one typed in.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			MinutesNo string `json:"minutes_no" minLength:"1" maxLength:"60"`
			Answer    string `json:"answer,omitempty" maxLength:"300" doc:"shown in public"`
			Withheld  bool   `json:"withheld,omitempty" doc:"the public list does not show the words"`
			Version   int64  `json:"version,omitempty" minimum:"0" doc:"the one the reader saw"`
		}
	}) (*suggestionView, error) {
		one, err := s.svc.Voices.Adopt(ctx, by, in.Village.Area, in.ID.ID,
			voices.Decision{Version: in.Body.Version, MinutesNo: in.Body.MinutesNo, Answer: in.Body.Answer, Withheld: in.Body.Withheld})
		return viewed(one, err, viewSuggestion(by, in.Village.Area))
	})
	handle(s, spec{
		ID: "reject-suggestion", Method: http.MethodPost, Path: base + "/reject", Tag: suggestionsTag, Op: access.OpDecideSuggestion,
		Summary: "Record that the committees did not adopt it, and why",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Reason   string `json:"reason" minLength:"1" maxLength:"300" doc:"shown in public"`
			Withheld bool   `json:"withheld,omitempty" doc:"the public list does not show the words"`
			Version  int64  `json:"version,omitempty" minimum:"0" doc:"the one the reader saw"`
		}
	}) (*suggestionView, error) {
		one, err := s.svc.Voices.Reject(ctx, by, in.Village.Area, in.ID.ID, voices.Decision{Version: in.Body.Version, Answer: in.Body.Reason, Withheld: in.Body.Withheld})
		return viewed(one, err, viewSuggestion(by, in.Village.Area))
	})
	handle(s, spec{
		ID: "carry-out-suggestion", Method: http.MethodPost, Path: base + "/done", Tag: suggestionsTag, Op: access.OpDecideSuggestion,
		Summary: "Mark an adopted suggestion as carried out",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Note    string `json:"note" minLength:"1" maxLength:"300" doc:"shown in public"`
			Version int64  `json:"version,omitempty" minimum:"0" doc:"the one the reader saw"`
		}
	}) (*suggestionView, error) {
		one, err := s.svc.Voices.CarryOut(ctx, by, in.Village.Area, in.ID.ID, in.Body.Version, in.Body.Note)
		return viewed(one, err, viewSuggestion(by, in.Village.Area))
	})
}

// registerOwnSuggestions registers what a household, and what everybody sees.
func (s *server) registerOwnSuggestions() {
	handle(s, spec{
		ID: "list-card-suggestions", Method: http.MethodGet, Path: "/card/suggestions", Tag: tagCardHolder, Op: access.OpReadCard, Auth: authCard,
		Summary: "The household's suggestions, newest first",
	}, func(ctx context.Context, by core.Actor, in *PageQuery) (*list[ownSuggestion], error) {
		rows, next, err := s.svc.Voices.Own(ctx, by, in.page())
		return listOf(rows, next, viewOwnSuggestion), err
	})
	handle(s, spec{
		ID: "raise-card-suggestion", Method: http.MethodPost, Path: "/card/suggestions", Tag: tagCardHolder, Op: access.OpUseCard, Auth: authCard,
		Status: http.StatusCreated, Summary: "Suggest something to the village",
	}, func(ctx context.Context, by core.Actor, in *struct{ Body SuggestBody }) (*ownSuggestion, error) {
		one, err := s.svc.Voices.Raise(ctx, by, by.Village, voices.Draft{Text: in.Body.Text, Named: in.Body.Named, Memo: in.Body.Memo})
		return viewed(one, err, viewOwnSuggestion)
	})
	handle(s, spec{
		ID: "list-public-suggestions", Method: http.MethodGet, Path: "/public/villages/{village}/suggestions", Tag: publicTag, Auth: authPublic,
		Summary: "What was suggested and what became of it, newest first", Detail: "The words of those that were decided on; no names but those that wished it, masked.",
	}, func(ctx context.Context, _ core.Actor, in *struct {
		InVillage
		PageQuery
	}) (*list[publicSuggestion], error) {
		rows, next, err := s.svc.Voices.Public(ctx, in.Village.Area, in.page())
		return listOf(rows, next, viewPublicSuggestion), err
	})
}

// SuggestionExport is the list of suggestions with its filter.
type SuggestionExport struct {
	VillageExport
	State string `query:"state" maxLength:"20"`
}

func suggestionExport(s *server) exported[SuggestionExport] {
	return exported[SuggestionExport]{
		Path: "/villages/{village}/export/suggestions", Op: access.OpReadVillage, Name: "export.list.suggestions",
		Columns: columnsOf("export.column.", "day number group head suggestion state minutes answer decided_by done done_by claim by"),
		Rows: func(ctx context.Context, by core.Actor, in *SuggestionExport, say words, add func(...any) error) error {
			return eachPage(ctx, func(page core.Page) ([]voices.Suggestion, string, error) {
				return s.svc.Voices.Suggestions(ctx, by, in.Village.Area, voices.State(in.State), page)
			}, func(one voices.Suggestion) error {
				claimed := ""
				if one.State == voices.Adopted || one.State == voices.Done {
					claimed = say.yesNo(one.Claim != 0)
				}
				return add(one.Day, one.Number, one.Group, one.Head, one.Text, say.of("export.suggestion.", string(one.State)), one.MinutesNo, one.Answer,
					one.DecidedName, one.Note, one.DoneName, claimed, one.ByName)
			})
		},
	}
}
