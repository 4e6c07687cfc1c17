/** "Wait so long" after too many wrong passwords, counted down from what the server said. */

/** Milliseconds still to wait; 0 once it is over. */
export const leftMs = (untilMs: number, nowMs: number) => Math.max(0, untilMs - nowMs)

/** 125000 → {minutes: 2, seconds: 5}; rounded up, so that nobody tries a second too early. */
export function clockLeft(ms: number): { minutes: number; seconds: number } {
  const seconds = Math.ceil(ms / 1000)
  return { minutes: Math.floor(seconds / 60), seconds: seconds % 60 }
}

/** When a lock-out ends, from what the problem carries: a moment, or a number of seconds or minutes from now. 0 where it says nothing. */
export function lockedUntil(params: Record<string, string | number>, nowMs: number): number {
  const number = (name: string) => Number(params[name] ?? 0)
  if (number('until_ms') > 0) return number('until_ms')
  if (number('seconds') > 0) return nowMs + number('seconds') * 1000
  if (number('minutes') > 0) return nowMs + number('minutes') * 60_000
  return 0
}
