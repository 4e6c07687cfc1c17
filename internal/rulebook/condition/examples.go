package condition

// Example is a condition that an editor offers, with the words the public reads.
type Example struct {
	Expr   string `json:"expr"`
	TextZh string `json:"text_zh"`
	TextEn string `json:"text_en"`
}

// Examples are conditions that villages ask for, each a pattern to change the numbers of.
func Examples() []Example {
	return []Example{
		{"earlier_month < 2", "每户每月只算前两次", "Only the first two of a household in a month count"},
		{"earlier_month == 0 ? points : points / 2 + 1", "当月第一次记满分，以后每次减半（加 1 分）",
			"The first of a month at full points, each further one at half and one more"},
		{"weekday == 6 || weekday == 7", "只算周末（周六、周日）做的", "Only what is done on a Saturday or Sunday counts"},
		{"month >= 5 && month <= 9", "只在汛期（5 月至 9 月）算", "Counts in the flood season only, May to September"},
		{"month in [11, 12, 1, 2, 3]", "只在森林防火期（11 月至次年 3 月）算", "Counts in the season of forest fires only, November to March"},
		{"qty >= 2", "一次做满 2 个单位才算", "Counts from two units at a time"},
		{"earlier_year >= 10 ? points + 1 : points", "当年做满 10 次以后，每次多记 1 分", "After ten in a year each further one earns one point more"},
		{"members >= 5 ? points + 1 : points", "5 口人以上的户，多记 1 分", "Households of five and more earn one point more"},
		{"age_band == \"elder\" ? points + 2 : points", "60 岁以上的人参加，多记 2 分", "Residents of sixty and above earn two points more"},
		{"party || \"志愿者\" in tags", "限党员或者登记的志愿者", "For Party members and registered volunteers only"},
		{"\"楼栋长\" in tags ? points + 1 : points", "楼栋长带头，多记 1 分", "Building heads who lead earn one point more"},
		{"given_month + points <= 30", "本条当月合计不超过 30 分才算", "Counts as long as this item brings the household no more than 30 points in a month"},
	}
}
