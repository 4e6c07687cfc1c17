import { api } from '../../shared/api'
import { asked } from '../session/again'
import type { RedLineCase, Rule, RulesImport, RulesInForce, Ruleset, RulesetFull, Trial } from './model'

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

export interface Vote {
  from_day: number
  vote_day: number
  due: number
  present: number
  in_favour: number
  minutes_no: string
  notice_days: number
}

export const adoptRules = (village: string, version: number, body: Vote): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/rulesets/{version}/adopt', { path: { village, version }, body, key }))

export const withdrawRules = (village: string, version: number): Promise<unknown> =>
  asked((key) => api.post('/villages/{village}/rulesets/{version}/withdraw', { path: { village, version }, body: {}, key }))

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
