package ruletable

import (
	"strings"

	"qunyan/internal/messages"
)

// Fault is what is wrong in one place of a file. Row 0 is the file or the sheet as a whole.
type Fault struct {
	Sheet  string         `json:"sheet"`
	Row    int            `json:"row"`    // as the spreadsheet shows it; in JSON the rule's place in the list
	Column string         `json:"column"` // letter; "" in JSON
	Field  Column         `json:"field"`  // the API's word; "" if no one column is at fault
	Code   string         `json:"code"`
	Params map[string]any `json:"params"`
}

// Reason is the fault in a sentence. The words that a column takes are named in the reader's language.
func (f Fault) Reason(lang messages.Lang) string {
	params := map[string]any{}
	for name, value := range f.Params {
		params[name] = value
	}
	if f.Code == "rulebook.red_line" { // the sentences stand under keys
		for _, name := range []string{"law", "reason"} {
			if k, ok := params[name].(string); ok {
				params[name] = messages.Text(lang, k, nil)
			}
		}
	}
	if f.Field != "" {
		params["field"] = Label(lang, f.Field)
	}
	if prefix, ok := params["words"].(string); ok {
		between := "、"
		if lang == messages.English {
			between = "; "
		}
		params["words"] = strings.Join(choices(lang, prefix), between)
	}
	return messages.Text(lang, "errors."+f.Code, params)
}
