import { clockOfMs, dayOfMs, longDay } from '../shared/format/day'
import { signed, whole, yuan } from '../shared/format/points'
import { toBase64 } from './bytes'
import type { Finding } from './check'
import { el, icon, section } from './dom'
import { locale, t, word } from './texts'

interface Fact {
  label: string
  text: string
  /** strong: what people look for; mono: what is compared character by character */
  look?: 'strong' | 'mono'
}

const time = (ms: number): string => `${longDay(dayOfMs(ms), locale())} ${clockOfMs(ms)}`

function factList(facts: readonly Fact[]): HTMLElement {
  return el('dl', { class: 'facts' }, facts.map((f) => el('div', {}, el('dt', {}, f.label), el('dd', { class: f.look }, f.text))))
}

function lineFacts(finding: Finding, village: string): Fact[] {
  const l = finding.line
  if (!l) return []
  const money = l.unit === 'fen'
  const account = word('account', l.account)
  const facts: Fact[] = [
    { label: t('proof.field.village'), text: village },
    { label: t('proof.field.no'), text: t('proof.nth', { n: whole(l.no) }) },
    { label: t('proof.field.posted'), text: time(l.atMs) },
    { label: t('proof.field.kind'), text: word('kind', l.kind) },
    { label: t('proof.field.memo'), text: locale() === 'en' && l.memoEn ? l.memoEn : l.memoZh },
    { label: t('proof.field.change'), text: `${money ? t('proof.yuan', { n: yuan(l.change) }) : t('proof.points', { n: signed(l.change) })} · ${account}`, look: 'strong' },
    { label: t('proof.field.after'), text: `${money ? t('proof.yuan', { n: yuan(l.balance) }) : t('proof.points', { n: whole(l.balance) })} · ${account}` },
  ]
  if (l.reverses) facts.push({ label: t('proof.field.reverses'), text: t('proof.nth', { n: whole(l.reverses) }) })
  return facts
}

function bookFacts(finding: Finding, village: string): Fact[] {
  const { note } = finding.given
  const facts: Fact[] = finding.line ? [] : [
    { label: t('proof.field.tree'), text: t(finding.tree === 'audit' ? 'proof.tree.audit' : 'proof.tree.book') },
    { label: t('proof.field.village'), text: village },
  ]
  facts.push(
    { label: t('proof.field.book_lines'), text: t('proof.lines', { n: whole(note.size) }) },
    { label: t('proof.field.signed'), text: time(note.atMs) },
    { label: t('proof.field.key'), text: note.signer },
  )
  if (finding.key) facts.push({ label: t('proof.field.print'), text: finding.key.fingerprint, look: 'mono' })
  facts.push({ label: t('proof.field.root'), text: toBase64(note.root), look: 'mono' })
  return facts
}

function checked(finding: Finding): string[] {
  const { proof, note } = finding.given
  const steps: string[] = []
  if (proof) steps.push(proof.path.length > 0 ? t('proof.checked.leaf', { n: proof.path.length, size: whole(note.size) }) : t('proof.checked.only'))
  if (finding.line) steps.push(t('proof.checked.place'))
  steps.push(t('proof.checked.signature', { key: note.signer }))
  if (!finding.key?.pasted) steps.push(t('proof.checked.time'))
  return steps
}

function unproved(finding: Finding): string[] {
  const later = t('proof.unproved.later', { n: whole(finding.given.note.size) })
  return finding.line ? [later, t('proof.unproved.right'), t('proof.unproved.key')] : [later, t('proof.unproved.key')]
}

const steps = (texts: readonly string[], done: boolean): HTMLElement =>
  el('ul', { class: done ? 'steps done' : 'steps' }, texts.map((text) => el('li', {}, icon(done ? 'check' : 'info'), el('span', {}, text))))

/** Why the verdict is what it is, in a sentence. `finding` is null for what is no proof at all. */
function reasonOf(finding: Finding | null): string {
  if (!finding) return t('proof.verdict.reason.syntax')
  if (finding.verdict === 'unsigned') return t('proof.verdict.unsigned.text', { key: finding.given.note.signer })
  if (finding.reason) return t(`proof.verdict.reason.${finding.reason}`)
  return finding.line ? t('proof.verdict.true.line') : t('proof.verdict.true.checkpoint')
}

/** The verdict in words, form and colour; then what the line says, and what was and was not proved. */
export function findingView(finding: Finding | null, villageName: string): HTMLElement[] {
  const verdict = finding?.verdict ?? 'false'
  const banner = el('div', { id: 'verdict', class: `verdict ${verdict}`, tabindex: '-1', role: 'status' },
    icon(({ true: 'check', false: 'close', unsigned: 'warn' } as const)[verdict]), el('div', {}, el('b', {}, t(`proof.verdict.${verdict}`)), el('p', {}, reasonOf(finding))))
  // Of what does not match nothing is shown as if it were so.
  if (!finding || verdict === 'false') return [banner]
  const code = String(finding.village)
  const village = villageName ? `${villageName} (${code})` : code
  const parts: HTMLElement[] = [banner]
  if (finding.line) parts.push(section(t('proof.line'), factList(lineFacts(finding, village))))
  parts.push(section(t('proof.book'), factList(bookFacts(finding, village))))
  if (verdict === 'true') parts.push(section(t('proof.checked'), steps(checked(finding), true)), section(t('proof.unproved'), steps(unproved(finding), false)))
  return parts
}
