package directory_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

const heading = "组,户编号,户主,姓名,与户主关系,性别,出生年份,电话,身份证号,党员,村干部户\n"

// bring imports text for the village and waits for the end.
func (w *world) bring(content string, change ...func(*directory.ImportInput)) directory.Import {
	w.t.Helper()
	in := directory.ImportInput{Area: w.village, Name: "前进村.csv", Content: strings.NewReader(content), CreateGroups: true}
	for _, c := range change {
		c(&in)
	}
	by := w.clerk
	if in.Area != w.village {
		by = staff(core.RoleCounty, in.Area.Parent())
		if in.Area.Level() == core.County {
			by = staff(core.RoleCounty, in.Area)
		}
	}
	end, err := w.RunImport(context.Background(), by, in, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return end
}

func dry(in *directory.ImportInput)      { in.Dry = true }
func noGroups(in *directory.ImportInput) { in.CreateGroups = false }

// summary is what an import says of itself, briefly.
func summary(i directory.Import) string {
	return fmt.Sprintf("%s: %d rows, %d created, %d changed, %d unchanged, %d groups, %d faults", i.State, i.Rows, i.Created, i.Changed, i.Unchanged, i.Groups, i.FaultCount)
}

// faults lists an import's faults as "row column code".
func faults(i directory.Import) (list []string) {
	for _, f := range i.Faults {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %d%s %s", f.Sheet, f.Row, f.Column, f.Code)))
	}
	return list
}

const twoFamilies = heading +
	"一组,1,王建国,王建国,户主,男,1968,13800001111," + idOfWang + ",是,是\n" +
	"一组,1,,李明,配偶,女,1970,,,,\n" +
	"二组,２,单丹,单丹,,,,,,,\n"

func TestImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := strings.Replace(twoFamilies, "1968", "1990", 1)
	if got, want := summary(w.bring(text, dry)), "dry: 3 rows, 2 created, 0 changed, 0 unchanged, 2 groups, 0 faults"; got != want {
		t.Errorf("dry: %s, want %s", got, want)
	}
	if got := w.counted(); got != "active 0 closed 0 residents 0" || len(w.found(directory.Filter{})) != 0 {
		t.Errorf("the dry run wrote: %s", got)
	}
	if got, want := summary(w.bring(text)), "done: 3 rows, 2 created, 0 changed, 0 unchanged, 2 groups, 0 faults"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	if got, want := w.counted(), "active 2 closed 0 residents 3"; got != want || w.recounted() != want || len(w.opened) != 2 {
		t.Errorf("counted %s, by rows %s, opened %d", got, w.recounted(), len(w.opened))
	}
	found, _, err := w.Households(context.Background(), w.clerk, w.village, directory.Filter{Q: "1"}, core.Page{})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	h := found[0]
	if h.Head != "王建国" || h.GroupName != "一组" || !h.Cadre || h.Members != 2 {
		t.Errorf("household %+v", h)
	}
	if people := w.residents(h.ID); people[0].PhoneTail() != "1111" || people[0].IDLast4 != "123X" || !people[0].Party || people[1].Relation != directory.Spouse {
		t.Errorf("people %+v", people)
	}
	before := len(w.audited())
	if got, want := summary(w.bring(text)), "done: 3 rows, 0 created, 0 changed, 2 unchanged, 0 groups, 0 faults"; got != want {
		t.Errorf("again: %s, want %s", got, want)
	}
	if len(w.audited()) != before || w.reload(h.ID).Version != 1 || len(w.opened) != 2 {
		t.Error("the second time changed something")
	}
	w.noSecretsInAudit(t)
}

func TestImportChangesWhatTheFileSaysAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bring(strings.Replace(twoFamilies, "1968", "1990", 1))
	end := w.bring(heading +
		"三组,1,,王亮,户主,男,1995,,,,\n" + // joins as the head
		"三组,1,,李 明,,,,１３８００００２２２２,,是,\n" + // her phone and party, her relation stays
		",2,,单丹,,,,,,,\n") // nothing new
	if got, want := summary(end), "done: 3 rows, 0 created, 1 changed, 1 unchanged, 1 groups, 0 faults"; got != want {
		t.Fatalf("%s, want %s: %v", got, want, faults(end))
	}
	h, _, err := w.Households(context.Background(), w.clerk, w.village, directory.Filter{Q: "1"}, core.Page{})
	if err != nil || h[0].Head != "王亮" || h[0].GroupName != "三组" || !h[0].Cadre || h[0].Members != 3 || h[0].Version != 2 {
		t.Errorf("%+v, %v", h, err)
	}
	people := map[string]directory.Resident{}
	for _, p := range w.residents(h[0].ID) {
		people[p.Name] = p
	}
	if people["王亮"].Relation != directory.Head || people["王建国"].Relation != directory.Other || people["王建国"].IDLast4 != "123X" || people["李明"].Relation != directory.Spouse ||
		people["李明"].PhoneTail() != "2222" || !people["李明"].Party || people["李明"].BirthYear != 1970 {
		t.Errorf("people %+v", people)
	}
	if w.counted() != w.recounted() {
		t.Errorf("counted %s, by rows %s", w.counted(), w.recounted())
	}
}

