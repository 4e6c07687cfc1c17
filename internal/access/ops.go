package access

import (
	"maps"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Op is something a person may or may not do in an area.
type Op string

// The operations. Who may do which stands in one place, table; everything else (documentation, the API's early check,
// the authorization test) reads it from there.
const (
	OpReadVillage      Op = "read_village"      // look at a village's households, claims, book and shop
	OpReadReports      Op = "read_reports"      // look at totals of one's area
	OpReadAudit        Op = "read_audit"        // look at who did what
	OpManageStaff      Op = "manage_staff"      // give accounts and roles, below and inside of one's own
	OpEditHouseholds   Op = "edit_households"   // households, residents, groups
	OpImportHouseholds Op = "import_households" // from a workbook
	OpProposeChange    Op = "propose_change"    // split, merge or close a household
	OpConfirmChange    Op = "confirm_change"    // by a second person, of another household
	OpManageCards      Op = "manage_cards"      // issue, revoke, set the PIN at the office

	OpSubmitClaim      Op = "submit_claim"
	OpReviewClaim      Op = "review_claim"   // never a keeper of the same village; further bars stand in claims
	OpSetReviewing     Op = "set_reviewing"  // how many claims a second person reviews
	OpRegisterKin      Op = "register_kin"   // which households and reviewers are relatives
	OpReadReviewers    Op = "read_reviewers" // the own statistics of reviewing; the township's of everybody in its villages
	OpReadFairness     Op = "read_fairness"  // figures of who gets points and who approves them
	OpPublishNotice    Op = "publish_notice"
	OpObject           Op = "object"          // anybody, signed in or not (村民委员会组织法 art. 31: villagers may query)
	OpObjectOnPaper    Op = "object_on_paper" // type in an objection that came on paper
	OpAnswerObjection  Op = "answer_objection"
	OpCloseMonth       Op = "close_month"
	OpReverseLine      Op = "reverse_line"
	OpHoldGathering    Op = "hold_gathering"    // plan a meeting or a shift, call the roll, make its claims
	OpHoldAppraisal    Op = "hold_appraisal"    // open a monthly appraisal, type its marks, make its claims
	OpReadMarks        Op = "read_marks"        // look at who marked how in an appraisal
	OpSuggest          Op = "suggest"           // a household with its card and PIN, or the clerk for one without a phone
	OpDecideSuggestion Op = "decide_suggestion" // record what the committees decided and what came of it
	OpTypeMemo         Op = "type_memo"         // listen to a suggestion's voice memo and type what is heard
	OpSealBook         Op = "seal_book"         // sign a checkpoint over the book now

	OpReadBranch       Op = "read_branch"        // look at the Party branch's members, their points and lists: inside the branch only
	OpKeepBranch       Op = "keep_branch"        // members, drafts of the year's scheme, proposals, answers
	OpDecideBranch     Op = "decide_branch"      // on a proposal of somebody else about a member of another household
	OpRecordBranchVote Op = "record_branch_vote" // what the branch's meeting decided: the scheme, the evaluation

	OpEditTemplate Op = "edit_template" // the county's rules, and a township's additions to them
	OpDraftRules   Op = "draft_rules"
	OpAdoptRules   Op = "adopt_rules" // record the vote, send it to the township, publish
	OpFileRules    Op = "file_rules"  // confirm the filing of a village's rules, or return them

	OpOverruleRedLine Op = "overrule_red_line" // say in writing that a stopped text of a rule is harmless

	OpManageShop     Op = "manage_shop" // name, rate, floor, open or closed
	OpGrantFunds     Op = "grant_funds"
	OpEditItems      Op = "edit_items"
	OpReceiveGoods   Op = "receive_goods"
	OpRedeem         Op = "redeem"
	OpVoidRedemption Op = "void_redemption"
	OpRecordIncome   Op = "record_income"  // money that is given to the shop, and which of it is for one purpose only
	OpReverseMoney   Op = "reverse_money"  // take back what was entered wrongly, by another person
	OpReportStock    Op = "report_stock"   // spoiled goods and counts, for a second person to confirm
	OpConfirmStock   Op = "confirm_stock"  // by another person than reported it
	OpManageTills    Op = "manage_tills"   // revoke a till, import what it left behind
	OpSettleOffline  Op = "settle_offline" // decide what came from a till and does not fit the book

	OpSendPhoto Op = "send_photo" // for a claim or for goods

	OpReadCard Op = "read_card" // a household's own passbook, by its card
	OpUseCard  Op = "use_card"  // apply, upload a photo: after the card's PIN
)

// Actors that hold no role still appear in the table, so that it says everything.
const (
	Anybody      core.Role = "anybody"       // signed in or not
	Card         core.Role = "card"          // a household's card, read-only
	UnlockedCard core.Role = "unlocked_card" // the same after its PIN
	System       core.Role = "system"        // our own jobs and the command line
)

// Table says which roles may do what inside their area. The caller may change the copy it gets.
func Table() map[Op][]core.Role {
	own := make(map[Op][]core.Role, len(table))
	for op, roles := range table {
		own[op] = slices.Clone(roles)
	}
	return own
}

// Ops lists every operation in alphabetical order.
func Ops() []Op { return slices.Sorted(maps.Keys(table)) }

// table is the whole of who may do what (domain.md §3: keeper ≠ approver; the auditor only reads; first secretaries
// supervise and never approve). The county does not act inside a village: it reads, and repairs accounts and imports.
var table = map[Op][]core.Role{
	OpReadVillage:      {core.RoleCounty, core.RoleTownship, core.RoleSecretary, core.RoleClerk, core.RoleKeeper, core.RoleSupervisor, core.RoleAuditor, System},
	OpReadReports:      {core.RoleCounty, core.RoleTownship, core.RoleSecretary, core.RoleClerk, core.RoleKeeper, core.RoleSupervisor, core.RoleAuditor, System},
	OpReadAudit:        {core.RoleCounty, core.RoleTownship, core.RoleSupervisor, core.RoleAuditor, System},
	OpManageStaff:      {core.RoleCounty, core.RoleTownship, core.RoleSecretary, System},
	OpEditHouseholds:   {core.RoleSecretary, core.RoleClerk, System},
	OpImportHouseholds: {core.RoleCounty, core.RoleTownship, core.RoleSecretary, core.RoleClerk, System},
	OpProposeChange:    {core.RoleSecretary, core.RoleClerk},
	OpConfirmChange:    {core.RoleTownship, core.RoleSecretary, core.RoleClerk, core.RoleSupervisor}, // the township where everybody in the village is of the family
	OpManageCards:      {core.RoleSecretary, core.RoleClerk},

	OpSubmitClaim:      {core.RoleSecretary, core.RoleClerk, UnlockedCard},
	OpReviewClaim:      {core.RoleTownship, core.RoleSecretary, core.RoleSupervisor},
	OpSetReviewing:     {core.RoleCounty, core.RoleTownship, core.RoleSecretary},
	OpRegisterKin:      {core.RoleTownship, core.RoleClerk},
	OpReadReviewers:    {core.RoleTownship, core.RoleSecretary, core.RoleSupervisor},
	OpReadFairness:     {core.RoleTownship, core.RoleSupervisor},
	OpPublishNotice:    {core.RoleSecretary, core.RoleClerk},
	OpObject:           {Anybody},
	OpObjectOnPaper:    {core.RoleSecretary, core.RoleClerk},
	OpAnswerObjection:  {core.RoleTownship, core.RoleSecretary, core.RoleSupervisor}, // the township where everybody in the village had a hand in it
	OpCloseMonth:       {core.RoleSecretary},
	OpReverseLine:      {core.RoleSecretary},
	OpHoldGathering:    {core.RoleSecretary, core.RoleClerk},
	OpHoldAppraisal:    {core.RoleSecretary, core.RoleClerk},
	OpReadMarks:        {core.RoleSecretary, core.RoleClerk, core.RoleSupervisor, core.RoleTownship},
	OpSuggest:          {core.RoleSecretary, core.RoleClerk, UnlockedCard},
	OpDecideSuggestion: {core.RoleSecretary, core.RoleClerk},
	OpTypeMemo:         {core.RoleSecretary, core.RoleClerk},
	OpSealBook:         {core.RoleCounty, core.RoleTownship, core.RoleSecretary, core.RoleSupervisor, System},

	// The branch's points are its own: neither township nor supervisor nor auditor reads them here. An entry about the
	// secretary is proposed by the secretary and decided on by the clerk, so two people are enough.
	OpReadBranch:       {core.RoleSecretary, core.RoleClerk},
	OpKeepBranch:       {core.RoleSecretary, core.RoleClerk},
	OpDecideBranch:     {core.RoleSecretary, core.RoleClerk},
	OpRecordBranchVote: {core.RoleSecretary},

	OpEditTemplate: {core.RoleCounty, core.RoleTownship, System}, // each inside its own area: the county's lies outside a township's
	OpDraftRules:   {core.RoleSecretary, core.RoleClerk},
	OpAdoptRules:   {core.RoleSecretary},
	OpFileRules:    {core.RoleTownship},

	OpOverruleRedLine: {core.RoleTownship},

	OpManageShop:     {core.RoleSecretary},
	OpGrantFunds:     {core.RoleCounty},
	OpEditItems:      {core.RoleClerk, core.RoleKeeper},
	OpReceiveGoods:   {core.RoleClerk, core.RoleKeeper},
	OpRedeem:         {core.RoleKeeper},
	OpVoidRedemption: {core.RoleSecretary, core.RoleClerk, core.RoleKeeper, core.RoleSupervisor},
	OpRecordIncome:   {core.RoleSecretary, core.RoleClerk},
	OpReverseMoney:   {core.RoleSecretary, core.RoleSupervisor},
	OpReportStock:    {core.RoleClerk, core.RoleKeeper},
	OpConfirmStock:   {core.RoleSecretary, core.RoleClerk, core.RoleKeeper, core.RoleSupervisor},
	OpManageTills:    {core.RoleSecretary, core.RoleClerk},
	OpSettleOffline:  {core.RoleSecretary, core.RoleClerk, core.RoleSupervisor},

	OpSendPhoto: {core.RoleSecretary, core.RoleClerk, core.RoleKeeper, UnlockedCard},

	OpReadCard: {Card, UnlockedCard},
	OpUseCard:  {UnlockedCard},
}

// Can says whether the actor may do op in area, as far as roles decide it. What depends on the thing itself (own
// household, own submission, the same person) the command checks.
func Can(by core.Actor, op Op, area core.Area) bool {
	roles := table[op]
	if slices.Contains(roles, Anybody) {
		return true
	}
	switch by.Kind {
	case core.SystemActor:
		return slices.Contains(roles, System)
	case core.CardActor:
		as := Card
		if by.Unlocked {
			as = UnlockedCard
		}
		return slices.Contains(roles, as) && by.Village != 0 && by.Village == area
	case core.StaffActor:
		return by.Has(area, roles...) && !barred(by, op, area)
	}
	return false
}

// barred is the separation of duties that holds whatever else a person may be: who keeps a village's shop reviews
// nothing there, though the secretary's role would allow it.
func barred(by core.Actor, op Op, area core.Area) bool {
	return op == OpReviewClaim && by.Has(area, core.RoleKeeper)
}

// Anywhere says whether the actor may do op in any area at all, for requests that name their area only in the body.
func Anywhere(by core.Actor, op Op) bool {
	if Can(by, op, by.Village) {
		return true
	}
	return slices.ContainsFunc(by.Grants, func(g core.Grant) bool { return Can(by, op, g.Area) })
}

// Require is nil if Can, and else the error to answer: access.sign_in for nobody and for a card that still lacks its
// PIN (access.pin_needed), access.forbidden for somebody who may not.
func Require(by core.Actor, op Op, area core.Area) error {
	if Can(by, op, area) {
		return nil
	}
	return refusal(by, op, area)
}

// RequireAnywhere is Require for Anywhere.
func RequireAnywhere(by core.Actor, op Op) error {
	if Anywhere(by, op) {
		return nil
	}
	return refusal(by, op, by.Village)
}

func refusal(by core.Actor, op Op, area core.Area) error {
	switch {
	case by.Kind == core.Nobody:
		return errs.New(errs.Unauthenticated, "access.sign_in")
	case by.Kind == core.CardActor && !by.Unlocked && by.Village == area && slices.Contains(table[op], UnlockedCard):
		return errs.New(errs.Unauthenticated, "access.pin_needed")
	}
	return errs.New(errs.Forbidden, "access.forbidden")
}
