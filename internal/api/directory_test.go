package api_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

type areaAnswer struct {
	Code         core.Area `json:"code"`
	Parent       core.Area `json:"parent"`
	Kind         string    `json:"kind"`
	Level        string    `json:"level"`
	Name         string    `json:"name"`
	Short        string    `json:"short"`
	TownshipName string    `json:"township_name"`
}

type householdAnswer struct {
	ID        core.ID   `json:"id"`
	Number    int64     `json:"number"`
	Group     core.Area `json:"group"`
	GroupName string    `json:"group_name"`
	Head      string    `json:"head"`
	Cadre     bool      `json:"cadre"`
	Members   int64     `json:"members"`
	State     string    `json:"state"`
	Base      int64     `json:"base"`
	Spendable int64     `json:"spendable"`
	Version   int64     `json:"version"`
	Residents []struct {
		ID        core.ID `json:"id"`
		Name      string  `json:"name"`
		Relation  string  `json:"relation"`
		PhoneTail string  `json:"phone_tail"`
		State     string  `json:"state"`
	} `json:"residents"`
	Cards []struct {
		Code string `json:"code"`
	} `json:"cards"`
}

func TestAreasArePublic(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	public := w.Stranger()
	var villages page[areaAnswer]
	public.Get("/areas?parent=" + w.Township.String()).Want(200).Into(&villages)
	if len(villages.Items) != 2 || villages.Items[0].Kind != "village" || villages.Items[0].Short != "前进村" {
		t.Errorf("villages %+v", villages.Items)
	}
	var hits page[areaAnswer]
	public.Get("/areas/search?q=qianjin").Want(200).Into(&hits)
	if len(hits.Items) != 4 || hits.Items[0].TownshipName != "白泥镇" {
		t.Errorf("found %+v", hits.Items)
	}
	public.Get("/areas/search?q=" + url.QueryEscape("没有")).Want(200).Into(&hits)
	if len(hits.Items) != 0 {
		t.Errorf("found %+v", hits.Items)
	}
	var one areaAnswer
	public.Get("/areas/" + w.Village.String()).Want(200).Into(&one)
	if one.TownshipName != "白泥镇" || one.Level != "village" || one.Name != "前进村村民委员会" || one.Parent != w.Township {
		t.Errorf("the village %+v", one)
	}
	public.Get("/areas/" + w.County.String()).Want(200).Into(&one)
	if one.TownshipName != "" || one.Level != "county" {
		t.Errorf("the county %+v", one)
	}
	public.Get("/areas/999999").WantProblem(404, "directory.no_area")
	public.Get("/areas/12ab").WantProblem(422, "input.value")
	public.Post(w.In("/groups"), map[string]any{"name": "一组"}).WantProblem(401, "access.sign_in")
	w.As(core.RoleClerk).Post(w.In("/groups"), map[string]any{"name": "三组"}).Want(201).Into(&one)
	if one.Kind != "group" || one.Level != "group" || one.Parent != w.Village {
		t.Errorf("the group %+v", one)
	}
	w.As(core.RoleClerk).Post(w.In("/groups"), map[string]any{"name": "第3村民小组"}).WantProblem(409, "directory.group_exists")
}

