package demo

import "qunyan/internal/core"

// goods are what such a shop has (domain.md §4: soap 5, toothbrush 10, laundry liquid 20 to 25, a bag of local rice 50,
// oil 85). A point buys a yuan's worth, and the county's wholesaler sells at about three fifths, which is how a fund of
// 1,000 yuan honours some 1,600 points.
type goods struct {
	name, unit string
	price      core.Points
	cost       core.Fen // of one piece
	low        int64
	order      int64 // pieces bought at a time
}

// shelf is every shop's stock in trade, the cheapest first.
var shelf = []goods{
	{"打火机", "个", 1, 54, 10, 30},
	{"作业本", "本", 1, 56, 20, 60},
	{"抽纸", "包", 2, 114, 20, 60},
	{"食盐", "袋", 2, 118, 15, 40},
	{"铅笔（三支装）", "盒", 2, 110, 10, 30},
	{"肥皂", "块", 5, 288, 10, 20},
	{"洗洁精", "瓶", 8, 480, 4, 8},
	{"毛巾", "条", 8, 460, 4, 8},
	{"牙刷", "支", 10, 590, 6, 10},
	{"牙膏", "支", 12, 700, 4, 8},
	{"扫把撮箕", "套", 15, 900, 2, 4},
	{"洗衣液", "瓶", 22, 1320, 3, 6},
	{"大米（10斤）", "袋", 50, 3100, 1, 3},
	{"菜籽油（5升）", "桶", 85, 5300, 1, 2},
}
