package batch

import (
	"slices"
	"strconv"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/rulebook"
)

// readDay reads a day the ways people and spreadsheets write one: 2026-09-10, 2026/9/10, 2026年9月10日, 20260910, and a
// spreadsheet's day number.
func readDay(text string) (core.Day, bool) {
	text = entry.Clean(text)
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("-/.年月日号 ", r) })
	numbers := make([]int64, len(parts))
	for i, p := range parts {
		n, err := strconv.ParseInt(p, 10, 64)
		if err != nil || n < 0 {
			return 0, false
		}
		numbers[i] = n
	}
	var day core.Day
	switch {
	case len(numbers) == 3 && numbers[0] < 10_000 && numbers[1] < 13 && numbers[2] < 32:
		day = core.Day(numbers[0]*10_000 + numbers[1]*100 + numbers[2])
	case len(numbers) == 1 && numbers[0] > 30_000 && numbers[0] < 90_000: // days since 1899-12-30; 30,000 is 1982
		day = core.Day(18991230).Add(int(numbers[0]))
	case len(numbers) == 1:
		day = core.Day(numbers[0])
	}
	return day, day.Valid() && day > 20000101
}

// mark is what a cell under a rule says.
type mark struct{ qty, step int64 }

// readMark reads a cell under a rule: given is false for an empty one. code says what is wrong with it.
func readMark(r rulebook.Rule, text string) (m mark, given bool, code string) {
	text = entry.Clean(text)
	if text == "" || text == "0" || text == "0.0" {
		return m, false, ""
	}
	number, isNumber := entry.Number(text)
	switch {
	case len(r.Scale) > 0:
		at := slices.IndexFunc(r.Scale, func(s rulebook.Step) bool {
			return entry.Clean(s.LabelZh) == text || strings.EqualFold(entry.Clean(s.LabelEn), text)
		})
		if at < 0 && isNumber && number <= int64(len(r.Scale)) {
			at = int(number) - 1
		}
		if at < 0 {
			return m, true, "batch.bad_step"
		}
		return mark{qty: 1, step: int64(at)}, true, ""
	case r.Per == rulebook.PerUnit:
		if !isNumber || number > core.MaxQty {
			return m, true, "batch.bad_count"
		}
		return mark{qty: number, step: -1}, true, ""
	}
	if isNumber && number == 1 || slices.Contains([]string{"√", "✓", "✔", "v", "V", "是", "y", "Y", "yes"}, text) {
		return mark{qty: 1, step: -1}, true, ""
	}
	return m, true, "batch.bad_tick"
}
