package directory_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

const idOfWang = "52052419900101123X" // invented; a man born in 1990

func TestCreateHousehold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	third := w.group("三组")
	h := w.create(directory.CreateInput{Group: third, Head: "王 建国", Cadre: true, Residents: []directory.ResidentInput{
		{Name: "李明", Relation: directory.Spouse, Sex: "f", BirthYear: 1992, Phone: "138 0000 1111"},
		{Name: "王建国", IDNumber: idOfWang, Party: true},
	}})
	if h.Number != 1 || h.Head != "王建国" || h.GroupName != "三组" || !h.Cadre || h.Members != 2 || h.State != directory.Active || h.Version != 1 {
		t.Errorf("made %+v", h)
	}
	people := w.residents(h.ID)
	if len(people) != 2 || people[0].Name != "王建国" || people[0].Relation != directory.Head || people[0].BirthYear != 1990 || people[0].Sex != "m" || people[0].IDLast4 != "123X" {
		t.Errorf("people %+v", people)
	}
	if people[1].PhoneTail() != "1111" || people[1].Relation != directory.Spouse {
		t.Errorf("people %+v", people)
	}
	if !slices.Equal(w.opened, []core.ID{h.ID}) {
		t.Errorf("opened %v", w.opened)
	}
	alone := w.create(directory.CreateInput{Number: 12, Head: "单丹"})
	next := w.create(directory.CreateInput{Head: "仇英"})
	if alone.Members != 1 || alone.Number != 12 || next.Number != 13 {
		t.Errorf("numbers %d and %d, members %d", alone.Number, next.Number, alone.Members)
	}
	if got, want := w.counted(), "active 3 closed 0 residents 4"; got != want || w.recounted() != want {
		t.Errorf("counted %s, by rows %s, want %s", got, w.recounted(), want)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(directory.CreateInput{Number: 5, Head: "王建国", Residents: []directory.ResidentInput{{Name: "王建国", IDNumber: idOfWang}}})
	person := func(change func(*directory.ResidentInput)) directory.CreateInput {
		r := directory.ResidentInput{Name: "李明", Relation: directory.Head}
		change(&r)
		return directory.CreateInput{Residents: []directory.ResidentInput{r}}
	}
	for name, c := range map[string]struct {
		in   directory.CreateInput
		code string
	}{
		"nobody":                  {directory.CreateInput{}, "directory.no_head"},
		"a number in use":         {directory.CreateInput{Number: 5, Head: "李明"}, "directory.number_taken"},
		"a number below 0":        {directory.CreateInput{Number: -1, Head: "李明"}, "directory.bad_number"},
		"a number of 10^18":       {directory.CreateInput{Number: 1e18, Head: "李明"}, "directory.bad_number"},
		"a name with a digit":     {directory.CreateInput{Head: "李明2"}, "directory.bad_name"},
		"a group that is none":    {directory.CreateInput{Head: "李明", Group: w.village*1000 + 9}, "directory.no_group"},
		"another village's group": {directory.CreateInput{Head: "李明", Group: storetest.Village()*1000 + 1}, "directory.no_group"},
		"the village as group":    {directory.CreateInput{Head: "李明", Group: w.village}, "directory.no_group"},
		"two heads": {directory.CreateInput{Residents: []directory.ResidentInput{{Name: "李明", Relation: directory.Head}, {Name: "李亮", Relation: directory.Head}}},
			"directory.two_heads"},
		"a head and another": {directory.CreateInput{Head: "王五", Residents: []directory.ResidentInput{{Name: "李明", Relation: directory.Head}}}, "directory.two_heads"},
		"a head beside the one named": {directory.CreateInput{Head: "王五", Residents: []directory.ResidentInput{{Name: "王五"}, {Name: "李明", Relation: directory.Head}}},
			"directory.two_heads"},
		"no name":               {person(func(r *directory.ResidentInput) { r.Name = "" }), "directory.bad_name"},
		"a bad phone":           {person(func(r *directory.ResidentInput) { r.Phone = "110" }), "directory.bad_phone"},
		"a bad sex":             {person(func(r *directory.ResidentInput) { r.Sex = "x" }), "directory.bad_sex"},
		"a bad relation":        {person(func(r *directory.ResidentInput) { r.Relation = "boss" }), "directory.bad_relation"},
		"born tomorrow":         {person(func(r *directory.ResidentInput) { r.BirthYear = 2027 }), "directory.bad_birth_year"},
		"born long ago":         {person(func(r *directory.ResidentInput) { r.BirthYear = 1899 }), "directory.bad_birth_year"},
		"a wrong identity":      {person(func(r *directory.ResidentInput) { r.IDNumber = "520524199001011231" }), "directory.bad_id_number"},
		"somebody's identity":   {person(func(r *directory.ResidentInput) { r.IDNumber = idOfWang }), "directory.id_taken"},
		"another year of birth": {person(func(r *directory.ResidentInput) { r.IDNumber, r.BirthYear = idOfWang, 1991 }), "directory.id_birth_differs"},
		"another sex":           {person(func(r *directory.ResidentInput) { r.IDNumber, r.Sex = idOfWang, "f" }), "directory.id_sex_differs"},
		"too many":              {directory.CreateInput{Head: "李明", Residents: make([]directory.ResidentInput, 61)}, "directory.too_many_residents"},
	} {
		c.in.Village = w.village
		_, err := w.Create(context.Background(), w.clerk, c.in)
		refused(t, name, err, c.code)
	}
	if got, want := w.counted(), "active 1 closed 0 residents 1"; got != want || w.recounted() != want || len(w.opened) != 1 {
		t.Errorf("after refusals: counted %s, by rows %s, opened %d", got, w.recounted(), len(w.opened))
	}
}

