import type { Grant, Level, Role } from '../api/model'

/**
 * What a role may do in its area, for drawing the navigation and the buttons only: the server decides again at every
 * request. The table repeats what the contract says of each operation; a test holds the two together.
 */
export const table = {
  ReadVillage: ['county', 'township', 'secretary', 'clerk', 'keeper', 'supervisor', 'auditor'],
  ReadReports: ['county', 'township', 'secretary', 'clerk', 'keeper', 'supervisor', 'auditor'],
  ReadAudit: ['auditor', 'county', 'township', 'supervisor'],
  ManageStaff: ['county', 'township', 'secretary'],
  EditHouseholds: ['clerk', 'secretary'],
  ImportHouseholds: ['clerk', 'secretary', 'township', 'county'],
  ProposeChange: ['clerk', 'secretary'],
  ConfirmChange: ['clerk', 'secretary', 'supervisor', 'township'],
  ManageCards: ['clerk', 'secretary'],
  SubmitClaim: ['clerk', 'secretary'],
  ReviewClaim: ['secretary', 'supervisor', 'township'],
  SetReviewing: ['county', 'township', 'secretary'],
  RegisterKin: ['township', 'clerk'],
  ReadReviewers: ['township', 'secretary', 'supervisor'],
  ReadFairness: ['township', 'supervisor'],
  PublishNotice: ['clerk', 'secretary'],
  ObjectOnPaper: ['secretary', 'clerk'],
  AnswerObjection: ['supervisor', 'secretary', 'township'],
  HoldGathering: ['clerk', 'secretary'],
  HoldAppraisal: ['clerk', 'secretary'],
  ReadMarks: ['clerk', 'secretary', 'supervisor', 'township'],
  Suggest: ['clerk', 'secretary'],
  DecideSuggestion: ['clerk', 'secretary'],
  TypeMemo: ['clerk', 'secretary'],
  CloseMonth: ['secretary'],
  SealBook: ['county', 'township', 'secretary', 'supervisor'],
  ReverseLine: ['secretary'],
  ReadBranch: ['secretary', 'clerk'],
  KeepBranch: ['secretary', 'clerk'],
  DecideBranch: ['secretary', 'clerk'],
  RecordBranchVote: ['secretary'],
  EditTemplate: ['county', 'township'],
  DraftRules: ['secretary', 'clerk'],
  AdoptRules: ['secretary'],
  FileRules: ['township'],
  OverruleRedLine: ['township'],
  ManageShop: ['secretary'],
  GrantFunds: ['county'],
  EditItems: ['keeper', 'clerk'],
  ReceiveGoods: ['keeper', 'clerk'],
  RecordIncome: ['secretary', 'clerk'],
  ReverseMoney: ['secretary', 'supervisor'],
  ReportStock: ['clerk', 'keeper'],
  ConfirmStock: ['secretary', 'clerk', 'keeper', 'supervisor'],
  VoidRedemption: ['keeper', 'clerk', 'secretary', 'supervisor'],
  ManageTills: ['secretary', 'clerk'],
  SettleOffline: ['secretary', 'clerk', 'supervisor'],
} satisfies Record<string, Role[]>

export type Ability = keyof typeof table

/** Codes nest by their digits: 6 county, 9 township, 12 village, 15 group. */
export const contains = (area: string, inner: string) => inner.startsWith(area)

/** The level of an area, read off its number of digits. */
export function levelOf(area: string): Level {
  const levels: Record<number, Level> = { 6: 'county', 9: 'township', 12: 'village', 15: 'group' }
  return levels[area.length] ?? 'group'
}

/** The roles somebody has in an area, through grants there or above. */
export function rolesIn(grants: readonly Grant[], area: string): Role[] {
  return grants.filter((grant) => contains(grant.area, area)).map((grant) => grant.role as Role)
}

/** Whether somebody with these grants may do this in this area. A keeper never reviews in the village of the shop. */
export function can(grants: readonly Grant[], ability: Ability, area: string): boolean {
  const roles = rolesIn(grants, area)
  if (ability === 'ReviewClaim' && roles.includes('keeper')) return false
  return roles.some((role) => (table[ability] as Role[]).includes(role))
}
