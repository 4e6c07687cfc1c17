package demo

import "qunyan/internal/core"

// goods are what such a shop has (domain.md §4: soap 5, toothbrush 10, laundry liquid 20 to 25, a bag of local rice 50,
// oil 85). A point buys a yuan's worth, and the county's wholesaler sells at about two thirds, which is how a fund of
// 1,000 yuan honours some 1,500 points.
type goods struct {
	name, unit string
	price      core.Points
	cost       core.Fen // of one piece
	low        int64
	order      int64 // pieces bought at a time
}

// shelf is every shop's stock in trade, the cheapest first.
var shelf = []goods{
	{"打火机", "个", 1, 58, 10, 30},
	{"作业本", "本", 1, 60, 20, 60},
	{"抽纸", "包", 2, 124, 20, 60},
	{"食盐", "袋", 2, 128, 15, 40},
	{"铅笔（三支装）", "盒", 2, 120, 10, 30},
	{"肥皂", "块", 5, 315, 10, 20},
	{"洗洁精", "瓶", 8, 520, 4, 8},
	{"毛巾", "条", 8, 500, 4, 8},
	{"牙刷", "支", 10, 640, 6, 10},
	{"牙膏", "支", 12, 770, 4, 8},
	{"扫把撮箕", "套", 15, 980, 2, 4},
	{"洗衣液", "瓶", 22, 1420, 3, 6},
	{"大米（10斤）", "袋", 50, 3300, 1, 3},
	{"菜籽油（5升）", "桶", 85, 5600, 1, 2},
}
