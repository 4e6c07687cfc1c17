import type { MonthView } from '../api/model'

/** The four steps of a month, in the order they are done. */
export type StepName = 'review' | 'notice' | 'window' | 'close'
export type StepState = 'done' | 'now' | 'waiting'

export interface Step {
  name: StepName
  state: StepState
}

const count = (view: MonthView, state: keyof MonthView['counts']) => view.counts[state] ?? 0

/** The last day on which somebody may object to a list of the month; 0 where none is out. */
export const windowEnds = (view: Pick<MonthView, 'notices'>) => view.notices.reduce((last, notice) => Math.max(last, notice.to_day), 0)

/** A month that had nothing of its own when a later one was closed, and still has nothing: its steps have nothing to say. */
export const passedBy = (view: MonthView) => view.skipped && view.notices.length === 0 && view.corrections === 0

/** Where each step stands. Several may be "now": claims may still be reviewed while a list hangs on the board. */
export function stepsOf(view: MonthView): Step[] {
  if (view.closed || passedBy(view)) return (['review', 'notice', 'window', 'close'] as const).map((name) => ({ name, state: 'done' }))
  const out = view.notices.length > 0
  const over = out && view.today > windowEnds(view)
  const steps: Record<StepName, StepState> = {
    review: count(view, 'submitted') > 0 ? 'now' : out || count(view, 'approved') > 0 ? 'done' : 'now',
    notice: count(view, 'approved') + view.corrections > 0 ? 'now' : out ? 'done' : 'waiting',
    window: !out ? 'waiting' : over && view.open_objections === 0 ? 'done' : 'now',
    close: out && over && view.open_objections === 0 && view.blockers.length === 0 ? 'now' : 'waiting',
  }
  return (Object.keys(steps) as StepName[]).map((name) => ({ name, state: steps[name] }))
}

/** What the close will do, in numbers: what is posted and what moves to the next month. */
export function closing(view: MonthView): { posts: number; moves: number } {
  return { posts: count(view, 'noticed'), moves: count(view, 'submitted') + count(view, 'returned') + count(view, 'approved') }
}