func TestOnlyOnesOwnVillage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.create(directory.CreateInput{Head: "王建国"})
	person := w.residents(h.ID)[0]
	ctx, elsewhere := context.Background(), storetest.Village()
	for name, by := range map[string]core.Actor{
		"another village's clerk": staff(core.RoleClerk, elsewhere), "the keeper": staff(core.RoleKeeper, w.village), "the county": staff(core.RoleCounty, w.village.Parent().Parent()),
		"an auditor": staff(core.RoleAuditor, w.village), "a card": {Kind: core.CardActor, Village: w.village, Household: h.ID, Unlocked: true},
	} {
		_, err := w.Create(ctx, by, directory.CreateInput{Village: w.village, Head: "李明"})
		refused(t, name+" creates", err, "access.forbidden")
		_, err = w.Update(ctx, by, directory.UpdateInput{Village: w.village, ID: h.ID, Version: 1, Cadre: ptr(true)})
		refused(t, name+" updates", err, "access.forbidden")
		_, err = w.AddResident(ctx, by, directory.AddInput{Village: w.village, Household: h.ID, Resident: directory.ResidentInput{Name: "李明"}})
		refused(t, name+" adds", err, "access.forbidden")
		_, err = w.UpdateResident(ctx, by, directory.ResidentPatch{Village: w.village, ID: person.ID, Party: ptr(true)})
		refused(t, name+" updates a person", err, "access.forbidden")
	}
	foreign := staff(core.RoleClerk, elsewhere)
	_, _, err := w.Households(ctx, foreign, w.village, directory.Filter{}, core.Page{})
	refused(t, "a stranger lists", err, "access.forbidden")
	_, err = w.Household(ctx, foreign, w.village, h.ID)
	refused(t, "a stranger reads", err, "access.forbidden")
	_, err = w.Household(ctx, foreign, elsewhere, h.ID)
	refused(t, "a household of another village under one's own", err, "directory.no_household")
	_, err = w.Residents(ctx, foreign, elsewhere, h.ID)
	refused(t, "its people", err, "directory.no_household")
	_, err = w.Update(ctx, foreign, directory.UpdateInput{Village: elsewhere, ID: h.ID, Version: 1, Cadre: ptr(true)})
	refused(t, "changing it under one's own", err, "directory.no_household")
	_, err = w.UpdateResident(ctx, foreign, directory.ResidentPatch{Village: elsewhere, ID: person.ID, Party: ptr(true)})
	refused(t, "changing its people", err, "directory.no_resident")
	_, err = w.Create(ctx, core.Actor{}, directory.CreateInput{Village: w.village, Head: "李明"})
	refused(t, "nobody", err, "access.sign_in")
}

