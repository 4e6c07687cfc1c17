import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { Bounds, Cap, CategoryCap, Finding, RedLineCase, Rule, RulesImport, RulesInForce, Ruleset, RulesetFull, Trial, VoteRecord, Waiting } from './model'

export const listRulesets = async (area: string, signal?: AbortSignal): Promise<Ruleset[]> =>
  (await asked(() => api.get('/areas/{area}/rulesets', { path: { area }, signal }))).items

export const readRuleset = (area: string, version: number, signal?: AbortSignal): Promise<RulesetFull> =>
  asked(() => api.get('/areas/{area}/rulesets/{version}', { path: { area, version }, signal }))

/** The rules in force on a day; 404 `rulebook.none_in_force` where the village has adopted none by then. */
export const rulesOn = (village: string, day: number, signal?: AbortSignal): Promise<RulesInForce> =>
  asked(() => api.get('/villages/{village}/rules', { path: { village }, query: { day }, signal }))

/** What a village's draft starts from: its own rules, the county's template, or a scheme the product brings. */
export type Source = 'own' | 'template' | 'small' | 'large' | 'resettlement' | 'branch'

export const draftRules = (village: string, title: string, source: Source): Promise<Ruleset> =>
  asked((key) => api.post('/villages/{village}/rulesets', { path: { village }, body: { title, source }, key }))

export const draftTemplate = (area: string, title: string): Promise<Ruleset> =>
  asked((key) => api.post('/areas/{area}/rulesets', { path: { area }, body: { title }, key }))

/** Writes a whole line of the template's draft, or leaves it out. */
export const putTemplateRule = (area: string, version: number, code: string, body: { enabled: boolean; rule?: Rule }): Promise<unknown> =>
  asked((key) => api.put('/areas/{area}/rulesets/{version}/rules/{code}', { path: { area, version, code }, body, key }))

export const publishTemplate = (area: string, version: number, from_day: number): Promise<unknown> =>
  asked((key) => api.post('/areas/{area}/rulesets/{version}/publish', { path: { area, version }, body: { from_day }, key }))

export const withdrawTemplate = (area: string, version: number): Promise<unknown> =>
  asked((key) => api.post('/areas/{area}/rulesets/{version}/withdraw', { path: { area, version }, body: {}, key }))

export interface RuleEdit {
  points: number
  scale: Rule['scale']
  cap_points: number
  cap_count: number
  self: boolean
  caps: Cap[]
  enabled: boolean
}

export const editRule = (village: string, version: number, code: string, body: RuleEdit): Promise<unknown> =>
  asked((key) => api.put('/villages/{village}/rulesets/{version}/rules/{code}', { path: { village, version, code }, body, key }))

/** Writes a whole line of the village's own, or leaves it out. */
export const writeOwnRule = (village: string, version: number, code: string, body: { enabled: boolean; rule?: Rule }): Promise<unknown> =>
  asked((key) => api.put('/villages/{village}/rulesets/{version}/own-rules/{code}', { path: { village, version, code }, body, key }))

/** Texts that a red line stopped, those that wait for the township first. */
export const listRedLineCases = async (village: string, signal?: AbortSignal): Promise<RedLineCase[]> =>
  (await asked(() => api.get('/villages/{village}/red-line-cases', { path: { village }, signal }))).items

export const askOverrule = (village: string, rule: Rule): Promise<RedLineCase> =>
  asked((key) => api.post('/villages/{village}/red-line-cases', { path: { village }, body: { rule }, key }))

export const decideRedLine = (village: string, id: string, harmless: boolean, reason: string): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/red-line-cases/{id}/decide', { path: { village, id }, body: { harmless, reason }, key }))

export const checkRules = async (village: string, version: number, signal?: AbortSignal): Promise<Finding[]> =>
  (await asked(() => api.get('/villages/{village}/rulesets/{version}/check', { path: { village, version }, signal }))).items

export const recordVote = (village: string, version: number, body: VoteRecord): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/rulesets/{version}/vote', { path: { village, version }, body, key }))

export const fileRules = (village: string, version: number): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/rulesets/{version}/file', { path: { village, version }, body: {}, key }))

export const reopenRules = (village: string, version: number): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/rulesets/{version}/reopen', { path: { village, version }, body: {}, key }))

export const publishRules = (village: string, version: number, from_day: number): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/rulesets/{version}/publish', { path: { village, version }, body: { from_day }, key }))

export const confirmFiling = (village: string, version: number, filing_no: string): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/rulesets/{version}/confirm-filing', { path: { village, version }, body: { filing_no }, key }))

export const returnFiling = (village: string, version: number, reason: string): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/rulesets/{version}/return-filing', { path: { village, version }, body: { reason }, key }))

/** What waits in a township's villages. */
export const listFilings = async (area: string, signal?: AbortSignal): Promise<Waiting[]> =>
  (await asked(() => api.get('/areas/{area}/filings', { path: { area }, signal }))).items

/** What the township offers a village's draft. */
export const listOffers = async (village: string, version: number, signal?: AbortSignal): Promise<Rule[]> =>
  (await asked(() => api.get('/villages/{village}/rulesets/{version}/offers', { path: { village, version }, signal }))).items

/** What the county lets a village choose today. */
export const readBaseline = (village: string, signal?: AbortSignal): Promise<Bounds> =>
  asked(() => api.get('/villages/{village}/baseline', { path: { village }, signal }))

export const setBounds = (area: string, version: number, body: Bounds): Promise<unknown> =>
  asked((key) => api.put('/areas/{area}/rulesets/{version}/bounds', { path: { area, version }, body, key }))

export const withdrawRules = (village: string, version: number): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/rulesets/{version}/withdraw', { path: { village, version }, body: {}, key }))

/** The caps on whole categories of a draft, in place of those it had. */
export const setCategoryCaps = (area: string, version: number, caps: CategoryCap[], village: boolean): Promise<{ caps: CategoryCap[] }> =>
  asked((key) => (village ? api.put('/villages/{village}/rulesets/{version}/category-caps', { path: { village: area, version }, body: { caps }, key }) : api.put('/areas/{area}/rulesets/{version}/category-caps', { path: { area, version }, body: { caps }, key })))

/** The variables a condition may use, and worked examples. */
export const conditionHelp = (area: string, signal?: AbortSignal) => asked(() => api.get('/areas/{area}/rule-conditions', { path: { area }, signal }))

export const checkCondition = (area: string, expr: string) => asked((key) => api.post('/areas/{area}/rule-conditions/check', { path: { area }, body: { expr }, key }))

/** Puts a file's rules into a draft in the place of those it has; `dry` only looks. */
export const importRules = (area: string, version: number, file: File, dry: boolean): Promise<RulesImport> =>
  asked((key) => {
    const options = { query: { dry }, raw: file, key, timeoutMs: 60_000, headers: { 'content-type': 'application/octet-stream' } }
    return area.length === 12
      ? api.post('/villages/{village}/rulesets/{version}/import', { path: { village: area, version }, ...options })
      : api.post('/areas/{area}/rulesets/{version}/import', { path: { area, version }, ...options })
  })

/** How far the trial of a version is; asking again joins the one that runs. `after` asks for a newer result than one had. */
export const readTrial = (village: string, version: number, after: number, signal?: AbortSignal): Promise<Trial> =>
  asked(() => api.get('/villages/{village}/rulesets/{version}/trial', { path: { village, version }, query: { after }, signal }))
