package api_test

import (
	"bytes"
	"fmt"
	"mime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// table downloads a list and gives its rows, the heading first.
func table(c *apitest.Client, t *testing.T, path string) [][]string {
	t.Helper()
	answer := c.Get(path).Want(200)
	f, err := excelize.OpenReader(bytes.NewReader(answer.Body))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return rows
}

func TestEveryListCanBeHadAsAWorkbook(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	w.Household("王建国")
	area := func(list string) string { return "/areas/" + w.Township.String() + "/export/" + list + ".xlsx" }
	village := func(list string) string { return w.In("/export/" + list + ".xlsx") }
	for _, c := range []struct {
		path             string
		by               core.Role
		zh, en           string // the first two headings
		least            int    // rows below them
		refusedTo        core.Role
		refusedElsewhere bool
	}{
		{village("households"), core.RoleClerk, "村编码,乡镇", "Village code,Township", 1, "", true},
		{village("claims"), core.RoleSupervisor, "日期,公示月份", "Day,List of", 0, "", true},
		{village("household-changes"), core.RoleAuditor, "时间,变动", "Time,Change", 0, "", true},
		{village("fairness"), core.RoleSupervisor, "项目,名称", "Figure,Name", 6, core.RoleClerk, true},
		{village("fairness"), core.RoleAuditor, "项目,名称", "Figure,Name", 6, core.RoleKeeper, true},
		{village("lines"), core.RoleClerk, "编号,凭证号", "No.,Voucher", 1, "", true},
		{village("redemptions"), core.RoleKeeper, "小票号,日期", "Slip,Day", 0, "", true},
		{village("items"), core.RoleKeeper, "商品,单位", "Goods,Unit", 0, "", true},
		{area("overview"), core.RoleTownship, "地区编码,地区", "Area code,Area", 3, core.RoleClerk, false},
		{area("audit"), core.RoleTownship, "时间,地区编码", "Time,Area code", 1, core.RoleClerk, false},
		{area("staff"), core.RoleTownship, "账号,姓名", "Login,Name", 1, core.RoleKeeper, false},
	} {
		client := w.As(c.by)
		rows := table(client, t, c.path)
		if got := strings.Join(rows[0][:2], ","); got != c.zh {
			t.Errorf("%s begins with %s, want %s", c.path, got, c.zh)
		}
		if len(rows)-1 < c.least {
			t.Errorf("%s has %d rows, at least %d expected", c.path, len(rows)-1, c.least)
		}
		if got := strings.Join(table(client, t, c.path+"?lang=en")[0][:2], ","); got != c.en {
			t.Errorf("%s in English begins with %s, want %s", c.path, got, c.en)
		}
		for _, heading := range append(rows[0], table(client, t, c.path+"?lang=en")[0]...) {
			if strings.Contains(heading, "export.") || heading == "" {
				t.Errorf("%s has the heading %q", c.path, heading)
			}
		}
		w.Stranger().Get(c.path).WantProblem(401, "access.sign_in")
		if c.refusedTo != "" {
			w.As(c.refusedTo).Get(c.path).WantProblem(403, "access.forbidden")
		}
		if c.refusedElsewhere {
			w.AsIn(core.RoleClerk, w.Nearby).Get(c.path).WantProblem(403, "access.forbidden")
		}
	}
	w.As(core.RoleClerk).Get(village("households")+"?lang=fr").WantProblem(422, "input.value")
	w.As(core.RoleClerk).Get(village("claims")+"?state=lost").WantProblem(422, "claims.bad_state")
	_, params, err := mime.ParseMediaType(w.As(core.RoleClerk).Get(village("households")).Want(200).Header.Get("Content-Disposition"))
	if err != nil || params["filename"] != "户籍表-前进村-2026-09-08.xlsx" {
		t.Errorf("the file is called %q (%v)", params["filename"], err)
	}
}

func TestExportedHouseholdsHideWhatListsHide(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk)
	clerk.Post(w.In("/households"), map[string]any{"head": "王建国", "residents": []any{
		map[string]any{"name": "王建国", "phone": "13800001111", "id_number": "52052419900101123X", "party": true}}}).Want(201)
	rows := table(clerk, t, w.In("/export/households.xlsx"))
	got := strings.Join(rows[1], ",")
	want := w.Village.String() + ",白泥镇,前进村,,1,王建国,王建国,户主,男,1990,*******1111,**************123X,是,否,正常"
	if got != want {
		t.Errorf("row %s, want %s", got, want)
	}
}

// household writes the rows of a household nobody thought of, without its number.
func household() *rapid.Generator[[]string] {
	return rapid.Custom(func(r *rapid.T) (rows []string) {
		one := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(r, label) }
		group, cadre := one("group", "", "一组", "2", "第三村民组", "1号楼", "大寨"), one("cadre", "", "是", "否")
		for i := range rapid.IntRange(1, 4).Draw(r, "people") {
			relation := "户主"
			if i > 0 {
				relation = one("relation", "", "配偶", "长子", "父亲", "孙女", "其他")
			}
			rows = append(rows, strings.Join([]string{group, "%d", one("name", "王建国", "单丹", "尉迟恭", "阿依古丽·买买提", "Li Ming", "𠮷田") + strings.Repeat("甲", i),
				relation, one("sex", "", "男", "女"), one("born", "", "1968", "1990-05-01", "24959"), one("phone", "", "13800001111", "0857-7621234"),
				one("party", "", "是", "否"), cadre}, ","))
		}
		return rows
	})
}

// What was imported, exported and imported again is unchanged, whatever it was.
func TestImportExportImportChangesNothing(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk).With("Content-Type", "application/octet-stream")
	imports := "/areas/" + w.Village.String() + "/imports?dry=false&groups=create"
	const households = 200
	text := "组,户编号,姓名,与户主关系,性别,出生年份,电话,党员,村干部户\n"
	for number := range households {
		for _, row := range household().Example(number) {
			text += fmt.Sprintf(row, number+1) + "\n"
		}
	}
	var started importAnswer
	clerk.Post(imports, text).Want(202).Into(&started)
	if end := finished(clerk, w.Village, started.ID); end.State != "done" || end.Created != households {
		t.Fatalf("import: %+v", end)
	}
	for _, lang := range []string{"zh", "en"} {
		workbook := clerk.Get(w.In("/export/households.xlsx?lang=" + lang)).Want(200).Body
		clerk.Post(imports, workbook).Want(202).Into(&started)
		if end := finished(clerk, w.Village, started.ID); end.State != "done" || end.Created != 0 || end.Unchanged != households {
			t.Errorf("import of the export in %s: %+v", lang, end)
		}
	}
}
