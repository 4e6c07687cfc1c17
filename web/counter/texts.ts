import common from '../../internal/messages/zh/common.json'
import counter from '../../internal/messages/zh/counter.json'
import { createTexts } from '../shared/i18n'

export const { t, n } = createTexts({ zh: { ...common, ...counter }, en: async () => (await import('./texts.en')).default })