func TestImportReportsEveryBadRow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.group("一组")
	closed := w.create(directory.CreateInput{Number: 90, Head: "赵匡"})
	taken := w.create(directory.CreateInput{Number: 91, Head: "王建国", Residents: []directory.ResidentInput{{Name: "王建国", IDNumber: idOfWang}, {Name: "王老", BirthYear: 1930}}})
	ctx := context.Background()
	w.close(closed.ID)
	if _, err := w.UpdateResident(ctx, w.clerk, directory.ResidentPatch{Village: w.village, ID: w.residents(taken.ID)[1].ID, State: ptr(directory.Died)}); err != nil {
		t.Fatal(err)
	}
	counted := w.counted()
	rows := []struct{ row, fault string }{
		{"一组,1,,王一,户主,男,1968,,,,", ""},
		{"一组,1,,王二,户主,男,1968,,,,", "3E import.two_heads"},
		{"九组,2,,李一,户主,,,,,,", "4A import.unknown_group"},
		{"一组,3,,李二,户主,,2090,,,,", "5G import.bad_birth"},
		{"一组,3,,李三,配偶,女,1968,138,,,", "6H import.bad_phone"},
		{"一组,4,,赵一,配偶,,,,,,", "7E import.no_head"},
		{"一组,5,,钱一,户主,,,,,,", ""},
		{"一组,1,,孙一,户主,,,,,,", "9B import.number_twice"},
		{"一组,5,,钱一,,,,,,,", "10D import.person_twice"},
		{"一组,6,,周一,户主,,,,11010519491231002X,,", ""},
		{"一组,7,,吴一,户主,,,,11010519491231002x,,", "12I import.id_twice"},
		{"一组,8,,郑一,户主,,,,520524199001011231,,", "13I import.id_check"},
		{"一组,9,,冯一,户主,,,," + idOfWang + ",,", "14I import.id_elsewhere"},
		{"一组,90,,赵匡,户主,,,,,,", "15B import.household_closed"},
		{"一组,91,,王老,,,1930,,,,", "16D import.person_died"},
		{"一组,10,陈二,陈一,,,,,,,", "17C import.head_not_listed"},
		{",abc,,褚一,户主,,,,,,", "18B import.bad_number"},
		{",,,褚一,户主,,,,,,", "19B import.needed"},
		{",11,,卫1,户主,,,,,,", "20D import.bad_name"},
		{",12,蒋一,蒋一,,,,,,,是", ""},
		{"二组,12,,蒋二,,,,,,,", "22A import.unknown_group"},
		{",12,蒋三,蒋四,配偶,,,,,,否", "23C import.head_differs"},
		{",,,,,,,,,,", ""},
		{",13,,沈一,户主,,,,,也许,", "25J import.bad_yes_no"},
	}
	text, want := heading, []string{}
	for _, r := range rows {
		text += r.row + "\n"
		if r.fault != "" {
			want = append(want, r.fault)
		}
	}
	want = slices.Insert(want, slices.Index(want, "23C import.head_differs")+1, "23K import.cadre_differs")
	end := w.bring(text, noGroups)
	if got := faults(end); !reflect.DeepEqual(got, want) {
		t.Errorf("faults\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if end.State != directory.ImportFailed || end.FaultCount != int64(len(want)) || w.counted() != counted {
		t.Errorf("%s; counted %s, before %s", summary(end), w.counted(), counted)
	}
	if same := faults(w.bring(text, noGroups, dry)); !reflect.DeepEqual(same, want) {
		t.Errorf("the dry run finds %v", same)
	}
}

