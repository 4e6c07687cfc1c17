package entry_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
)

const today core.Day = 20260301

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"１２３":                "123",
		"　王　国　":              "王 国",
		"a\u00a0\tb\r\nc":    "a b c",
		"\ufeff\u200b户主\x00": "户主",
		"":                   "",
		"（组）":                "(组)",
	} {
		if got := entry.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"王建国": "王建国", "王 国": "王国", "　李　明": "李明", "阿依古丽•买买提": "阿依古丽·买买提", "阿依古丽.买买提": "阿依古丽·买买提", "Li Ming": "Li Ming",
		"O'Brien": "O'Brien", "𠮷田": "𠮷田", "王〇": "王〇", "王建国\u200b": "王建国",
		"": "", "王": "", "王建国1": "", "王建国（户主）": "", "=1+1": "", "<b>王</b>": "", "···": "", strings.Repeat("王", 51): "", "王/李": "",
	} {
		got, ok := entry.Name(in)
		if got != want || ok != (want != "") {
			t.Errorf("Name(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"13800001111": "13800001111", "１３８ ００００ １１１１": "13800001111", "+86 138-0000-1111": "13800001111", "1.3800001111E+10": "13800001111",
		"13800001111.0": "13800001111", "0857-7621234": "08577621234", "（0857）7621234": "08577621234", "7621234": "7621234", "138****1111": "", "": "",
	} {
		if got, ok := entry.Phone(in); got != want || !ok {
			t.Errorf("Phone(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"1380000111", "138000011112", "12800001111", "abc", "110", "1.38E+30", "-13800001111e", "13800001111/13900001111"} {
		if got, ok := entry.Phone(in); ok {
			t.Errorf("Phone(%q) = %q, want a refusal", in, got)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"12": 12, "０１２": 12, "12.0": 12, "12号": 12, "第12户": 12, "12 号": 12, "1E3": 1000, "9999999": 9_999_999,
		"": 0, "0": 0, "-1": 0, "12.5": 0, "一": 0, "10000000": 0, "99999999999999999999": 0, "3-12": 0, "NaN": 0, "1e400": 0, "0x1F": 0,
	} {
		got, ok := entry.Number(in)
		if ok != (want != 0) || ok && got != want {
			t.Errorf("Number(%q) = %d, %v; want %d", in, got, ok, want)
		}
	}
}

func TestBirthYear(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		"1968": 1968, "１９６８年": 1968, "1968-05-01": 1968, "1968/5/1": 1968, "1968.5": 1968, "1968.0": 1968, "19680501": 1968, "196805": 1968,
		"24959": 1968, "24959.5": 0, "1968年5月1日": 1968, "1968-05-01 00:00:00": 1968, "2026": 2026, "1900": 1900, "1921-07-01": 1921,
		"1899": 0, "2027": 0, "68": 0, "0": 0, "196813": 0, "20250230": 0, "五八年": 0, "1968 abc": 0, "19680501120000": 0, "-1968": 0, "": 0, "99999999": 0,
		"30270101": 0,
	} {
		got, ok := entry.BirthYear(in, today)
		if ok != (want != 0) || ok && got != want {
			t.Errorf("BirthYear(%q) = %d, %v; want %d", in, got, ok, want)
		}
	}
}

func TestGroupKeyMeetsEverySpelling(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"3组", "三组", "第三组", "第3村民小组", "3村民组", "三小组", "前进村三组", "３ 组", "3", "三"},
		{"12组", "十二组", "一十二组", "第十二村民组"},
		{"20组", "二十组"},
		{"103组", "一百零三组"},
		{"3栋", "3号楼", "三栋", "3幢", "3#楼", "第3栋"},
		{"大寨组"}, {"前进村"}, {"组"}, {"零组"}, {"三三组"}, {"1000组"}, {"十百组"}, {""},
	} {
		for _, name := range same {
			if got := entry.GroupKey(name, "前进村"); got != same[0] {
				t.Errorf("GroupKey(%q) = %q, want %q", name, got, same[0])
			}
		}
	}
}

// header is a usual heading.
func header(t testing.TB, cells ...string) entry.Layout {
	t.Helper()
	l, ok := entry.Header(cells, true)
	if !ok {
		t.Fatalf("%q is not read as a heading", cells)
	}
	return l
}

func TestHeader(t *testing.T) {
	t.Parallel()
	l := header(t, "序号", "乡镇（街道）", " 村/社区* ", "组(楼栋)", "户编号", "姓　名", "与户主关系", "性别", "出生\n年月", "联系电话", "身份证号码", "民族", "姓名")
	if l.Position(entry.Village) != 2 || l.Position(entry.PersonName) != 5 || l.Position(entry.Birth) != 8 || l.Position(entry.Cadre) != -1 {
		t.Errorf("columns are misplaced: %+v", l)
	}
	if !reflect.DeepEqual(l.Unknown, []int{0, 11}) || !reflect.DeepEqual(l.Twice, []entry.Column{entry.PersonName}) || len(l.Missing) != 0 {
		t.Errorf("unknown %v, twice %v, missing %v", l.Unknown, l.Twice, l.Missing)
	}
	l = header(t, "Name", "Phone")
	if want := []entry.Column{entry.HouseholdNo, entry.Relation, entry.VillageCode}; !reflect.DeepEqual(l.Missing, want) {
		t.Errorf("missing %v, want %v", l.Missing, want)
	}
	for _, cells := range [][]string{nil, {""}, {"织金县白泥镇前进村户籍表"}, {"填表人", "日期"}, {"姓名"}, {"性别", "电话"}} {
		if _, ok := entry.Header(cells, true); ok {
			t.Errorf("%q is read as a heading", cells)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	l := header(t, "村编码", "乡镇", "村", "组", "户编号", "户主", "姓名", "与户主关系", "性别", "出生年份", "电话", "身份证号", "党员", "村干部户")
	row, faults := entry.Parse(l, []string{"520524114206", "白泥镇", "前进村", "三组", "０12", "王建国", "王 建国", "", "男", "", "１3800001111", "52052419900101123x", "√", "否"}, today)
	if len(faults) != 0 {
		t.Fatalf("faults %v", faults)
	}
	id := row.ID
	want := entry.Row{VillageCode: 520524114206, Township: "白泥镇", Village: "前进村", Group: "三组", Number: 12, Head: "王建国", Name: "王建国", Relation: "head",
		Sex: "m", BirthYear: 1990, Phone: "13800001111", ID: id, Party: entry.Yes, Cadre: entry.No}
	if row != want || id.Last4() != "123X" {
		t.Errorf("read %+v, want %+v", row, want)
	}
	row, faults = entry.Parse(l, []string{"", "", "前进村", "", "13", "", "李明"}, today)
	if len(faults) != 0 || row.Relation != "" || row.Party != entry.Unsaid {
		t.Errorf("a short row: %+v, %v", row, faults)
	}
}

func TestParseOfATableOfHeads(t *testing.T) {
	t.Parallel()
	l, ok := entry.Header([]string{"组", "户编号", "户主姓名"}, false)
	if !ok || len(l.Missing) != 0 {
		t.Fatalf("not a heading: %+v", l)
	}
	row, faults := entry.Parse(l, []string{"一组", "7", "王建国"}, today)
	if len(faults) != 0 || row.Name != "王建国" || row.Relation != "head" {
		t.Errorf("%+v, %v", row, faults)
	}
	if _, faults = entry.Parse(l, []string{"一组", "7", ""}, today); !reflect.DeepEqual(faults, []entry.Fault{{Column: entry.Head, Code: entry.FaultNeeded}}) {
		t.Errorf("a household without head: %v", faults)
	}
}

func TestParseNamesEveryBadCell(t *testing.T) {
	t.Parallel()
	columns := []string{"村编码", "村", "组", "户编号", "户主", "姓名", "与户主关系", "性别", "出生年份", "电话", "身份证号", "党员", "村干部户", "户状态"}
	good := []string{"520524114206", "前进村", "三组", "12", "王建国", "王建国", "户主", "男", "1990", "13800001111", "52052419900101123X", "是", "否", "正常"}
	l := header(t, columns...)
	if _, faults := entry.Parse(l, good, today); len(faults) != 0 {
		t.Fatalf("the good row has faults %v", faults)
	}
	seen := map[string]bool{entry.FaultVillageNeeded: true}
	for _, bad := range []struct {
		at   int
		cell string
		want entry.Fault
	}{
		{0, "5205241142", entry.Fault{Column: entry.VillageCode, Code: entry.FaultVillageCode}},
		{2, strings.Repeat("组", 51), entry.Fault{Column: entry.Group, Code: entry.FaultGroupTooLong}},
		{2, strings.Repeat("组", 501), entry.Fault{Column: entry.Group, Code: entry.FaultTooLong}},
		{3, "", entry.Fault{Column: entry.HouseholdNo, Code: entry.FaultNeeded}},
		{3, "十二", entry.Fault{Column: entry.HouseholdNo, Code: entry.FaultNumber}},
		{4, "王", entry.Fault{Column: entry.Head, Code: entry.FaultName}},
		{4, "李明", entry.Fault{Column: entry.Relation, Code: entry.FaultHeadRelation}},
		{5, "王建国1", entry.Fault{Column: entry.PersonName, Code: entry.FaultName}},
		{6, "邻居", entry.Fault{Column: entry.Relation, Code: entry.FaultRelation}},
		{7, "?", entry.Fault{Column: entry.Sex, Code: entry.FaultSex}},
		{7, "女", entry.Fault{Column: entry.Sex, Code: entry.FaultSexDiffers}},
		{8, "2090", entry.Fault{Column: entry.Birth, Code: entry.FaultBirth}},
		{8, "1991", entry.Fault{Column: entry.Birth, Code: entry.FaultBirthDiffers}},
		{9, "138", entry.Fault{Column: entry.PhoneNo, Code: entry.FaultPhone}},
		{10, "5.2052419900101E+17", entry.Fault{Column: entry.IDNumber, Code: entry.FaultIDLostDigits}},
		{10, "520524199001015000", entry.Fault{Column: entry.IDNumber, Code: entry.FaultIDLostDigits}},
		{10, "520524900101123", entry.Fault{Column: entry.IDNumber, Code: entry.FaultIDOld}},
		{10, "52052419900101", entry.Fault{Column: entry.IDNumber, Code: entry.FaultIDLength}},
		{10, "52052419900101123A", entry.Fault{Column: entry.IDNumber, Code: entry.FaultIDCharacters}},
		{10, "180105194912310022", entry.Fault{Column: entry.IDNumber, Code: entry.FaultIDRegion}},
		{10, "110105199002300028", entry.Fault{Column: entry.IDNumber, Code: entry.FaultIDBirthday}},
		{10, "520524199001011231", entry.Fault{Column: entry.IDNumber, Code: entry.FaultIDCheck}},
		{11, "也许", entry.Fault{Column: entry.Party, Code: entry.FaultYesNo}},
		{12, "2", entry.Fault{Column: entry.Cadre, Code: entry.FaultYesNo}},
		{13, "注销", entry.Fault{Column: entry.State, Code: entry.FaultClosed}},
		{13, "搬走", entry.Fault{Column: entry.State, Code: entry.FaultState}},
	} {
		cells := append([]string(nil), good...)
		cells[bad.at] = bad.cell
		_, faults := entry.Parse(l, cells, today)
		if len(faults) == 0 || faults[0] != bad.want && faults[len(faults)-1] != bad.want {
			t.Errorf("%s %q: faults %v, want %v", columns[bad.at], bad.cell, faults, bad.want)
		}
		seen[bad.want.Code] = true
	}
	if _, faults := entry.Parse(l, []string{"", "", "", "12", "", "王建国"}, today); !reflect.DeepEqual(faults, []entry.Fault{{Column: entry.VillageCode, Code: entry.FaultVillageNeeded}}) {
		t.Errorf("a row without a village: %v", faults)
	}
	for _, code := range entry.Faults() {
		if !seen[code] {
			t.Errorf("no row here has the fault %s", code)
		}
	}
}

func TestCleaningTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "typed")
		once := entry.Clean(s)
		if again := entry.Clean(once); again != once {
			t.Fatalf("%q cleans to %q, then to %q", s, once, again)
		}
		if name, ok := entry.Name(s); ok {
			if again, ok := entry.Name(name); !ok || again != name {
				t.Fatalf("%q is the name %q, which is then %q, %v", s, name, again, ok)
			}
		}
		if phone, ok := entry.Phone(s); ok && phone != "" {
			if again, ok := entry.Phone(phone); !ok || again != phone {
				t.Fatalf("%q is the number %q, which is then %q, %v", s, phone, again, ok)
			}
		}
		key := entry.GroupKey(s, "前进村")
		if again := entry.GroupKey(key, "前进村"); strings.HasSuffix(key, "组") && again != key {
			t.Fatalf("%q has the key %q, which has the key %q", s, key, again)
		}
	})
}
