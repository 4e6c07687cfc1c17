package entry_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
)

// FuzzParse reads any text as a heading and a row, cells parted by '|'.
func FuzzParse(f *testing.F) {
	f.Add("村编码|乡镇|村|组|户编号|户主|姓名|与户主关系|性别|出生年份|电话|身份证号|党员|村干部户", "520524114206|白泥镇|前进村|三组|12|王建国|王建国|户主|男|1990|13800001111|52052419900101123X|是|否")
	f.Add("户编号|姓名|关系", "１２|李　明|配偶")
	f.Add("number|name|relation|born", "1e3|Li Ming|self|24959")
	f.Add("户编号|户主", "\xff|\x00")
	f.Fuzz(func(t *testing.T, heading, cells string) {
		layout, ok := entry.Header(strings.Split(heading, "|"), false)
		if !ok {
			return
		}
		row, faults := entry.Parse(layout, strings.Split(cells, "|"), today)
		for _, fault := range faults {
			if !slices.Contains(entry.Faults(), fault.Code) {
				t.Fatalf("unknown fault %v", fault)
			}
		}
		if len(faults) > 0 || len(layout.Missing) > 0 {
			return
		}
		if row.Number < 1 || row.Number > entry.MaxNumber || utf8.RuneCountInString(row.Name) < 2 || !utf8.ValidString(row.Name+row.Group) {
			t.Fatalf("accepted %+v", row)
		}
		if row.BirthYear != 0 && (row.BirthYear < 1900 || row.BirthYear > 2026) || row.VillageCode != 0 && row.VillageCode.Level() != core.Village {
			t.Fatalf("accepted %+v", row)
		}
	})
}