func TestHouseholdsOverHTTP(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk)
	var group areaAnswer
	clerk.Post(w.In("/groups"), map[string]any{"name": "三组"}).Want(201).Into(&group)
	var made, got householdAnswer
	body := map[string]any{"number": 12, "group": group.Code, "head": "王建国", "cadre": true, "residents": []any{
		map[string]any{"name": "李明", "relation": "spouse", "phone": "138 0000 1111", "sex": "f"}}}
	clerk.Key("household-1").Post(w.In("/households"), body).Want(201).Into(&made)
	if made.Number != 12 || made.Base != 100 || made.Spendable != 0 || made.GroupName != "三组" || made.Members != 2 || made.Residents[1].PhoneTail != "1111" {
		t.Errorf("made %+v", made)
	}
	clerk.Key("household-1").Post(w.In("/households"), body).Want(201).Into(&got)
	if got.ID != made.ID {
		t.Error("the same intent made two households")
	}
	if strings.Contains(string(clerk.Get(w.In("/households/"+made.ID.String())).Want(200).Body), "13800001111") {
		t.Error("the whole telephone number is shown")
	}
	var list page[householdAnswer]
	clerk.Get(w.In("/households?q=wjg")).Want(200).Into(&list)
	if len(list.Items) != 1 || list.Items[0].ID != made.ID || list.Items[0].Base != 100 {
		t.Errorf("list %+v", list)
	}
	path := w.In("/households/" + made.ID.String())
	clerk.Patch(path, map[string]any{"version": 1, "cadre": false}).Want(200).Into(&got)
	if got.Cadre || got.Version != 2 {
		t.Errorf("changed %+v", got)
	}
	clerk.Patch(path, map[string]any{"version": 1, "cadre": true}).WantProblem(409, "directory.changed_meanwhile")
	clerk.Patch(path, map[string]any{"version": 2, "colour": "red"}).WantProblem(422, "input.unknown_field")
	clerk.Patch(path, map[string]any{"version": 2, "group": ""}).Want(200).Into(&got)
	if got.Group != 0 {
		t.Errorf("still in a group: %+v", got)
	}
	var person struct {
		ID    core.ID `json:"id"`
		Name  string  `json:"name"`
		State string  `json:"state"`
	}
	clerk.Post(path+"/residents", map[string]any{"name": "王亮", "relation": "child"}).Want(201).Into(&person)
	clerk.Patch(w.In("/residents/"+person.ID.String()), map[string]any{"state": "left"}).Want(200).Into(&person)
	if person.State != "left" {
		t.Errorf("person %+v", person)
	}
	clerk.Patch(w.In("/residents/"+made.Residents[0].ID.String()), map[string]any{"state": "died"}).WantProblem(409, "directory.head_needed")
	clerk.Post(w.In("/households"), map[string]any{"number": 12, "head": "仇英"}).WantProblem(409, "directory.number_taken")
	clerk.Post(w.In("/households"), map[string]any{"number": "12", "head": "仇英"}).WantProblem(422, "input.type")
	clerk.Get(w.In("/households?cursor=zzz")).WantProblem(422, "input.bad_cursor")
	clerk.Get(w.In("/households?state=gone")).WantProblem(422, "input.value")
	foreign := w.AsIn(core.RoleClerk, w.Nearby)
	foreign.Get(path).WantProblem(403, "access.forbidden")
	foreign.Patch(path, map[string]any{"version": 3, "cadre": true}).WantProblem(403, "access.forbidden")
	foreign.Get("/villages/"+w.Nearby.String()+"/households/"+made.ID.String()).WantProblem(404, "directory.no_household")
	w.As(core.RoleKeeper).Post(w.In("/households"), map[string]any{"head": "仇英"}).WantProblem(403, "access.forbidden")
}

type importAnswer struct {
	ID         core.ID `json:"id"`
	State      string  `json:"state"`
	File       string  `json:"file"`
	Rows       int64   `json:"rows"`
	Created    int64   `json:"created"`
	Unchanged  int64   `json:"unchanged"`
	ErrorCount int64   `json:"error_count"`
	Errors     []struct {
		Sheet, Column, Field, Code, Reason string
		Row                                int
	} `json:"errors"`
}

// finished asks until an import has ended. Each question takes a while, so it needs no pause.
func finished(c *apitest.Client, area core.Area, id core.ID) (i importAnswer) {
	for i.State = "running"; i.State == "running"; {
		c.Get("/areas/" + area.String() + "/imports/" + id.String()).Want(200).Into(&i)
	}
	return i
}

