package core

import (
	"strings"
	"unicode"
)

// compoundSurnames are the surnames of two characters still in use; everything else counts as one character.
var compoundSurnames = map[string]bool{
	"欧阳": true, "司马": true, "上官": true, "诸葛": true, "令狐": true, "皇甫": true, "尉迟": true, "长孙": true,
	"慕容": true, "司徒": true, "司空": true, "夏侯": true, "东方": true, "西门": true, "南宫": true, "独孤": true,
	"端木": true, "公孙": true, "轩辕": true, "宇文": true, "鲜于": true, "闾丘": true, "澹台": true, "濮阳": true,
	"淳于": true, "单于": true, "太史": true, "申屠": true, "仲孙": true, "钟离": true, "呼延": true, "赫连": true,
	"万俟": true, "闻人": true, "拓跋": true, "公冶": true, "宗政": true, "第五": true, "百里": true, "东郭": true,
}

// SplitName cuts a Chinese name into surname and given name; a name of one part, or one that is not Chinese, is all
// surname. A compound surname needs a given name behind it: 长孙 alone is 长 with the given name 孙.
func SplitName(name string) (surname, given string) {
	runes := []rune(name)
	switch {
	case len(runes) < 2 || strings.ContainsAny(name, "· ") || !unicode.Is(unicode.Han, runes[0]):
		return name, ""
	case len(runes) >= 3 && compoundSurnames[string(runes[:2])]:
		return string(runes[:2]), string(runes[2:])
	}
	return string(runes[:1]), string(runes[1:])
}

// MaskName is a name as the public may see it (domain.md §5, personal data): 王建国 becomes 王*国, 李明 becomes 李*,
// 欧阳修 becomes 欧阳*, 欧阳建国 becomes 欧阳*国. Of a name in several parts, such as 阿依古丽·买买提, the first
// character of each part stays. A single character is hidden whole. Blanks around the name are dropped.
func MaskName(name string) string {
	name = strings.TrimSpace(name)
	if parts := strings.FieldsFunc(name, isPartMark); len(parts) > 1 {
		return maskParts(name)
	}
	surname, given := SplitName(name)
	hidden := []rune(given)
	switch {
	case given == "":
		return maskWord([]rune(surname))
	case len(hidden) == 1:
		return surname + "*"
	}
	return surname + strings.Repeat("*", len(hidden)-1) + string(hidden[len(hidden)-1])
}

// maskWord treats what has no given name to tell apart: a single character, or a word in letters.
func maskWord(word []rune) string {
	switch len(word) {
	case 0:
		return ""
	case 1:
		return "*"
	}
	return string(word[:1]) + strings.Repeat("*", len(word)-1)
}

// maskParts masks each part by itself and keeps the marks between them.
func maskParts(name string) string {
	var masked strings.Builder
	var part []rune
	for _, r := range name {
		if isPartMark(r) {
			masked.WriteString(maskWord(part))
			masked.WriteRune(r)
			part = part[:0]
			continue
		}
		part = append(part, r)
	}
	masked.WriteString(maskWord(part))
	return masked.String()
}

// isPartMark knows the dots that people type between the parts of a name, and the blank.
func isPartMark(r rune) bool {
	switch r {
	case '·', '•', '‧', '∙', '・', '．', '.', ' ', '　':
		return true
	}
	return false
}
