package messages

import (
	"fmt"
	"time"

	"qunyan/internal/core"
)

// Day writes a day without its year: 9月8日, 8 Sep.
func Day(lang Lang, d core.Day) string {
	month, day := int(d)/100%100, int(d)%100
	if lang == English {
		return fmt.Sprintf("%d %s", day, time.Month(month).String()[:3])
	}
	return fmt.Sprintf("%d月%d日", month, day)
}

// Date writes a whole day: 2026年9月8日, 8 Sep 2026.
func Date(lang Lang, d core.Day) string {
	year := int(d) / 10000
	if lang == English {
		return fmt.Sprintf("%s %d", Day(lang, d), year)
	}
	return fmt.Sprintf("%d年%s", year, Day(lang, d))
}

// Month writes a month: 2026年9月, September 2026.
func Month(lang Lang, m core.Month) string {
	year, month := int(m)/100, int(m)%100
	if lang == English {
		return fmt.Sprintf("%s %d", time.Month(month), year)
	}
	return fmt.Sprintf("%d年%d月", year, month)
}
