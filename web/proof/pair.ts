import { whole } from '../shared/format/points'
import { check, type Finding } from './check'
import { compare, type Comparison } from './compare'
import { el, field, fill, icon, section } from './dom'
import { parseGiven } from './note'
import { t } from './texts'
import { fetchConsistency, keys } from './trust'

const say = (c: Comparison): string =>
  c.state === 'good' ? t('proof.consistent.good', { from: whole(c.from), more: whole(c.more) }) : t(`proof.consistent.${c.state}`)

/** Whether another checkpoint is of the same history: what a witness asks. */
export function pairSection(finding: Finding): HTMLElement {
  const control = el('textarea')
  const { box, say: complain } = field(control, 'other', t('proof.consistent.field'), t('proof.consistent.ask'))
  const result = el('div', { role: 'status' })

  function other(): Finding | null {
    try {
      return check(parseGiven(control.value), keys())
    } catch {
      complain(t('proof.verdict.reason.syntax'))
      return null
    }
  }

  async function run(event: Event): Promise<void> {
    event.preventDefault()
    fill(result)
    complain('')
    const second = other()
    if (!second) return
    if (second.verdict !== 'true') return complain(t('proof.consistent.unsigned'))
    const found = await compare(finding, second, fetchConsistency)
    fill(result, el('p', { class: `result ${found.state}` }, icon(found.state === 'good' ? 'check' : found.state === 'bad' ? 'close' : 'info'), el('span', {}, say(found))))
  }

  return section(t('proof.consistent'), el('form', { class: 'form', onsubmit: (event) => void run(event) }, box, el('button', { type: 'submit', class: 'button' }, t('proof.consistent.do'))), result)
}