func TestTheSameIntentMakesOneHousehold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clerk.Intent = core.Intent{Key: "create-0001", Hash: [32]byte{1}}
	first := w.create(directory.CreateInput{Head: "王建国"})
	again := w.create(directory.CreateInput{Head: "王建国"})
	if first.ID != again.ID || w.counted() != "active 1 closed 0 residents 1" || len(w.opened) != 1 {
		t.Errorf("twice: %v and %v, %s, opened %d", first.ID, again.ID, w.counted(), len(w.opened))
	}
	w.clerk.Intent.Hash[0] = 2
	_, err := w.Create(context.Background(), w.clerk, directory.CreateInput{Village: w.village, Head: "李明"})
	refused(t, "the key with another body", err, "store.key_reused")
}

func TestUpdateHousehold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	h := w.create(directory.CreateInput{Head: "王建国", Residents: []directory.ResidentInput{{Name: "李明", Relation: directory.Spouse}}})
	w.create(directory.CreateInput{Number: 9, Head: "仇英"})
	group := w.group("一组")
	update := func(in directory.UpdateInput) (directory.Household, error) {
		in.Village, in.ID = w.village, h.ID
		if in.Version == 0 {
			in.Version = w.reload(h.ID).Version
		}
		return w.Update(ctx, w.clerk, in)
	}
	got, err := update(directory.UpdateInput{Number: ptr(int64(20)), Group: &group, Cadre: ptr(true)})
	if err != nil || got.Number != 20 || got.Group != group || !got.Cadre || got.Version != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err = update(directory.UpdateInput{Cadre: ptr(true)}); err != nil || got.Version != 2 {
		t.Errorf("an update that changes nothing: version %d, %v", got.Version, err)
	}
	if got, err = update(directory.UpdateInput{Head: ptr("王健国")}); err != nil || got.Head != "王健国" || w.residents(h.ID)[0].Name != "王健国" {
		t.Errorf("correcting the head's name: %+v, %v", got, err)
	}
	if got, err = update(directory.UpdateInput{Head: ptr("李明")}); err != nil || got.Head != "李明" {
		t.Errorf("another head: %+v, %v", got, err)
	}
	if people := w.residents(h.ID); people[0].Name != "李明" || people[0].Relation != directory.Head || people[1].Relation != directory.Other {
		t.Errorf("people %+v", people)
	}
	_, err = update(directory.UpdateInput{Number: ptr(int64(9))})
	refused(t, "a number in use", err, "directory.number_taken")
	_, err = update(directory.UpdateInput{Number: ptr(int64(0))})
	refused(t, "number 0", err, "directory.bad_number")
	_, err = update(directory.UpdateInput{State: ptr("gone")})
	refused(t, "a state that is none", err, "directory.bad_state")
	_, err = update(directory.UpdateInput{Head: ptr("")})
	refused(t, "no head", err, "directory.bad_name")
	_, err = update(directory.UpdateInput{Group: ptr(w.village*1000 + 99)})
	refused(t, "a group that is none", err, "directory.no_group")
	_, err = update(directory.UpdateInput{Version: 1, Cadre: ptr(false)})
	refused(t, "an old version", err, "directory.changed_meanwhile")
}

