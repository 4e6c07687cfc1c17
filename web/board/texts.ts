import board from '../../internal/messages/zh/board.json'
import common from '../../internal/messages/zh/common.json'
import rules from '../../internal/messages/zh/rules.json'
import { createTexts, hasText, translate } from '../shared/i18n'

const catalogue = createTexts({
  zh: { ...common, ...rules, ...board },
  en: async () => {
    const files = await Promise.all([import('../../internal/messages/en/common.json'), import('../../internal/messages/en/rules.json'), import('../../internal/messages/en/board.json')])
    return Object.assign({}, ...files.map((file) => file.default)) as Record<string, string>
  },
})

export const { t, n } = catalogue

/** The word of a category; the key itself where the catalogue has none. */
export function category(key: string): string {
  const name = `rules.category.${key}`
  return hasText(name) ? translate(name) : key
}
