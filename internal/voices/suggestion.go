package voices

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Rule is the line of the rules an adopted suggestion is claimed by; the same in the template and in every village.
const Rule = "A02"

// State is where a suggestion stands.
type State string

// The states: untyped → open → adopted or rejected; adopted → done. What comes in with words is open at once.
const (
	Untyped  State = "untyped" // a voice memo without words: the committees do not see it yet
	Open     State = "open"
	Adopted  State = "adopted"
	Rejected State = "rejected"
	Done     State = "done"
)

// Valid says whether s is one of the states.
func (s State) Valid() bool {
	return slices.Contains([]State{Untyped, Open, Adopted, Rejected, Done}, s)
}

// Limits.
const (
	MinText = 5   // characters of a suggestion
	MaxText = 500 // the same
	PerDay  = 3   // suggestions of a household on one day, whoever types them
	MaxOpen = 10  // suggestions of a household that wait to be typed or for the committees

	maxAnswer  = 300
	maxMinutes = 60
	maxNote    = 60 // characters of the text that the claim repeats
)

// Suggestion is what a household suggests, with what became of it.
type Suggestion struct {
	ID          core.ID
	Household   core.ID
	Number      int64
	Group       string
	Head        string // unmasked: never for the public
	Text        string
	Named       bool // the household wishes to be named in public
	Withheld    bool // the public list does not show the text
	State       State
	ByKind      core.ActorKind
	ByID        core.ID
	ByName      string // "" for a household
	Day         core.Day
	MinutesNo   string
	Answer      string // the reason of a rejection, or what the committees say to it
	DecidedName string
	DecidedMs   int64
	Note        string // how it was carried out
	DoneName    string
	DoneMs      int64
	Claim       core.ID // 0 where none could be made
	ClaimCode   string  // why none was
	Memo        core.ID // of the voice memo it came with; 0 if none
	TypedBy     core.ID // of the staff who typed what is heard; 0 if nobody had to
	TypedName   string
	Version     int64
	CreatedMs   int64
}

// barred says why the actor may not decide on the suggestion; nil if nothing stands in the way.
func (s Suggestion) barred(by core.Actor, village core.Area) error {
	switch {
	case by.Household != 0 && by.Household == s.Household && by.Village == village:
		return errs.New(errs.Forbidden, "voices.own_household")
	case s.ByKind == core.StaffActor && s.ByID == by.ID, by.Kind == core.StaffActor && s.TypedBy == by.ID:
		return errs.New(errs.Forbidden, "voices.own_suggestion")
	}
	return nil
}

// Can says whether the actor may decide on the suggestion, or mark it as carried out, as it stands now.
func (s Suggestion) Can(by core.Actor, village core.Area) bool {
	return (s.State == Open || s.State == Adopted) && s.barred(by, village) == nil
}

// Public is a suggestion as everybody sees it.
type Public struct {
	ID     core.ID
	Text   string // "" while it waits and where it is withheld
	Group  string // "" unless the household wished to be named
	Head   string // masked; "" unless it wished
	State  State
	Day    core.Day
	Answer string
	Note   string
	DoneMs int64
}

// public leaves out what is not for everybody.
func (s Suggestion) public() Public {
	if s.State == Untyped {
		s.State = Open // for everybody it waits, however it came
	}
	p := Public{ID: s.ID, State: s.State, Day: s.Day, Answer: s.Answer, Note: s.Note, DoneMs: s.DoneMs}
	if s.State != Open && !s.Withheld {
		p.Text = s.Text
		if s.Named {
			p.Group, p.Head = s.Group, core.MaskName(s.Head)
		}
	}
	return p
}

// cleanSuggestion checks the words of a suggestion.
func cleanSuggestion(text string) (string, error) {
	text, err := claims.CleanText(text, "text", MaxText)
	if err != nil {
		return "", err
	}
	if utf8.RuneCountInString(text) < MinText {
		return "", errs.New(errs.Invalid, "voices.too_short", "least", MinText).At("text")
	}
	return text, noNumbers(text, "text")
}

// noNumbers refuses what reads as somebody's telephone, identity or bank number: eleven digits and more, however they are
// spaced and whichever digits are used.
func noNumbers(text, field string) error {
	digits := strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, text)
	if regexp.MustCompile(`\d([\s\-—.]?\d){10,}`).MatchString(digits) {
		return errs.New(errs.Invalid, "voices.personal_number").At(field)
	}
	return nil
}

// firstWords is the beginning of a text, for the claim.
func firstWords(text string) string {
	runes := []rune(strings.ReplaceAll(text, "\n", " "))
	if len(runes) <= maxNote {
		return string(runes)
	}
	return string(runes[:maxNote-1]) + "…"
}
