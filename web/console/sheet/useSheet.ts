import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { ApiError } from '../../shared/api'
import { trySheet, submitSheet } from '../api/claims'
import { rulesOn } from '../api/rules'
import type { Household, Rule, SheetResult } from '../api/model'
import { recall, remember } from '../../shared/remember'
import { me, today } from '../session/session'
import { forgetSheet, keepSheet, keptSheet } from './drafts'
import { isBlank, missing, newDraft, toInput, totalsOf, withJudgements, withNames, withoutNames, type SheetDraft } from './model'
import { readTally, type Tally } from './tally'

/** After the last key, before the server is asked what the caps leave of the sheet. */
const judgePauseMs = 700

/** One village's sheet on this machine: typed, kept after every change, judged now and then, handed in once. */
export function useSheet(village: () => string, list: () => ReadonlyMap<number, Household>) {
  const draft = shallowRef<SheetDraft>(newDraft(today()))
  const ready = ref(false)
  /** Set while the browser refuses to keep the draft: the clerk must know. */
  const unkept = ref(false)
  const keptMs = ref(0)
  const restored = ref(false)
  const rules = shallowRef<Rule[]>([])
  const rulesError = shallowRef<unknown>(null)
  const judging = ref(false)
  const judgeError = shallowRef<unknown>(null)
  const sending = ref(false)
  const result = shallowRef<{ draft: SheetDraft; answer: SheetResult } | null>(null)

  const staff = () => me.value?.id ?? ''
  /** What was handed in here today, sheet by sheet; sums only. */
  const tallyName = () => `sheets.${village()}.${staff()}.${today()}`
  const tally = shallowRef<Tally[]>(readTally(recall(tallyName())))
  const rule = computed(() => rules.value.find((one) => one.code === draft.value.rule) ?? null)
  const totals = computed(() => totalsOf(draft.value, rule.value))
  const lacks = computed(() => missing(draft.value, rule.value, today()))
  const locked = computed(() => draft.value.sentMs > 0)

  // One write after the other, always of the newest state.
  let writing: Promise<void> = Promise.resolve()
  function keep(): Promise<void> {
    writing = writing.then(async () => {
      try {
        if (isBlank(draft.value)) await forgetSheet(village(), staff())
        else await keepSheet(village(), staff(), withoutNames(draft.value))
        unkept.value = false
        keptMs.value = Date.now()
      } catch {
        unkept.value = true
      }
    })
    return writing
  }

  function change(next: SheetDraft): void {
    if (locked.value || next === draft.value) return
    draft.value = next
    void keep()
    planJudging()
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  let running: AbortController | null = null
  function planJudging(): void {
    clearTimeout(timer)
    running?.abort()
    if (totals.value.unjudged === 0 || lacks.value.some((what) => what !== 'title')) return
    timer = setTimeout(judge, judgePauseMs)
  }

  async function judge(): Promise<void> {
    const mine = new AbortController()
    running = mine
    const asked = toInput(draft.value)
    judging.value = true
    judgeError.value = null
    try {
      const answer = await trySheet(village(), asked, mine.signal)
      if (running === mine) draft.value = withJudgements(draft.value, asked, answer)
    } catch (fault) {
      if (running === mine && !mine.signal.aborted) judgeError.value = fault
    } finally {
      if (running === mine) judging.value = false
    }
  }

  /** Whoever hands in at once, after a restart, means the sheet and not the rules that are still on their way. */
  let reading: Promise<void> = Promise.resolve()
  function loadRules(): Promise<void> {
    reading = readRules()
    return reading
  }
  const rulesRead = (): Promise<void> => reading

  async function readRules(): Promise<void> {
    rulesError.value = null
    try {
      rules.value = (await rulesOn(village(), draft.value.day)).rules
    } catch (fault) {
      rules.value = []
      rulesError.value = fault
    }
    planJudging()
  }

  /** Hands the sheet in. Without an answer nobody knows whether it arrived: it stays, locked, and may be handed in again under its key. */
  async function submit(): Promise<void> {
    sending.value = true
    clearTimeout(timer)
    running?.abort()
    const sent = { ...draft.value, sentMs: Date.now() }
    draft.value = sent
    await keep()
    try {
      const answer = await submitSheet(village(), toInput(sent), sent.key)
      result.value = { draft: withNames(sent, list()), answer }
      tally.value = [...tally.value, { rule: sent.rule, rows: answer.claims, points: answer.points }]
      remember(tallyName(), JSON.stringify(tally.value))
      start()
    } catch (fault) {
      const unanswered = !(fault instanceof ApiError) || fault.unanswered || fault.status >= 500
      if (!unanswered) draft.value = { ...sent, sentMs: 0 }
      await keep()
      throw fault
    } finally {
      sending.value = false
    }
  }

  /** A fresh sheet. The day stays: papers of one evening are typed one after the other. */
  function start(): void {
    draft.value = newDraft(draft.value.day || today())
    restored.value = false
    void keep()
  }

  onMounted(async () => {
    try {
      const kept = await keptSheet(village(), staff())
      if (kept) {
        draft.value = withNames(kept, list())
        restored.value = true
      }
    } catch {
      unkept.value = true
    }
    ready.value = true
    await loadRules()
  })
  onBeforeUnmount(() => {
    clearTimeout(timer)
    running?.abort()
    running = null
  })
  watch(list, (known) => (draft.value = withNames(draft.value, known)))
  watch(() => draft.value.day, () => ready.value && loadRules())

  return { draft, tally, ready, unkept, keptMs, restored, rules, rule, rulesError, totals, lacks, locked, judging, judgeError, sending, result, change, submit, start, judge, loadRules, rulesRead }
}