func TestClosingAndReopening(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	h := w.create(directory.CreateInput{Head: "王建国", Residents: []directory.ResidentInput{{Name: "李明"}}})
	set := func(state string) error {
		_, err := w.Update(ctx, w.clerk, directory.UpdateInput{Village: w.village, ID: h.ID, Version: w.reload(h.ID).Version, State: &state})
		return err
	}
	refused(t, "closing without a second person", set(directory.Closed), "directory.closing_needs_two")
	if got := w.counted(); got != "active 1 closed 0 residents 2" || w.reload(h.ID).Version != 1 {
		t.Errorf("a refused closing left %s", got)
	}
	w.close(h.ID)
	if got := w.counted(); got != "active 0 closed 1 residents 0" || got != w.recounted() {
		t.Errorf("closed: %s, by rows %s", got, w.recounted())
	}
	if err := set(directory.Closed); err != nil {
		t.Errorf("an edit of a closed household that leaves it closed: %v", err)
	}
	_, err := w.AddResident(ctx, w.clerk, directory.AddInput{Village: w.village, Household: h.ID, Resident: directory.ResidentInput{Name: "王亮"}})
	refused(t, "joining a closed household", err, "directory.household_closed")
	if got := w.found(directory.Filter{State: directory.Active}); len(got) != 0 {
		t.Errorf("the active list has %v", got)
	}
	if got := w.found(directory.Filter{State: directory.Closed}); len(got) != 1 {
		t.Errorf("the closed list has %v", got)
	}
	refused(t, "opening it without a head", set(directory.Active), "directory.head_back_needed")
	people, err := w.Residents(ctx, w.clerk, w.village, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	active := directory.Active
	again := func(back core.ID) (directory.Household, error) {
		return w.Update(ctx, w.clerk, directory.UpdateInput{Village: w.village, ID: h.ID, Version: w.reload(h.ID).Version, State: &active, Back: back})
	}
	_, err = again(77)
	refused(t, "somebody else's head", err, "directory.head_back_needed")
	if opened, err := again(people[1].ID); err != nil || opened.Head != "李明" || opened.Members != 1 { // the son comes back, the father does not
		t.Fatalf("open again: %+v, %v", opened, err)
	}
	people, err = w.Residents(ctx, w.clerk, w.village, h.ID)
	if err != nil || people[0].Name != "李明" || people[0].Relation != directory.Head || people[0].State != active || people[1].Relation != directory.Other || people[1].State == active {
		t.Errorf("the people: %+v, %v", people, err)
	}
	if got := w.counted(); got != "active 1 closed 0 residents 1" || got != w.recounted() {
		t.Errorf("open again: %s, by rows %s", got, w.recounted())
	}
	want := []string{"directory.create_household", "directory.update_resident", "directory.update_resident", "directory.close_household",
		"directory.update_resident", "directory.update_resident", "directory.reopen_household"}
	if got := w.audited(); !reflect.DeepEqual(got, want) {
		t.Errorf("audited %v, want %v", got, want)
	}
}

func TestResidentsComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	h := w.create(directory.CreateInput{Head: "王建国"})
	other := w.create(directory.CreateInput{Head: "仇英"})
	add := func(in directory.ResidentInput) (directory.Resident, error) {
		return w.AddResident(ctx, w.clerk, directory.AddInput{Village: w.village, Household: h.ID, Resident: in})
	}
	son, err := add(directory.ResidentInput{Name: "王亮", Relation: directory.Child, Phone: "13800001111", IDNumber: idOfWang})
	if err != nil || son.PhoneTail() != "1111" || w.reload(h.ID).Members != 2 || w.reload(h.ID).Version != 2 {
		t.Fatalf("%+v, %v", son, err)
	}
	head := w.residents(h.ID)[0]
	patch := func(in directory.ResidentPatch) error {
		in.Village = w.village
		_, err := w.UpdateResident(ctx, w.clerk, in)
		return err
	}
	refused(t, "the head leaves", patch(directory.ResidentPatch{ID: head.ID, State: ptr(directory.Left)}), "directory.head_needed")
	refused(t, "the head becomes somebody else", patch(directory.ResidentPatch{ID: head.ID, Relation: ptr(directory.Spouse)}), "directory.head_needed")
	refused(t, "a head who has gone", patch(directory.ResidentPatch{ID: son.ID, Relation: ptr(directory.Head), State: ptr(directory.Died)}), "directory.head_not_here")
	refused(t, "no such person", patch(directory.ResidentPatch{ID: 5}), "directory.no_resident")
	refused(t, "a state that is none", patch(directory.ResidentPatch{ID: son.ID, State: ptr("lost")}), "directory.bad_resident_state")
	refused(t, "a bad name", patch(directory.ResidentPatch{ID: son.ID, Name: ptr("1")}), "directory.bad_name")
	_, err = w.AddResident(ctx, w.clerk, directory.AddInput{Village: w.village, Household: other.ID, Resident: directory.ResidentInput{Name: "王亮", IDNumber: idOfWang}})
	refused(t, "the same identity in another household", err, "directory.id_taken")

	for what, in := range map[string]directory.ResidentPatch{
		"head": {ID: son.ID, Relation: ptr(directory.Head)}, "name": {ID: son.ID, Name: ptr("王靓")}, "party": {ID: son.ID, Party: ptr(true)},
	} {
		if err := patch(in); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := w.reload(h.ID); got.Head != "王靓" || w.residents(h.ID)[0].ID != son.ID || w.residents(h.ID)[1].Relation != directory.Other {
		t.Errorf("the son should be head: %+v, %+v", got, w.residents(h.ID))
	}
	if err := patch(directory.ResidentPatch{ID: head.ID, State: ptr(directory.Died)}); err != nil || w.reload(h.ID).Members != 1 {
		t.Errorf("the father dies: %v, %+v", err, w.reload(h.ID))
	}
	mother, err := add(directory.ResidentInput{Name: "李明", Relation: directory.Head})
	if err != nil || w.reload(h.ID).Head != "李明" || w.residents(h.ID)[0].ID != mother.ID {
		t.Errorf("a new head joins: %v, %+v", err, w.reload(h.ID))
	}
	if got, want := w.counted(), "active 2 closed 0 residents 3"; got != want || w.recounted() != want {
		t.Errorf("counted %s, by rows %s, want %s", got, w.recounted(), want)
	}
	w.noSecretsInAudit(t)
}

// noSecretsInAudit looks for a telephone number and an identity number where they must not be.
func (w *world) noSecretsInAudit(t *testing.T) {
	t.Helper()
	err := w.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT before || after FROM audit WHERE village = $1`, func(r store.Row) error {
			var text string
			err := r.Scan(&text)
			if strings.Contains(text, "13800001111") || strings.Contains(text, idOfWang[:14]) {
				t.Errorf("the audit trail says %s", text)
			}
			return err
		}, w.village)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOfTwoEditsOfOneVersionOneSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.create(directory.CreateInput{Head: "王建国"})
	var succeeded, stale atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			_, err := w.Update(context.Background(), w.clerk, directory.UpdateInput{Village: w.village, ID: h.ID, Version: 1, Number: ptr(int64(100 + i))})
			switch {
			case err == nil:
				succeeded.Add(1)
			case errs.CodeOf(err) == "directory.changed_meanwhile":
				stale.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if succeeded.Load() != 1 || stale.Load() != 7 || w.reload(h.ID).Version != 2 {
		t.Errorf("%d succeeded, %d came late, version %d", succeeded.Load(), stale.Load(), w.reload(h.ID).Version)
	}
}

func TestHouseholdsMadeAtOnceHaveTheirOwnNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := w.Create(context.Background(), w.clerk, directory.CreateInput{Village: w.village, Head: "王建国"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	numbers := w.found(directory.Filter{})
	slices.Sort(numbers)
	if !slices.Equal(numbers, []int64{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("numbers %v", numbers)
	}
}

func TestHouseholdsAreListedByPinyinAndFoundByAnything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.group("一组")
	for i, name := range []string{"张三", "单丹", "王建国", "仇英", "李四", "阿依古丽·买买提", "曾国", "赵匡", "尉迟恭"} {
		in := directory.CreateInput{Number: int64(i + 1), Head: name}
		if i%2 == 0 {
			in.Group = first
		}
		if name == "李四" {
			in.Residents = []directory.ResidentInput{{Name: "单雄信"}}
		}
		w.create(in)
	}
	for q, want := range map[string][]int64{
		"":   {6, 5, 4, 2, 3, 9, 7, 1, 8}, // a li qiu shan wang yuchi zeng zhang zhao
		"12": nil, "9": {9}, "０９": {9}, "王": {3}, "建国": {3}, "国": {3, 7}, "wang": {3}, "WangJian": {3}, "jianguo": {3}, "wjg": {3}, "jg": {3},
		"shan": {5, 2}, "dan": {5, 2}, "dandan": {2}, "qiu": {4}, "chou": {4}, "zeng": {7}, "ceng": {7}, "yuchi": {9}, "weichi": {9}, "z": {7, 1, 8}, "单雄": {5}, "xiongxin": {5},
		"%": nil, "_": nil, `\`: nil, "'": {6, 5, 4, 2, 3, 9, 7, 1, 8}, "买买提": {6}, strings.Repeat("王", 60): nil,
	} {
		if got := w.found(directory.Filter{Q: q}); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", q, got, want)
		}
	}
	if got := w.found(directory.Filter{Group: first, Q: "z"}); !slices.Equal(got, []int64{7, 1}) {
		t.Errorf("z in the first group finds %v", got)
	}
	for _, cursor := range []string{"!", "AAAA", "fHx8", strings.Repeat("A", 150)} {
		_, _, err := w.Households(context.Background(), w.clerk, w.village, directory.Filter{}, core.Page{Cursor: cursor})
		refused(t, fmt.Sprintf("cursor %q", cursor), err, "input.bad_cursor")
	}
}

// Whatever is done to a village's people in whatever order, each active household has one head, whose name it bears,
// and the counters are what a recount finds.
func TestPeopleComingAndGoingKeepTheVillageWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		head := rapid.SampledFrom([]string{"王建国", "单丹", "仇英"}).Draw(t, "head")
		h := w.create(directory.CreateInput{Head: head})
		var stood []directory.Stood
		for range rapid.IntRange(0, 12).Draw(t, "acts") {
			people := w.residents(h.ID)
			who := people[rapid.IntRange(0, len(people)-1).Draw(t, "who")]
			var err error
			switch rapid.IntRange(0, 3).Draw(t, "act") {
			case 0:
				_, err = w.AddResident(ctx, w.clerk, directory.AddInput{Village: w.village, Household: h.ID, Resident: directory.ResidentInput{
					Name: rapid.SampledFrom([]string{"王建国", "李明", "王亮"}).Draw(t, "name"), Relation: rapid.SampledFrom([]string{"", directory.Head, directory.Child}).Draw(t, "relation")}})
			case 1:
				_, err = w.UpdateResident(ctx, w.clerk, directory.ResidentPatch{Village: w.village, ID: who.ID,
					Relation: ptr(rapid.SampledFrom([]string{directory.Head, directory.Other}).Draw(t, "relation")),
					State:    ptr(rapid.SampledFrom([]string{directory.Active, directory.Left, directory.Died}).Draw(t, "state"))})
			case 2:
				_, err = w.Update(ctx, w.clerk, directory.UpdateInput{Village: w.village, ID: h.ID, Version: w.reload(h.ID).Version,
					Head: ptr(rapid.SampledFrom([]string{"李明", "王亮", "王强"}).Draw(t, "name"))})
			case 3:
				if w.reload(h.ID).State == directory.Active {
					stood = w.close(h.ID)
				} else {
					err = w.putBack(h.ID, stood)
				}
			}
			if err != nil && errs.KindOf(err) != errs.Conflict && errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
		}
		now, members, heads := w.reload(h.ID), int64(0), 0
		for _, r := range w.residents(h.ID) {
			if r.State == directory.Active {
				members++
			}
			if r.Relation == directory.Head {
				heads++
				if now.State == directory.Active && (r.Name != now.Head || r.State != directory.Active) {
					t.Fatalf("%s is head of a household named after %s", r.Name, now.Head)
				}
			}
		}
		if heads != 1 && now.State == directory.Active || members != now.Members || w.counted() != w.recounted() {
			t.Fatalf("%d heads, %d members of %d, counted %s, by rows %s", heads, members, now.Members, w.counted(), w.recounted())
		}
	})
}
