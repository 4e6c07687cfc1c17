/**
 * What the console reads and writes, as the contract says it. Codes of areas are strings of digits, ids are strings,
 * days are yyyymmdd, months yyyymm, `_ms` Unix milliseconds, `_fen` money, points whole; 0 and '' say "none".
 */
export interface Page<T> {
  items: T[]
  next: string
}

export type Role = 'county' | 'township' | 'secretary' | 'clerk' | 'keeper' | 'supervisor' | 'auditor'
export type Level = 'county' | 'township' | 'village' | 'group'

export interface Grant {
  role: Role
  area: string
  area_name: string
  level: Level
}

export interface StaffSelf {
  id: string
  login: string
  name: string
  must_change: boolean
  totp_on: boolean
  grants: Grant[]
}

export interface SessionInfo {
  staff: StaffSelf | null
  csrf: string
  now_ms: number
  today: number
  version: string
}

export interface Area {
  code: string
  parent: string
  kind: string
  level: Level
  name: string
  short: string
  township_name?: string
}

export interface VillageHit {
  code: string
  short: string
  name: string
  township: string
  township_name: string
}

export interface Household {
  id: string
  number: number
  group: string
  group_name: string
  head: string
  cadre: boolean
  members: number
  state: 'active' | 'closed'
  base: number
  spendable: number
  version: number
}

export interface Resident {
  id: string
  name: string
  relation: string
  sex: string
  birth_year: number
  phone_tail: string
  party: boolean
  state: string
}

export interface Card {
  id: string
  code: string
  state: 'active' | 'revoked'
  issued_ms: number
  pin_set: boolean
  revoked_ms?: number
  reason?: string
}

export interface IssuedCard {
  card: Card
  token: string
  url: string
}

export interface ImportFault {
  sheet: string
  row: number
  column: string
  code: string
  reason: string
}

export interface ImportJob {
  id: string
  state: 'running' | 'failed' | 'done' | 'dry'
  rows: number
  done: number
  total: number
  created: number
  changed: number
  unchanged: number
  errors: ImportFault[]
  error_count: number
}

export interface RuleStep {
  label_zh: string
  label_en: string
  points: number
}

export interface Rule {
  code: string
  category: string
  kind: string
  text_zh: string
  text_en: string
  points: number
  points_min: number
  points_max: number
  scale: RuleStep[]
  per: 'event' | 'unit'
  unit_zh: string
  unit_en: string
  cap_period: '' | 'event' | 'day' | 'week' | 'month' | 'year' | 'life'
  cap_points: number
  cap_count: number
  proof_zh: string
  proof_en: string
  approver: string
  self: boolean
}

export interface Ruleset {
  version: number
  title: string
  state: 'draft' | 'adopted' | 'withdrawn'
  base_version: number
  from_day: number
  vote_day: number
  vote_due: number
  vote_present: number
  vote_for: number
  minutes_no: string
  notice_days: number
  changed_ms: number
  by_name: string
}

export interface RulesetFull extends Ruleset {
  rules: Rule[]
}

export type ClaimState = 'submitted' | 'returned' | 'withdrawn' | 'approved' | 'rejected' | 'noticed' | 'frozen' | 'dropped' | 'posted'

export interface Claim {
  id: string
  household: string
  number: number
  group_name: string
  head: string
  rule: string
  rule_text_zh: string
  rule_text_en: string
  category: string
  day: number
  month: number
  step: number
  qty: number
  points: number
  asked: number
  event: string
  note: string
  proof: string
  photo_url: string
  state: ClaimState
  source: 'card' | 'clerk' | 'sheet'
  sheet: string
  by_kind: string
  by_name: string
  reviewer_name: string
  reviewed_ms: number
  reason: string
  notice: string
  line: number
  version: number
  version_no: number
  created_ms: number
  flags: string[]
  can: { approve: boolean; return: boolean; reject: boolean; withdraw: boolean; edit: boolean }
}

export interface CapView {
  period: string
  limit_points: number
  limit_count: number
  used_points: number
  used_count: number
}