func TestImportOverHTTP(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk).With("Content-Type", "text/csv").With("X-File-Name", url.PathEscape("前进村.csv"))
	imports := "/areas/" + w.Village.String() + "/imports"
	const good = "户编号,姓名,与户主关系\n1,王建国,户主\n1,李明,配偶\n"
	var started importAnswer
	clerk.Post(imports, good).Want(202).Into(&started) // a dry run unless asked otherwise
	if end := finished(clerk, w.Village, started.ID); end.State != "dry" || end.Created != 1 || end.File != "前进村.csv" {
		t.Errorf("dry run %+v", end)
	}
	clerk.Post(imports+"?dry=false", strings.Replace(good, "配偶", "户主", 1)).Want(202).Into(&started)
	end := finished(clerk.With("Accept-Language", "zh-CN"), w.Village, started.ID)
	if end.State != "failed" || end.ErrorCount != 1 || end.Errors[0].Row != 3 || end.Errors[0].Column != "C" || end.Errors[0].Code != "import.two_heads" ||
		end.Errors[0].Field != "与户主关系" || end.Errors[0].Reason != "这一户有两个户主（另一个在第 2 行），请只留一个。" {
		t.Errorf("two heads: %+v", end)
	}
	if end = finished(clerk.With("Accept-Language", "en"), w.Village, started.ID); !strings.HasPrefix(end.Errors[0].Reason, "This household has two heads") {
		t.Errorf("in English: %+v", end)
	}
	for _, want := range []struct{ created, unchanged int64 }{{1, 0}, {0, 1}} {
		clerk.Post(imports+"?dry=false", good).Want(202).Into(&started)
		if end := finished(clerk, w.Village, started.ID); end.State != "done" || end.Created != want.created || end.Unchanged != want.unchanged {
			t.Errorf("import %+v, want %+v", end, want)
		}
	}
	var list page[householdAnswer]
	clerk.With("Content-Type", "").Get(w.In("/households")).Want(200).Into(&list)
	if len(list.Items) != 1 || list.Items[0].Base != 100 {
		t.Errorf("households %+v", list.Items)
	}
	clerk.Post(imports+"?dry=perhaps", good).WantProblem(422, "input.type")
	w.As(core.RoleKeeper).Post(imports, good).WantProblem(403, "access.forbidden")
	w.AsIn(core.RoleClerk, w.Nearby).Post(imports, good).WantProblem(403, "access.forbidden")
	w.As(core.RoleClerk).Post("/areas/"+w.Township.String()+"/imports", good).WantProblem(403, "access.forbidden")
	w.As(core.RoleTownship).Get("/areas/"+w.Township.String()+"/imports/"+started.ID.String()).WantProblem(404, "import.no_import")
}

func TestImportTemplateOverHTTP(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	clerk := w.As(core.RoleClerk)
	for lang, heading := range map[string]string{"zh": "户编号", "en": "Household number"} {
		answer := clerk.Get("/import/template.xlsx?lang=" + lang).Want(200)
		f, err := excelize.OpenReader(bytes.NewReader(answer.Body))
		if err != nil {
			t.Fatal(err)
		}
		if cell, err := f.GetCellValue(f.GetSheetName(0), "E1"); err != nil || cell != heading {
			t.Errorf("%s: E1 is %q (%v)", lang, cell, err)
		}
	}
	clerk.Get("/import/template.xlsx?lang=fr").WantProblem(422, "input.value")
	w.Stranger().Get("/import/template.xlsx").WantProblem(401, "access.sign_in")
}

func TestPhotosOverHTTP(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	var kept struct {
		ID   core.ID `json:"id"`
		MIME string  `json:"mime"`
		Size int64   `json:"size"`
		URL  string  `json:"url"`
	}
	clerk := w.As(core.RoleClerk)
	clerk.With("Content-Type", "image/jpeg").Post(w.In("/files"), picture.Bytes()).Want(201).Into(&kept)
	answer := clerk.Get(kept.URL).Want(200)
	if answer.Header.Get("Content-Type") != "image/jpeg" || int64(len(answer.Body)) != kept.Size || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d bytes of %s, said %d", len(answer.Body), answer.Header.Get("Content-Type"), kept.Size)
	}
	clerk.With("Content-Type", "image/jpeg").Post(w.In("/files"), "no picture").WantProblem(422, "files.not_image")
	w.Stranger().Get(kept.URL).WantProblem(401, "access.sign_in")
	w.AsIn(core.RoleClerk, w.Nearby).Get(kept.URL).WantProblem(403, "access.forbidden")
	w.Stranger().Get("/public"+w.In("/items/"+kept.ID.String()+"/photo")).WantProblem(404, "files.no_file")

	card := w.UnlockedCard(w.Household("王建国"))
	card.With("Content-Type", "image/png").Post("/card/files", picture.Bytes()).Want(201).Into(&kept)
	card.Get(kept.URL).Want(200)
	w.UnlockedCard(w.Household("李明")).Get(kept.URL).WantProblem(404, "files.no_file")
	w.Card(w.Household("赵匡")).With("Content-Type", "image/png").Post("/card/files", picture.Bytes()).WantProblem(401, "access.pin_needed")
}
