package reading_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qunyan/internal/directory/reading"
)

func TestSurnamesAreReadAsFamiliesReadThem(t *testing.T) {
	t.Parallel()
	// The hundred commonest surnames and those a dictionary gets wrong, each with the reading a list is sorted by.
	want := strings.Fields(`王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he
		高gao 林lin 郑zheng 谢xie 罗luo 梁liang 宋song 唐tang 许xu 韩han 冯feng 邓deng 曹cao 彭peng 曾zeng 肖xiao 田tian 董dong 袁yuan
		潘pan 于yu 蒋jiang 蔡cai 余yu 杜du 叶ye 程cheng 苏su 魏wei 吕lv 丁ding 任ren 沈shen 姚yao 卢lu 姜jiang 崔cui 钟zhong 谭tan
		陆lu 汪wang 范fan 金jin 石shi 廖liao 贾jia 夏xia 韦wei 付fu 方fang 白bai 邹zou 孟meng 熊xiong 秦qin 邱qiu 江jiang 尹yin 薛xue
		闫yan 段duan 雷lei 侯hou 龙long 史shi 陶tao 黎li 贺he 顾gu 毛mao 郝hao 龚gong 邵shao 万wan 钱qian 严yan 覃qin 武wu 戴dai 莫mo
		孔kong 向xiang 汤tang 单shan 解xie 仇qiu 朴piao 查zha 区ou 翟zhai 乐yue 缪miao 牟mou 盖gai 冼xian 阚kan 员yun 种chong 华hua
		尉wei 都du 宿su 车che 纪ji 宁ning 卜bu 费fei 谌chen 柏bai 薄bo 那na 葛ge 沙sha 洪hong 祁qi 瞿qu 石shi 兰lan 苟gou 郎lang`)
	for _, entry := range want {
		surname := string([]rune(entry)[:1])
		if got := reading.OfPerson(surname + "明").Sort(); got != strings.TrimPrefix(entry, surname)+" ming" {
			t.Errorf("%s明 is read %q, want %s ming", surname, got, strings.TrimPrefix(entry, surname))
		}
	}
}

func TestEveryReadingIsIndexed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ sort, index, initials string }{
		"王建国":         {"wang jian guo", "wangjianguo jianguo", "wjg jg"},
		"单丹":          {"shan dan", "shandan dandan dan", "sd dd d"},
		"尉迟恭":         {"yu chi gong", "yuchigong weichigong gong", "ycg wcg g"},
		"长孙明":         {"zhang sun ming", "zhangsunming changsunming ming", "zsm csm m"},
		"尉长乐":         {"wei chang le", "weichangle yuchangle weizhangle yuzhangle weichangyue yuchangyue weizhangyue yuzhangyue changle zhangle changyue zhangyue", "wcl ycl wzl yzl wcy ycy wzy yzy cl zl cy zy"},
		"吕绿":          {"lv lv", "lvlv lulv lvlu lulu lv lu", "ll l"},
		"阿依古丽·买买提":    {"a yi gu li mai mai ti", "ayigulimaimaiti", "ayglmmt"},
		"Li Ming":     {"li ming", "liming", "lm"},
		"":            {"", "", ""},
		"王㐀":          {"wang qiu", "wangqiu qiu", "wq q"},
		"王\U0003134A": {"wang \U0003134A", "wang\U0003134A \U0003134A", "w\U0003134A \U0003134A"},
	} {
		got := reading.OfPerson(name)
		if got.Sort() != want.sort || got.Index() != want.index || got.Initials() != want.initials {
			t.Errorf("%s: sort %q, index %q, initials %q; want %q", name, got.Sort(), got.Index(), got.Initials(), want)
		}
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"前进村": "qian jin cun", "惠泽社区": "hui ze she qu", "长地村": "chang di cun", "长冲村": "chang chong cun", "支都社区": "zhi du she qu",
		"大寨村": "da zhai cun", "化落村": "hua luo cun", "箐脚村": "qing jiao cun", "补鲊村": "bu zha cun", "高粱村": "gao liang cun",
		"3号楼": "3 hao lou", "大戛社区": "da jia she qu", "单家寨": "dan jia zhai", "修文县村": "xiu wen xian cun",
	} {
		if got := reading.OfPlace(name).Sort(); got != want {
			t.Errorf("%s is read %q, want %q", name, got, want)
		}
	}
	if got := reading.OfPlace("大戛社区").Index(); got != "dajiashequ dagashequ" {
		t.Errorf("大戛社区 is indexed as %q", got)
	}
}

func TestQueryMeetsWhatPeopleType(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"WangJianGuo": "wangjianguo", " wang jian guo ": "wangjianguo", "Lǚ jiàn-guó": "lvjianguo", "lü": "lv", "LYU": "lv",
		"xi'an": "xian", "王 建国": "王建国", "": "", "wjg": "wjg", "u\u0308": "u",
	} {
		if got := reading.Query(typed); got != want {
			t.Errorf("Query(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestANameIsFoundByAnyOfItsReadings(t *testing.T) {
	t.Parallel()
	characters := []rune("王李单解仇朴查曾区尉迟长孙欧阳建国明丽乐行重朝茜晟吕绿覃翟·AB1 𠮷")
	rapid.Check(t, func(t *rapid.T) {
		name := string(rapid.SliceOfN(rapid.SampledFrom(characters), 0, 8).Draw(t, "name"))
		r := reading.OfPerson(name)
		index, initials := strings.Fields(r.Index()), strings.Fields(r.Initials())
		if len(index) > 16 || len(initials) > 16 {
			t.Fatalf("%q has %d readings", name, len(index))
		}
		if main := strings.ReplaceAll(r.Sort(), " ", ""); main != "" && !slices.Contains(index, main) {
			t.Fatalf("%q sorts by %q, which no search finds in %q", name, main, index)
		}
		if strings.ToLower(r.Index()) != r.Index() {
			t.Fatalf("%q: index %q has capitals, which no query has", name, r.Index())
		}
	})
}
