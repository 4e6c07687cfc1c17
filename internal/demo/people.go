package demo

import (
	"math/rand/v2"
	"strings"
)

// Surnames as they are frequent in the west of Guizhou, roughly in that order; the given names are of several
// generations. None of these people exists.
const (
	surnames = "杨王李张陈刘罗吴赵周黄何朱龙卢胡谢熊安彭郭陆高蔡余邓田徐唐金史祝孟董卯丁聂段章蒋潘韦雷汪郑袁曾冯申涂糜"

	elderMen   = "国 建国 德 光荣 明 正 发 学 文 兴 朝 忠 开 贵 福 祥 永 世 荣 志 光 德华 国华 明学 正学 朝贵 开祥 永发 世忠 光明 德才 文光 兴发 正华 国富 学文 明祥 忠华 志国 光富"
	elderWomen = "秀英 兰英 桂芬 玉珍 凤英 素芬 秀珍 桂英 玉兰 国芬 明英 秀芬 珍 先英 大芬 朝芬 学英 开秀 光秀 正英 德芬 兴秀 文珍 云芬 金秀 顺英 福珍 群 琼英 碧珍"
	men        = "勇 军 伟 涛 波 强 林 斌 飞 鹏 刚 磊 杰 超 浩 松 平 江 海 龙 建华 文军 志勇 光勇 明亮 永强 世伟 小军 兴平 开勇 正林 德军 国强 朝阳 文斌 学林 家林 家兴 祖明 维"
	women      = "丽 艳 燕 敏 静 霞 梅 琴 芳 芬 琼 会 群 娟 玲 红 英 秀 美 菊 春梅 丽娟 艳琴 小燕 秀梅 文艳 光丽 明会 兴芬 开琼 正芬 朝会 金凤 冬梅 晓霞 永芬 元芬 家敏 应琼 维芬"
	children   = "子轩 欣怡 浩然 雨涵 俊杰 思琪 宇航 梓涵 佳怡 子豪 诗雨 文博 梦瑶 志豪 雅婷 明轩 家豪 欣悦 天佑 静怡 嘉怡 俊豪 思源 若曦 博文 依诺 鑫 婷 阳 悦"
)

// names draws names that no household head of a village has had yet: two heads of one name are real, and confusing in a
// demo.
type names struct {
	rng  *rand.Rand
	used map[string]bool
}

func newNames(rng *rand.Rand) *names { return &names{rng: rng, used: map[string]bool{}} }

func pick(rng *rand.Rand, list string) string {
	all := strings.Fields(list)
	return all[rng.IntN(len(all))]
}

// surname draws a surname; those at the front of the list are more frequent.
func (n *names) surname() string {
	all := []rune(surnames)
	return string(all[min(n.rng.IntN(len(all)), n.rng.IntN(len(all)))])
}

// unique gives a full name from a list of given names. After a few tries a second character is put in: a list of forty
// cannot name a village of three hundred.
func (n *names) unique(given string) string {
	for try := 0; ; try++ {
		name := n.surname() + pick(n.rng, given)
		if try > 3 {
			middle := []rune(strings.ReplaceAll(men, " ", ""))
			name = n.surname() + string(middle[n.rng.IntN(len(middle))]) + string([]rune(pick(n.rng, given))[:1])
		}
		if !n.used[name] {
			n.used[name] = true
			return name
		}
	}
}

// person is a resident before the directory knows them.
type person struct {
	name, relation, sex string
	born                int
	party               bool
}

// family draws a household of the year: a head with, mostly, a spouse, children and one or two of the old.
func (n *names) family(year int) []person {
	born := year - 32 - n.rng.IntN(40)
	old := year-born >= 58
	given, spouses := men, women
	if old {
		given, spouses = elderMen, elderWomen
	}
	head := person{name: n.unique(given), relation: "head", sex: "m", born: born, party: n.rng.IntN(12) == 0}
	if n.rng.IntN(6) == 0 { // the man is gone or never was: she heads the household
		head.name, head.sex = n.unique(spouses), "f"
	}
	surname := string([]rune(head.name)[:1])
	home := []person{head}
	if head.sex == "m" && n.rng.IntN(8) > 0 {
		home = append(home, person{name: n.surname() + pick(n.rng, spouses), relation: "spouse", sex: "f", born: born + n.rng.IntN(7) - 2})
	}
	for range n.rng.IntN(4) {
		c := person{relation: "child", born: min(born+21+n.rng.IntN(14), year), sex: "m"}
		given := children
		if year-c.born > 20 {
			given = men
		}
		if n.rng.IntN(2) == 0 {
			c.sex = "f"
			if given == men {
				given = women
			}
		}
		c.name = surname + pick(n.rng, given)
		home = append(home, c)
	}
	if !old && n.rng.IntN(3) == 0 {
		home = append(home, person{name: n.surname() + pick(n.rng, elderWomen), relation: "parent", sex: "f", born: born - 22 - n.rng.IntN(8)})
	}
	return home
}
