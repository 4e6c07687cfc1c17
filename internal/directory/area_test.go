package directory_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

func TestNamesOfAreas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code              core.Area
		name, kind, short string
	}{
		{520524, "织金县", directory.KindCounty, "织金县"},
		{520524114, "白泥镇", directory.KindTownship, "白泥镇"},
		{520524001, "双堰街道", directory.KindStreet, "双堰街道"},
		{520524001, "双堰街道办事处", directory.KindStreet, "双堰街道"},
		{520524201, "自强苗族乡", directory.KindTownship, "自强苗族乡"},
		{520524114206, "前进村村民委员会", directory.KindVillage, "前进村"},
		{520524114206, "前进村民委员会", directory.KindVillage, "前进村"},
		{520524114206, "前进村", directory.KindVillage, "前进村"},
		{520524007001, "惠泽社区居民委员会", directory.KindCommunity, "惠泽社区"},
		{520524007001, "惠泽居民委员会", directory.KindCommunity, "惠泽社区"},
		{520524007001, "惠泽社区居委会", directory.KindCommunity, "惠泽社区"},
		{520524109001, "团结社区村民委员会", directory.KindCommunity, "团结社区"},
		{520524109002, "修文县村村民委员会", directory.KindVillage, "修文县村"},
		{520524109003, "村村民委员会", directory.KindVillage, "村村"},
		{520524109004, "村民委员会", directory.KindVillage, "村民委员会"},
		{520524114206001, "三组", directory.KindGroup, "三组"},
		{520524114206002, "2号楼", directory.KindBuilding, "2号楼"},
		{520524114206003, "5栋", directory.KindBuilding, "5栋"},
	} {
		a := directory.NewArea(c.code, c.name)
		if a.Kind != c.kind || a.Short != c.short || a.Parent != c.code.Parent() {
			t.Errorf("%s: %s, %s below %s; want %s, %s", c.name, a.Kind, a.Short, a.Parent, c.kind, c.short)
		}
	}
}

func TestDivisionsAreTheCountys(t *testing.T) {
	t.Parallel()
	areas, err := directory.Divisions()
	if err != nil {
		t.Fatal(err)
	}
	kinds, seen := map[string]int{}, map[core.Area]bool{0: true}
	for _, a := range areas {
		kinds[a.Kind]++
		if !seen[a.Parent] || seen[a.Code] {
			t.Errorf("%s %s stands before its parent, or twice", a.Code, a.Name)
		}
		seen[a.Code] = true
		if strings.Contains(a.Short, "委员会") || a.Kind == directory.KindVillage && !strings.HasSuffix(a.Short, "村") || a.Kind == directory.KindCommunity && !strings.HasSuffix(a.Short, "社区") {
			t.Errorf("%s is a %s called %s", a.Name, a.Kind, a.Short)
		}
	}
	if kinds[directory.KindCounty] != 1 || kinds[directory.KindStreet] != 7 || kinds[directory.KindTownship] != 26 || kinds[directory.KindVillage]+kinds[directory.KindCommunity] != 584 {
		t.Errorf("kinds %v", kinds)
	}
}

