import { shallowReactive } from 'vue'
import { rulesOn } from '../api/rules'
import { readShop } from '../api/shop'
import type { Rule } from '../api/model'

// What a village's pages keep looking up beside their own data; read once each, refreshed when a page is opened anew.
const rates = shallowReactive(new Map<string, number>())
const rules = shallowReactive(new Map<string, Rule[]>())
const asking = new Set<string>()

async function once(key: string, read: () => Promise<void>): Promise<void> {
  if (asking.has(key)) return
  asking.add(key)
  try {
    await read()
  } catch {
    // A nicety beside the page's own data: without it the page says less.
    asking.delete(key)
  }
}

/** Fen of goods a point buys in the village's shop; 0 while unknown or without a shop. */
export function rateOf(village: string): number {
  void once(`shop ${village}`, async () => void rates.set(village, (await readShop(village)).rate_fen))
  return rates.get(village) ?? 0
}

/** The rule of a code as it was in force on a day; null while unknown. */
export function ruleAt(village: string, day: number, code: string): Rule | null {
  // Rules change on a month's first day only.
  const month = `${village} ${Math.floor(day / 100)}`
  void once(`rules ${month}`, async () => void rules.set(month, (await rulesOn(village, day)).rules))
  return rules.get(month)?.find((rule) => rule.code === code) ?? null
}
