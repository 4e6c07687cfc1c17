import { describe, expect, it } from 'vitest'
import { sayName } from './names'

describe('a name on a tile', () => {
  it('is what people say', () => {
    expect(['双堰街道', '白泥镇', '实兴乡', '自强苗族乡', '大平苗族彝族乡', '茶店布依族苗族彝族乡', '上坪寨乡', '惠泽社区', '前进村'].map(sayName)).toEqual([
      '双堰', '白泥', '实兴', '自强', '大平', '茶店', '上坪寨', '惠泽', '前进',
    ])
  })
  it('keeps its end where too little would be left', () => {
    expect(['中村', '镇', ''].map(sayName)).toEqual(['中村', '镇', ''])
  })
})
