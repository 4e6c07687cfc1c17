import { Reader, SyntaxFault } from './bytes'

/** A line of a village's book, as far as people are told of it. */
export interface BookLine {
  village: number
  no: number
  voucher: number
  atMs: number
  kind: string
  unit: 'points' | 'fen'
  /** The account the household, or else the village, sees it from. */
  account: string
  /** with its sign, as that account sees it */
  change: number
  /** of that account after the line */
  balance: number
  reverses: number
  memoZh: string
  memoEn: string
}

const kinds: Record<number, string> = {
  1: 'opening', 2: 'earned', 3: 'deducted', 4: 'redeemed', 5: 'goods_out', 6: 'goods_in', 7: 'granted', 8: 'reversal', 9: 'void', 13: 'expired',
  20: 'base_moved_out', 21: 'base_moved_in', 22: 'moved_out', 23: 'moved_in', 24: 'member_base', 25: 'member_added', 26: 'member_deducted',
  30: 'donated', 31: 'collective', 32: 'prize', 33: 'goods_given', 34: 'spoiled', 35: 'count_short', 36: 'count_over', 40: 'goods_lost',
}
const accounts: Record<number, string> = {
  1: 'household_base', 2: 'household_spendable', 11: 'points_issued', 12: 'points_deducted', 13: 'points_redeemed', 14: 'base_granted', 16: 'points_expired', 17: 'between_households', 18: 'member_points', 19: 'branch_points',
  21: 'shop_fund', 22: 'shop_stock', 23: 'grants_received', 24: 'goods_handed_out',
  25: 'donations_received', 26: 'collective_received', 27: 'prizes_received', 28: 'goods_received', 29: 'stock_lost', 30: 'goods_gone',
}
const owned = (account: number): boolean => account === 1 || account === 2 || account === 18

/** Reads the canonical bytes of a line (docs/proof.md). */
export function parseLine(entry: Uint8Array): BookLine {
  const r = new Reader(entry, 'line')
  if (r.int() !== 1) throw new SyntaxFault('line')
  const [village, no, voucher, atMs, kind] = [r.int(), r.int(), r.int(), r.int(), r.int()]
  r.text() // category
  const [debit, credit] = [r.int(), r.int()]
  r.big() // owner
  const [amount, debitAfter, creditAfter] = [r.int(), r.int(), r.int()]
  r.big() // ref
  const reverses = r.int()
  const [memoZh, memoEn] = [r.text(), r.text()]
  r.big() // actor
  r.end()
  // As a passbook reads it: from the household’s or the member’s account; what moves between the village's own, from the one that receives.
  const gives = owned(debit)
  const account = accounts[gives ? debit : credit]
  const name = kinds[kind]
  if (!account || !name) throw new SyntaxFault('line')
  return {
    village, no, voucher, atMs, kind: name, account, unit: debit > 20 ? 'fen' : 'points',
    change: gives ? -amount : amount, balance: gives ? debitAfter : creditAfter, reverses, memoZh, memoEn,
  }
}