func TestImportOfManyVillages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	county, township := w.village.Parent().Parent(), w.village.Parent()
	near, far := township*1000+900, (county*1000+998)*1000+201
	w.seed(directory.NewArea(near, "后寨村村民委员会"), directory.NewArea(far.Parent(), "三塘镇"), directory.NewArea(far, "后寨社区居民委员会"), directory.NewArea(far+1, "前进村村民委员会"))
	const columns = "村编码,乡镇,村,户编号,姓名,与户主关系\n"
	text := columns +
		w.village.String() + ",,,1,王一,户主\n" +
		",白泥镇,前进村,2,王二,户主\n" +
		",三塘,前进,1,李一,户主\n" +
		",,后寨社区居民委员会,1,李二,户主\n" +
		near.String() + ",白泥镇,后寨村,1,李三,户主\n"
	in := func(i *directory.ImportInput) { i.Area = county }
	if got, want := summary(w.bring(text, in)), "done: 5 rows, 5 created, 0 changed, 0 unchanged, 0 groups, 0 faults"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	if w.counted() != "active 2 closed 0 residents 2" || len(w.opened) != 5 {
		t.Errorf("counted %s, opened %d", w.counted(), len(w.opened))
	}
	end := w.bring(columns+
		",,前进村,1,王一,户主\n"+
		",三塘镇,不在村,1,王一,户主\n"+
		storetest.Village().String()+",,,1,王一,户主\n"+
		(near+50).String()+",,,1,王一,户主\n"+
		near.String()+",,前进村,1,王一,户主\n"+
		",,,1,王一,户主\n"+
		"12,,,1,王一,户主\n", in)
	want := []string{"2C import.ambiguous_village", "3C import.unknown_village", "4A import.village_outside", "5A import.unknown_village", "6C import.village_mismatch",
		"7A import.village_needed", "8A import.bad_village_code"}
	if got := faults(end); !reflect.DeepEqual(got[:6], want[:6]) || !strings.Contains(strings.Join(got, " "), want[6]) {
		t.Errorf("faults\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if end := w.bring("村,户编号,姓名,与户主关系\n后寨村,1,王一,户主\n"); !reflect.DeepEqual(faults(end), []string{"2A import.unknown_village"}) {
		t.Errorf("another village's rows for one's own village: %v", faults(end))
	}
}

func TestImportIsForThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	for name, by := range map[string]core.Actor{"another village's clerk": staff(core.RoleClerk, storetest.Village()), "the keeper": staff(core.RoleKeeper, w.village), "an auditor": staff(core.RoleAuditor, w.village)} {
		_, err := w.RunImport(ctx, by, directory.ImportInput{Area: w.village, Content: strings.NewReader(twoFamilies)}, nil)
		refused(t, name, err, "access.forbidden")
	}
	_, err := w.RunImport(ctx, w.clerk, directory.ImportInput{Area: w.village.Parent(), Content: strings.NewReader(twoFamilies)}, nil)
	refused(t, "a clerk for the township", err, "access.forbidden")
	end := w.bring(twoFamilies, dry)
	_, err = w.Import(ctx, staff(core.RoleClerk, storetest.Village()), w.village, end.ID)
	refused(t, "a stranger reads the report", err, "access.forbidden")
	_, err = w.Import(ctx, staff(core.RoleTownship, w.village.Parent()), w.village.Parent(), end.ID)
	refused(t, "the report under another area", err, "import.no_import")
}

func TestImportOfFilesThatAreNoTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(twoFamilies)
	if err != nil {
		t.Fatal(err)
	}
	if end := w.bring(strings.Replace(gbk, "1968", "1990", 1), dry); end.FaultCount != 0 || end.Created != 2 {
		t.Errorf("GBK: %s, %v", summary(end), faults(end))
	}
	for name, c := range map[string]struct{ content, code string }{
		"nothing":           {"", "0 import.empty_file"},
		"an old workbook":   {"\xD0\xCF\x11\xE0 and so on", "0 import.old_format"},
		"a picture":         {"\x89PNG\r\n\x1a\n\x00\x00", "0 import.not_a_table"},
		"half a workbook":   {"PK\x03\x04 and nothing else", "0 import.damaged"},
		"no heading":        {"一,二\n三,四\n", "0 import.no_header"},
		"only a heading":    {heading, "0 import.no_rows"},
		"columns missing":   {"户编号,性别\n1,男\n", "1 import.missing_column"},
		"a column twice":    {"户编号,姓名,姓名,与户主关系\n1,王一,王一,户主\n", "1B import.column_twice"},
		"more than we take": {strings.Repeat("x", 64<<20+1), ""},
	} {
		in := directory.ImportInput{Area: w.village, Content: strings.NewReader(c.content)}
		end, err := w.RunImport(context.Background(), w.clerk, in, nil)
		if c.code == "" {
			refused(t, name, err, "import.too_large")
			continue
		}
		if err != nil || end.State != directory.ImportFailed || len(end.Faults) == 0 || faults(end)[0] != c.code {
			t.Errorf("%s: %s, %v, %v; want %s", name, summary(end), faults(end), err, c.code)
		}
	}
}

