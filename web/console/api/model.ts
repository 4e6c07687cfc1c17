/**
 * What the console reads and writes, by the contract's own names. Codes of areas are strings of digits, ids are strings,
 * days are yyyymmdd, months yyyymm, `_ms` Unix milliseconds, `_fen` money, points whole; 0 and '' say "none".
 */
import type { components } from '../../shared/api/schema'

type Schema = components['schemas']

export interface Page<T> {
  items: T[]
  next: string
}

export type Grant = Schema['GrantView']
export type Role = Schema['GrantInput']['role']
export type StaffSelf = Schema['OwnView']
export type SessionInfo = Schema['SessionView']
export type StaffAccount = Schema['StaffView']
export type AuditRecord = Schema['AuditView']
export type AuditCoverage = Schema['AuditCoverageView']

export type Area = Schema['AreaView']
export type AreaFull = Schema['AreaDetail']
export type Level = Area['level']
export type VillageHit = Schema['VillageHit']
export type Household = Schema['HouseholdView']
export type HouseholdFull = Schema['HouseholdDetail']
export type Resident = Schema['ResidentView']
export type Card = Schema['CardView']
export type IssuedCard = Schema['IssuedCard']

export type Rule = Schema['Rule']
export type Cap = Schema['Cap']
export type CategoryCap = Schema['CategoryCap']
export type Condition = Schema['Condition']
export type Claimant = Schema['ClaimantView']
export type Ruleset = Schema['RulesetHead']
export type RulesetFull = Schema['RulesetFull']
export type RulesImport = Schema['RulesImport']
export type RuleFault = Schema['RuleFault']
export type Trial = Schema['TrialView']
export type TrialResult = Schema['TrialResult']
export type TrialRule = Schema['TrialRule']
export type RedLineCase = Schema['RedLineCase']
export type Bounds = Schema['Bounds']
export type Finding = Schema['FindingView']
export type Waiting = Schema['WaitingView']
export type VoteRecord = Schema['VoteBody']
export type RulesInForce = Schema['RulesInForce']

export type Claim = Schema['ClaimView']
export type ClaimFull = Schema['ClaimDetail']
export type ClaimState = Claim['state']
export type ClaimStep = Schema['ClaimStep']
export type CapView = Schema['CapView']
/** A deed as it is typed in. */
export type ClaimDraft = Schema['StaffDeedBody']
export type Judgement = Schema['JudgementView']
export type SheetInput = Schema['SheetBody']
export type SheetResult = Schema['SheetResultView']

export type Notice = Schema['NoticeView']
export type Objection = Schema['ObjectionView']
export type MonthView = Schema['MonthView']
export type NoticeCopy = Schema['CopyView']
export type MonthShare = Schema['ShareView']
export type Unclosed = Schema['Unclosed']
export type ExpiryState = Schema['ExpiryState']
export type ExpiryVote = Schema['Vote-expiryRequest']
export type CloseResult = Schema['ClosingView']

export type Line = Schema['BookLine']
export type PassbookLine = Schema['PassbookLine']
export type AccountRow = Schema['AccountRow']
export type BookCoverage = Schema['CoverageView']
export type Checkpoint = Schema['CheckpointView']
export type PublicKey = Schema['PublicKey']

export type Shop = Schema['Shop']
export type ShopInput = Schema['ShopBody']
export type Item = Schema['ItemView']
export type Redemption = Schema['RedemptionView']
export type DaySummary = Schema['SummaryView']

export type OverviewRow = Schema['Row']
export type Overview = Schema['Overview']
export type TrendPoint = Schema['MonthRow']
export type Attention = Schema['Need']

export type Gathering = Schema['GatheringView']
export type GatheringPlan = Schema['PlanBody']
export type Marked = Schema['MarkedView']
export type Photo = Schema['PhotoView']
export type Door = Schema['DoorView']
export type MarkInput = Schema['MarkBody']
export type Outcome = Schema['OutcomeView']
export type Appraisal = Schema['AppraisalView']
export type AppraisalPlan = Schema['AppraisalBody']
export type AppraisalOutcome = Schema['AppraisalOutcome']
export type AppraisalWay = Schema['WayView']
export type Rated = Schema['RatedView']
export type BatchResult = Schema['BatchView']
export type Suggestion = Schema['SuggestionView']

export type HouseholdChange = Schema['ChangeView']
export type HouseholdChangeFull = Schema['ChangeDetail']
export type ChangeInput = Schema['ChangeBody']
