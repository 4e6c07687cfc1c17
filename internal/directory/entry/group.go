package entry

import (
	"strconv"
	"strings"
)

// GroupKey is what two spellings of a group's or building's name have in common: 三组, 第3组, 3村民小组 and 前进村三组
// (in 前进村) are all "3组"; 3号楼, 3栋 and 三幢 are all "3栋". Any other name is its own key. village is the short name
// of the village it lies in.
func GroupKey(name, village string) string {
	name = strings.ReplaceAll(Clean(name), " ", "")
	if village != "" && name != village {
		name = strings.TrimPrefix(name, village)
	}
	plain := strings.TrimPrefix(name, "第")
	for _, ending := range [...]struct{ spelt, kind string }{
		{"村民小组", "组"}, {"村民组", "组"}, {"小组", "组"}, {"居民小组", "组"}, {"组", "组"},
		{"号楼", "栋"}, {"号栋", "栋"}, {"栋楼", "栋"}, {"栋", "栋"}, {"幢", "栋"}, {"#楼", "栋"}, {"#", "栋"},
	} {
		stem, has := strings.CutSuffix(plain, ending.spelt)
		if n, ok := numeral(stem); has && ok {
			return strconv.Itoa(n) + ending.kind
		}
	}
	// A bare number is a group's: clerks number the groups and leave the word out.
	if n, ok := numeral(plain); ok {
		return strconv.Itoa(n) + "组"
	}
	return name
}

// numeral reads 1–999 in Arabic or Chinese digits.
func numeral(s string) (int, bool) {
	if n, ok := whole(s); ok {
		return int(n), n >= 1 && n <= 999
	}
	digits := map[rune]int{'一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	units := map[rune]int{'十': 10, '百': 100}
	total, digit, lastUnit := 0, 0, 1000
	for _, r := range s {
		switch {
		case digits[r] > 0 && digit == 0:
			digit = digits[r]
		case units[r] > 0 && units[r] < lastUnit && (digit > 0 || total == 0 && r == '十'):
			total += max(digit, 1) * units[r]
			digit, lastUnit = 0, units[r]
		case r == '零' && lastUnit == 100 && digit == 0:
		default:
			return 0, false
		}
	}
	return total + digit, total+digit > 0
}
