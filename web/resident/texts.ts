import common from '../../internal/messages/zh/common.json'
import resident from '../../internal/messages/zh/resident.json'
import { createTexts } from '../shared/i18n'

export const { t, n } = createTexts({ zh: { ...common, ...resident }, en: async () => (await import('./texts.en')).default })