func TestImportOfAWorkbook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := excelize.NewFile()
	set := func(sheet, cell string, values ...any) {
		t.Helper()
		if err := f.SetSheetRow(sheet, cell, &values); err != nil {
			t.Fatal(err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	set("Sheet1", "A1", "前进村户籍表")
	must(f.MergeCell("Sheet1", "A1", "F1"))
	set("Sheet1", "A3", "序号", "户编号", "姓名", "与户主关系", "出生年月", "电话", "备注")
	set("Sheet1", "A4", 1, 1, "王一", "户主", 24959, 13800001111.0, "党员")
	set("Sheet1", "A6", 2, 1.0, "王二", "长子", "1990/1/2", "13800002222")
	_, err := f.NewSheet("填写说明")
	must(err)
	set("填写说明", "A1", "怎么填：")
	_, err = f.NewSheet("二")
	must(err)
	set("二", "A1", "户编号", "户主")
	set("二", "A2", "2", "李一")
	bytesOf := func() string {
		var b bytes.Buffer
		must(f.Write(&b))
		return b.String()
	}
	end := w.bring(bytesOf())
	if got, want := summary(end), "done: 3 rows, 2 created, 0 changed, 0 unchanged, 0 groups, 0 faults"; got != want {
		t.Fatalf("%s, want %s: %v", got, want, faults(end))
	}
	if want := []directory.ColumnRef{{Sheet: "Sheet1", Column: "A"}, {Sheet: "Sheet1", Column: "G"}}; !reflect.DeepEqual(end.Ignored, want) {
		t.Errorf("ignored %v, want %v", end.Ignored, want)
	}
	h, _, err := w.Households(context.Background(), w.clerk, w.village, directory.Filter{Q: "1"}, core.Page{})
	must(err)
	if people := w.residents(h[0].ID); people[0].BirthYear != 1968 || people[1].BirthYear != 1990 || people[1].Relation != directory.Child || people[0].PhoneTail() != "1111" {
		t.Errorf("people %+v", people)
	}
	must(f.MergeCell("Sheet1", "B4", "B6"))
	must(f.SetRowVisible("Sheet1", 6, false))
	must(f.SetSheetVisible("二", false))
	end = w.bring(bytesOf())
	if got, want := faults(end), []string{"Sheet1 4B import.merged", "Sheet1 6 import.hidden_row", "二 0 import.hidden_sheet"}; !reflect.DeepEqual(got, want) || end.State != directory.ImportFailed {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestImportListsAThousandFaultsAndCountsAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	end := w.bring("户编号,姓名,与户主关系\n"+strings.Repeat("x,王一,户主\n", 1500), dry)
	if len(end.Faults) != 1000 || end.FaultCount != 1500 || end.Rows != 1500 {
		t.Errorf("lists %d of %d faults in %d rows", len(end.Faults), end.FaultCount, end.Rows)
	}
}

func TestImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := errors.New("the book cannot be opened")
	calls := 0
	service := directory.New(w.st, w.clock, w.ids, idKey, func(context.Context, *store.Tx, core.Actor, core.Area, []core.ID) error {
		calls++
		if calls == 2 {
			return broken
		}
		return nil
	})
	near := w.village.Parent()*1000 + 900
	w.seed(directory.NewArea(near, "后寨村村民委员会"))
	text := "村编码,户编号,姓名,与户主关系\n" + w.village.String() + ",1,王一,户主\n" + near.String() + ",1,李一,户主\n"
	by := staff(core.RoleTownship, w.village.Parent())
	end, err := service.RunImport(context.Background(), by, directory.ImportInput{Area: w.village.Parent(), Content: strings.NewReader(text)}, nil)
	if err != nil || end.State != directory.ImportFailed || end.Created != 0 || faults(end)[0] != "0 import.failed" {
		t.Errorf("%s, %v, %v", summary(end), faults(end), err)
	}
	if w.counted() != "active 0 closed 0 residents 0" || w.recounted() != w.counted() {
		t.Errorf("half of it is in: %s", w.recounted())
	}
	stored, err := w.Import(context.Background(), by, w.village.Parent(), end.ID)
	if err != nil || stored.State != directory.ImportFailed || len(stored.Faults) != 1 {
		t.Errorf("stored: %+v, %v", stored, err)
	}
}

func TestImportInTheBackground(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	hold, held := make(chan struct{}), make(chan struct{})
	service := directory.New(w.st, w.clock, w.ids, idKey, func(context.Context, *store.Tx, core.Actor, core.Area, []core.ID) error {
		close(held)
		<-hold
		return nil
	})
	input := func() directory.ImportInput {
		return directory.ImportInput{Area: w.village, Name: `C:\表\前进村.csv`, Content: strings.NewReader("户编号,户主\n1,王建国\n")}
	}
	by := w.clerk
	by.Intent = core.Intent{Key: "import-0001", Hash: [32]byte{1}}
	started, err := service.StartImport(ctx, by, input())
	if err != nil || started.State != directory.ImportRunning || started.File != "前进村.csv" {
		t.Fatalf("%+v, %v", started, err)
	}
	<-held
	if now, err := service.Import(ctx, w.clerk, w.village, started.ID); err != nil || now.State != directory.ImportRunning || now.Phase != directory.PhaseWriting {
		t.Errorf("meanwhile: %+v, %v", now, err)
	}
	close(hold)
	service.CloseImports()
	end, err := service.Import(ctx, w.clerk, w.village, started.ID)
	if err != nil || summary(end) != "done: 1 rows, 1 created, 0 changed, 0 unchanged, 0 groups, 0 faults" {
		t.Errorf("%s, %v", summary(end), err)
	}
	// Another process, or this one after a restart, reads the same from the store.
	if stored, err := w.Import(ctx, w.clerk, w.village, started.ID); err != nil || !reflect.DeepEqual(stored, end) {
		t.Errorf("stored %+v, want %+v (%v)", stored, end, err)
	}
	again, err := w.StartImport(ctx, by, input())
	if err != nil || again.ID != started.ID || again.State != directory.ImportDone {
		t.Errorf("the same intent again: %+v, %v", again, err)
	}
	_, err = service.StartImport(ctx, w.clerk, input())
	refused(t, "a service that is closing", err, "import.busy")
}

func TestOneImportAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	hold, held := make(chan struct{}), make(chan struct{})
	var second error
	service := directory.New(w.st, w.clock, w.ids, idKey, nil)
	progress := func(i directory.Import) {
		if i.Phase == directory.PhaseChecking && i.Done == 0 {
			close(held)
			<-hold
		}
	}
	go func() {
		<-held
		_, second = service.StartImport(ctx, w.clerk, directory.ImportInput{Area: w.village, Content: strings.NewReader("户编号,户主\n2,李明\n")})
		close(hold)
	}()
	end, err := service.RunImport(ctx, w.clerk, directory.ImportInput{Area: w.village, Content: strings.NewReader("户编号,户主\n1,王建国\n")}, progress)
	if err != nil || end.State != directory.ImportDone {
		t.Errorf("%s, %v", summary(end), err)
	}
	refused(t, "a second one", second, "import.busy")
}

func TestAnImportThatWasCutShortSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	end, err := w.RunImport(ctx, w.clerk, directory.ImportInput{Area: w.village, Content: strings.NewReader("户编号,户主\n1,王建国\n")}, func(i directory.Import) {
		if i.Phase == directory.PhaseChecking {
			cancel()
		}
	})
	if err != nil || end.State != directory.ImportFailed || faults(end)[0] != "0 import.interrupted" || w.counted() != "active 0 closed 0 residents 0" {
		t.Errorf("%s, %v, %v", summary(end), faults(end), err)
	}
}

// Two files for one village at once: neither is half in, and no household is there twice.
func TestImportBesideAClerksEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	hold, held := make(chan struct{}), make(chan struct{})
	go func() {
		<-held
		w.create(directory.CreateInput{Number: 1, Head: "抢先"})
		close(hold)
	}()
	end, err := w.RunImport(ctx, w.clerk, directory.ImportInput{Area: w.village, Content: strings.NewReader("户编号,姓名,与户主关系\n1,王建国,户主\n1,李明,配偶\n")}, func(i directory.Import) {
		if i.Phase == directory.PhaseChecking && i.Done == 1 {
			close(held)
			<-hold
		}
	})
	if err != nil || end.State != directory.ImportDone || end.Changed != 1 || end.Created != 0 {
		t.Errorf("%s, %v, %v", summary(end), faults(end), err)
	}
	if w.counted() != "active 1 closed 0 residents 3" || w.recounted() != w.counted() {
		t.Errorf("counted %s, by rows %s", w.counted(), w.recounted())
	}
}
