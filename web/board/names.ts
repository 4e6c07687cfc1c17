/** Peoples whose name a township of this region may carry. */
const peoples = /(?:(?:苗|彝|布依|白|回|仡佬|侗|满|土家|水|壮|瑶|畲|蒙古|黎|藏)族)+$/

/** 茶店布依族苗族彝族乡 → 茶店, 双堰街道 → 双堰, 中村 → 中村: what people say, short enough to be read across a room. */
export function sayName(name: string): string {
  const stem = name.replace(/(?:街道|镇|乡|社区|村)$/, '').replace(peoples, '')
  return stem.length >= 2 ? stem : name
}