func TestSearchFindsVillagesByAnythingTheyAreCalled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	areas, err := directory.Divisions()
	if err != nil {
		t.Fatal(err)
	}
	w.seed(areas...)
	w.seed(areas...) // seeding again changes nothing
	ctx := context.Background()
	for q, want := range map[string]string{
		"白泥镇前进": "", "惠泽": "惠泽社区 惠民街道", "huize": "惠泽社区 惠民街道", "Hui Ze": "惠泽社区 惠民街道", "hzsq": "后寨社区 三塘镇", "化垮社区居民": "化垮社区 金凤街道",
		"dajia": "大戛社区 三甲街道", "dagash": "大戛社区 三甲街道", "520524007002": "惠泽社区 惠民街道", "长冲": "长冲村 少普镇", "changchong": "长冲村 少普镇",
		"": "", "%": "", "_": "", "'": "", "99": "", "没有这个村": "", strings.Repeat("村", 60): "",
	} {
		found, err := w.Search(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		first := ""
		if len(found) > 0 {
			first = found[0].Short + " " + found[0].TownshipName
		}
		if q == "520524007002" && len(found) == 1 { // whichever it is, the code finds that one
			continue
		}
		if first != want {
			t.Errorf("%q finds %q first of %d, want %q", q, first, len(found), want)
		}
	}
	found, err := w.Search(ctx, "大寨")
	if err != nil || len(found) < 5 {
		t.Fatalf("many villages are called 大寨, found %d (%v)", len(found), err)
	}
	seen := map[string]bool{}
	for _, v := range found {
		if v.TownshipName == "" || seen[v.Short+v.TownshipName] && !strings.Contains(v.Short, "大寨") {
			t.Errorf("%+v cannot be told from its namesakes", v)
		}
		seen[v.Short+v.TownshipName] = true
	}
	if found, err = w.Search(ctx, "cun"); err != nil || len(found) > 30 {
		t.Errorf("a broad search finds %d (%v)", len(found), err)
	}
	children, err := w.Areas(ctx, 520524)
	if err != nil || len(children) != 33 || children[0].Name != "双堰街道" {
		t.Errorf("the county has %d parts, first %v (%v)", len(children), children, err)
	}
	if _, err := w.Area(ctx, 999999); errs.CodeOf(err) != "directory.no_area" {
		t.Errorf("a code of nothing: %v", err)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	third, second := w.group("三组"), w.group("第2村民小组")
	building := w.group("1号楼")
	if third != w.village*1000+1 || second != w.village*1000+2 || building != w.village*1000+3 {
		t.Errorf("codes %s %s %s", third, second, building)
	}
	groups, err := w.Areas(ctx, w.village)
	if err != nil || len(groups) != 3 || groups[0].Name != "1号楼" || groups[1].Name != "第2村民小组" || groups[2].Name != "三组" || groups[0].Kind != directory.KindBuilding {
		t.Errorf("groups %+v (%v)", groups, err)
	}
	_, err = w.CreateGroup(ctx, w.clerk, directory.GroupInput{Village: w.village, Name: "3组"})
	refused(t, "another spelling of 三组", err, "directory.group_exists")
	_, err = w.CreateGroup(ctx, w.clerk, directory.GroupInput{Village: w.village, Name: " "})
	refused(t, "no name", err, "directory.bad_group_name")
	_, err = w.CreateGroup(ctx, w.clerk, directory.GroupInput{Village: w.village, Name: "四组", Kind: "village"})
	refused(t, "a kind that is none", err, "directory.bad_kind")
	_, err = w.CreateGroup(ctx, staff(core.RoleClerk, storetest.Village()), directory.GroupInput{Village: w.village, Name: "四组"})
	refused(t, "another village's clerk", err, "access.forbidden")
	_, err = w.CreateGroup(ctx, staff(core.RoleKeeper, w.village), directory.GroupInput{Village: w.village, Name: "四组"})
	refused(t, "the keeper", err, "access.forbidden")
}

func TestGroupsMadeAtOnceHaveTheirOwnCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := string([]rune("甲乙丙丁戊己庚辛")[i]) + "寨"
			if _, err := w.CreateGroup(context.Background(), w.clerk, directory.GroupInput{Village: w.village, Name: name}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	wg.Wait()
	groups, err := w.Areas(context.Background(), w.village)
	if err != nil || len(groups) != 8 {
		t.Errorf("%d groups (%v)", len(groups), err)
	}
	if err := w.st.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := directory.AreaByCode(ctx, tx, w.village*1000+9)
		return err
	}); errs.CodeOf(err) != "directory.no_area" {
		t.Errorf("a ninth group: %v", err)
	}
}
