import appraisal from '../../internal/messages/zh/appraisal.json'
import branch from '../../internal/messages/zh/branch.json'
import book from '../../internal/messages/zh/book.json'
import common from '../../internal/messages/zh/common.json'
import console from '../../internal/messages/zh/console.json'
import gathering from '../../internal/messages/zh/gathering.json'
import rules from '../../internal/messages/zh/rules.json'
import households from '../../internal/messages/zh/households.json'
import stock from '../../internal/messages/zh/stock.json'
import suggestion from '../../internal/messages/zh/suggestion.json'
import suggestions from '../../internal/messages/zh/suggestions.json'
import { createTexts, hasText, locale, translate } from '../shared/i18n'

const catalogue = createTexts({
  zh: { ...common, ...appraisal, ...book, ...branch, ...gathering, ...households, ...rules, ...stock, ...suggestion, ...suggestions, ...console },
  en: async () => {
    const files = await Promise.all([
      import('../../internal/messages/en/common.json'),
      import('../../internal/messages/en/appraisal.json'),
      import('../../internal/messages/en/book.json'),
      import('../../internal/messages/en/branch.json'),
      import('../../internal/messages/en/gathering.json'),
      import('../../internal/messages/en/rules.json'),
      import('../../internal/messages/en/households.json'),
      import('../../internal/messages/en/stock.json'),
      import('../../internal/messages/en/suggestion.json'),
      import('../../internal/messages/en/suggestions.json'),
      import('../../internal/messages/en/console.json'),
    ])
    return Object.assign({}, ...files.map((file) => file.default)) as Record<string, string>
  },
})

export const { t, n } = catalogue
/** A key of the console's catalogue. */
export type TextKey = Parameters<typeof t>[0]

/** The word for a value the server names, such as a state, from `console.<prefix>` or another area's `<prefix>`; the value itself where there is none. */
export function word(prefix: string, value: string): string {
  const key = [`console.${prefix}.${value}`, `${prefix}.${value}`].find(hasText)
  return key ? translate(key) : value
}

/** Chinese or English of what the server stores in both; Chinese where the English is missing. */
export const either = (zh: string, en: string) => (locale.value === 'en' && en !== '' ? en : zh)