export interface ClaimStep {
  at_ms: number
  action: string
  by_name: string
  reason: string
}

export interface ClaimFull extends Claim {
  cap: CapView | null
  history: ClaimStep[]
}

/** A deed as it is typed in. */
export interface ClaimDraft {
  household: string
  rule: string
  day: number
  qty: number
  step: number
  event: string
  note: string
  proof: string
  photo: string
}

export interface Judgement {
  points: number
  asked: number
  version: number
  cap: CapView | null
  duplicate: boolean
}

export interface SheetInput {
  rule: string
  day: number
  title: string
  event: string
  rows: { household: string; qty: number; step: number; note: string }[]
}

export interface SheetResult {
  sheet: string
  claims: number
  points: number
  results: { household: string; claim: string; points: number; asked: number; code: string }[]
}

export interface Notice {
  id: string
  month: number
  seq: number
  from_day: number
  to_day: number
  claims: number
  points: number
  state: 'open' | 'closed'
  by_name: string
  published_ms: number
}

export interface Objection {
  id: string
  notice: string
  claim: string
  code: string
  text: string
  contact: string
  due_day: number
  state: 'open' | 'upheld' | 'dismissed'
  answer: string
  answered_name: string
  answered_ms: number
  created_ms: number
}

export interface MonthView {
  month: number
  closed: boolean
  closed_ms: number
  today: number
  counts: Partial<Record<ClaimState, number>>
  notices: Notice[]
  open_objections: number
  blockers: { code: string; n: number; day: number }[]
  can_notice: boolean
  can_close: boolean
  totals: { category: string; n: number; points: number; last_points: number }[]
  earned: number
  deducted: number
}

export interface CloseResult {
  month: number
  claims: number
  points: number
  deducted: number
  first_no: number
  last_no: number
  at_ms: number
  moved: number
}

export interface Line {
  no: number
  voucher: number
  day: number
  at_ms: number
  kind: string
  debit: string
  credit: string
  owner: string
  amount: number
  memo_zh: string
  memo_en: string
  reverses: number
  reversed: boolean
}

export interface Shop {
  name: string
  rate_fen: number
  floor: number
  state: 'open' | 'closed'
  version: number
}

export interface Item {
  id: string
  name: string
  unit: string
  price: number
  qty: number
  cost_fen: number
  low: number
  photo_url: string
  state: 'active' | 'hidden'
  version: number
}

export interface Redemption {
  id: string
  no: number
  household: string
  number: number
  head: string
  group_name: string
  day: number
  points: number
  balance: number
  items: { item: string; name: string; unit: string; price: number; qty: number }[]
  state: 'settled' | 'voided'
  by_name: string
  created_ms: number
  void_name: string
  void_reason: string
  void_ms: number
}

export interface DaySummary {
  day: number
  redemptions: number
  points: number
  voided: number
  items: { name: string; unit: string; qty: number; points: number }[]
}

export interface StaffAccount {
  id: string
  login: string
  name: string
  state: 'active' | 'disabled'
  grants: Grant[]
  village: string
  household: string
  created_ms: number
}

export interface AuditRecord {
  id: string
  at_ms: number
  actor_name: string
  actor_kind: string
  from_addr: string
  request: string
  action: string
  subject: string
  subject_id: string
  before: unknown
  after: unknown
}

export interface OverviewRow {
  area: string
  name: string
  villages: number
  households: number
  residents: number
  claims: Partial<Record<ClaimState, number>>
  earned: number
  deducted: number
  by_category: Record<string, number>
  redemptions: number
  redeemed: number
  shops_open: number
  granted_fen: number
  stock_fen: number
  fund_fen: number
  liability_points: number
  liability_fen: number
  closed_villages: number
  active_households: number
}

export interface Overview {
  area: string
  from: number
  to: number
  as_of_ms: number
  totals: OverviewRow
  children: OverviewRow[]
}

export interface TrendPoint {
  month: number
  earned: number
  redeemed: number
  redemptions: number
}

export interface Attention {
  village: string
  township: string
  name: string
  code: string
  n: number
}
