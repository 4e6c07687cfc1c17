package demo

import (
	"context"
	"fmt"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/voices"
)

// proposal is a suggestion with what becomes of it.
type proposal struct {
	text   string
	answer string // of the committees
	note   string // how it was carried out
	refuse bool
}

// proposals are what households of the shown village suggest, in this order, two a month: one that is carried out, and
// in turn one that is not taken up and one that is still to be done. Two months have all of them.
func proposals() []proposal {
	return []proposal{
		{text: "建议在村口弯道装一面凸面镜", answer: "交通安全，马上办", note: "凸面镜已装好，在村口大樟树对面"},
		{text: "建议给每户发一台电视机", answer: "没有这笔钱，也不是村集体该办的事", refuse: true},
		{text: "建议给三组通组路装路灯", answer: "先装学校门口到三组岔路一段", note: "装了八盏太阳能路灯"},
		{text: "建议统一订购猪瘟疫苗", answer: "请镇畜牧站来村里打"},
		{text: "建议雨季前清一次河沟", answer: "和下次大扫除一起办", note: "河沟已清，三十二户参加"},
		{text: "建议把赶场天的摊位摆到公路边上", answer: "公路边不安全，仍旧摆在老场坝", refuse: true},
		{text: "建议把垃圾池搬离水井", answer: "选在坡下，离水井两百米", note: "新垃圾池已经用上"},
		{text: "建议赶场天增开一班客车", answer: "请镇里和客运站商量"},
		{text: "建议把村活动室周末开放给学生", answer: "周六周日上午开，请志愿者看管", note: "从这个月起开放"},
		{text: "建议让外村的货车从村里绕行", answer: "县道不归村里管，已经转交镇里", refuse: true},
		{text: "建议在河边立安全警示牌", answer: "三处深水的地方都立", note: "警示牌立好了"},
		{text: "建议给独居老人装一键呼叫", answer: "先给十一位八十岁以上的装"},
		{text: "建议统一收购辣椒，免得各卖各的", answer: "合作社出面，先登记", note: "收购了一万两千斤"},
		{text: "建议取消每月的群众会", answer: "群众会是大家议事的地方，不取消", refuse: true},
		{text: "建议把公厕的灯换成声控的", answer: "换", note: "两处公厕都换了"},
		{text: "建议在合作社门口修一个洗手台", answer: "和厕所一起修"},
		{text: "建议冬天给活动室生一炉火", answer: "用电暖，防火", note: "买了两台电暖器"},
		{text: "建议把大喇叭每天响两小时", answer: "早晚各十分钟就够，有老人和上夜班的", refuse: true},
		{text: "建议给村口的候车亭加一条长凳", answer: "加", note: "两条长凳已经放好"},
		{text: "建议统一买一台旋耕机轮流用", answer: "合作社出一半，用的户分摊油钱"},
		{text: "建议给老井加一个盖子", answer: "怕孩子掉下去，这周就做", note: "井盖做好了，带锁"},
		{text: "建议开会不要超过一小时", answer: "先说要紧的，尽量短；议不完的仍要议完", refuse: true},
		{text: "建议给放学路上的桥加栏杆", answer: "用修路剩下的钢管", note: "桥两边都装了栏杆"},
		{text: "建议在晒场划出停车位", answer: "不收粮的月份用，先量地方"},
	}
}

// fresh are those that nobody has decided on yet at the end of history.
var fresh = []string{"建议在二组的水池边加一圈护栏", "建议把去镇上的便道补一补，下雨就积水"}

// planVoices lets a month's two suggestions come in, be decided on, and be carried out where that is quick.
func (v *village) planVoices(month core.Month) {
	first, all := month.First(), proposals()
	for i := range 2 {
		p := all[(2*(int(month)/100*12+int(month)%100-1)+i)%len(all)]
		var id core.ID
		v.plan(first.Add(4+i), evening, func(ctx context.Context) (err error) {
			id, err = v.raise(ctx, p.text, i == 0)
			return err
		})
		v.plan(first.Add(13), afternoon, func(ctx context.Context) error { return v.settleVoice(ctx, id, p, month) })
		if p.note != "" {
			v.plan(first.Add(24), morning, func(ctx context.Context) error {
				_, err := v.d.p.Voices.CarryOut(ctx, v.clerk, v.code, id, 0, p.note)
				return err
			})
		}
	}
}

// raise lets a household suggest: with its card and PIN if it has them, else the secretary types it in.
func (v *village) raise(ctx context.Context, text string, named bool) (core.ID, error) {
	h := &v.homes[v.rng.IntN(len(v.homes))]
	by := v.secretary
	if h.card.ID != 0 {
		by = h.card
	}
	made, err := v.d.p.Voices.Raise(ctx, by, v.code, voices.Draft{Household: h.id, Text: text, Named: named})
	return made.ID, err
}

func (v *village) settleVoice(ctx context.Context, id core.ID, p proposal, month core.Month) error {
	if p.refuse {
		_, err := v.d.p.Voices.Reject(ctx, v.clerk, v.code, id, voices.Decision{Answer: p.answer})
		return err
	}
	decided, err := v.d.p.Voices.Adopt(ctx, v.clerk, v.code, id, voices.Decision{MinutesNo: fmt.Sprintf("两委会〔%d〕%d号", month/100, month%100), Answer: p.answer})
	if err != nil || decided.Claim == 0 { // the month's cap left nothing
		return err
	}
	v.d.claimed.Add(1)
	v.pending = append(v.pending, pending{id: decided.Claim, by: v.clerk, deed: claims.Deed{Rule: voices.Rule}})
	return nil
}

// leaveVoices leaves suggestions for the committees' next meeting, and the papers a village keeps beside its lists: where
// the newest one was posted, and who is related to whom.
func (v *village) leaveVoices(ctx context.Context) error {
	for i, text := range fresh {
		by, h := v.secretary, &v.homes[len(v.homes)/3]
		if i == 0 { // the first household has a card and a PIN
			by, h = v.homes[0].card, &v.homes[0]
		}
		if _, err := v.d.p.Voices.Raise(ctx, by, v.code, voices.Draft{Household: h.id, Text: text, Named: i == 0}); err != nil {
			return err
		}
	}
	notices, err := v.d.p.Claims.PublicNotices(ctx, v.code)
	if err != nil || len(notices) == 0 {
		return err
	}
	for _, copy := range []struct {
		way   claims.Way
		place string
	}{{claims.OnBoardA3, "村委会门口公示栏"}, {claims.InChat, v.name + "村民群"}} {
		if _, err := v.d.p.Claims.RecordCopy(ctx, v.clerk, v.code, notices[0].ID, copy.way, copy.place); err != nil {
			return err
		}
	}
	cousin := v.homes[len(v.homes)-2]
	_, err = v.d.p.Claims.AddKin(ctx, v.clerk, v.code, claims.Kin{Household: cousin.id, Staff: v.colleague.ID, Relation: "sibling", FromDay: core.DayOf(v.d.clock.Now())})
	return err
}
