package reading

// surnames gives the readings of a character at the head of a person's name, the usual one first. Only those stand here
// whose first dictionary reading is wrong for a surname, or of which families use several.
var surnames = map[rune][]string{
	'单': {"shan", "dan"}, '解': {"xie", "jie"}, '仇': {"qiu", "chou"}, '朴': {"piao", "pu"}, '查': {"zha", "cha"},
	'曾': {"zeng", "ceng"}, '区': {"ou", "qu"}, '覃': {"qin", "tan"}, '翟': {"zhai", "di"}, '乐': {"yue", "le"},
	'缪': {"miao", "mou", "miu"}, '牟': {"mou", "mu"}, '盖': {"gai", "ge"}, '冼': {"xian"}, '洗': {"xian", "xi"},
	'阚': {"kan", "han"}, '员': {"yun", "yuan"}, '於': {"yu", "wu"}, '薄': {"bo", "bao"}, '柏': {"bai", "bo"},
	'种': {"chong", "zhong"}, '秘': {"bi", "mi"}, '繁': {"po", "fan"}, '黑': {"he", "hei"}, '折': {"she", "zhe"},
	'隗': {"wei", "kui"}, '郇': {"xun", "huan"}, '召': {"shao", "zhao"}, '谌': {"chen", "shen"}, '能': {"nai", "neng"},
	'费': {"fei", "bi"}, '句': {"gou", "ju"}, '长': {"zhang", "chang"}, '重': {"chong", "zhong"}, '佴': {"nai", "er"},
	'粘': {"nian", "zhan"}, '尉': {"wei", "yu"}, '晟': {"cheng", "sheng"}, '适': {"kuo", "shi"}, '都': {"du", "dou"},
	'盛': {"sheng", "cheng"}, '藏': {"zang", "cang"}, '祭': {"zhai", "ji"}, '逯': {"lu", "lv"}, '乜': {"nie", "mie"},
	'撒': {"sa"}, '少': {"shao"}, '令': {"ling"}, '应': {"ying"}, '过': {"guo"}, '相': {"xiang"}, '占': {"zhan"},
	'着': {"zhuo"}, '奇': {"ji", "qi"}, '行': {"xing", "hang"}, '将': {"jiang"}, '地': {"di"}, '会': {"gui", "hui"},
	'仉': {"zhang"}, '卜': {"bu", "bo"}, '訾': {"zi"}, '逄': {"pang"}, '亓': {"qi"}, '昝': {"zan"}, '禚': {"zhuo"}, '麴': {"qu"},
}

// compounds gives the readings, syllable by syllable, of the two-character surnames that are misread one character at
// a time.
var compounds = map[string][]string{
	"尉迟": {"yu chi", "wei chi"}, "长孙": {"zhang sun", "chang sun"}, "万俟": {"mo qi", "wan si"},
	"单于": {"chan yu", "shan yu"}, "澹台": {"tan tai", "dan tai"}, "令狐": {"ling hu"}, "第五": {"di wu"},
	"皇甫": {"huang fu"}, "鲜于": {"xian yu"}, "宇文": {"yu wen"}, "拓跋": {"tuo ba"}, "夏侯": {"xia hou"},
}

// givens gives the readings of a character inside a given name whose first dictionary reading is wrong there, or of
// which parents choose several.
var givens = map[rune][]string{
	'乐': {"le", "yue"}, '行': {"xing", "hang"}, '长': {"chang", "zhang"}, '重': {"chong", "zhong"}, '朝': {"chao", "zhao"},
	'茜': {"qian", "xi"}, '晟': {"sheng", "cheng"}, '单': {"dan", "shan"}, '盛': {"sheng", "cheng"}, '柏': {"bai", "bo"},
	'曾': {"zeng", "ceng"}, '藏': {"cang", "zang"}, '都': {"du", "dou"}, '率': {"shuai", "lv"}, '省': {"sheng", "xing"},
	'参': {"can", "shen"}, '隽': {"jun", "juan"}, '莎': {"sha", "suo"}, '娜': {"na", "nuo"}, '炅': {"jiong", "gui"},
	'筠': {"yun", "jun"}, '琢': {"zhuo"}, '的': {"di", "de"}, '得': {"de"}, '地': {"di"}, '着': {"zhuo"}, '了': {"liao"},
	'降': {"jiang", "xiang"}, '校': {"xiao", "jiao"}, '露': {"lu"}, '大': {"da"}, '相': {"xiang"}, '仇': {"qiu", "chou"},
	'蔚': {"wei", "yu"}, '厦': {"xia", "sha"}, '叶': {"ye"}, '洁': {"jie"}, '覃': {"tan", "qin"}, '区': {"qu", "ou"},
	'种': {"zhong", "chong"}, '传': {"chuan"}, '弹': {"tan", "dan"}, '调': {"tiao", "diao"}, '还': {"huan", "hai"},
}

// places gives the readings of a character inside the name of a village, a group or a township, as they are said in
// Guizhou.
var places = map[rune][]string{
	'长': {"chang"}, '都': {"du"}, '大': {"da"}, '地': {"di"}, '落': {"luo"}, '箐': {"qing", "jing"}, '戛': {"jia", "ga"},
	'行': {"hang", "xing"}, '堡': {"bao", "pu"}, '垭': {"ya"}, '街': {"jie", "gai"}, '岩': {"yan", "ai"}, '仲': {"zhong"},
	'阿': {"a"}, '乐': {"le"}, '重': {"chong", "zhong"}, '单': {"dan", "shan"}, '化': {"hua"}, '鲊': {"zha"}, '石': {"shi"},
	'曾': {"zeng", "ceng"}, '洞': {"dong"}, '硐': {"dong"}, '种': {"zhong"}, '查': {"cha", "zha"}, '会': {"hui"},
}
