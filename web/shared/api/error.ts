import { errorText } from '../i18n/errors'
import type { Params } from '../i18n'
import { t } from '../i18n'

/** Codes made on this side, where no answer came. */
export type LocalCode = 'client.offline' | 'client.timeout' | 'client.network' | 'client.unreadable'

/**
 * A request that did not succeed. `code` is the stable code of the problem (RFC 9457) or a LocalCode,
 * `status` is 0 where no answer came; then nobody knows whether a write arrived, and it must be retried with the same key.
 */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string = '',
    readonly params: Params = {},
    readonly requestId: string = '',
    /** The field of the request the server refused, where it named one. */
    readonly field: string = '',
  ) {
    super(`${status} ${code} ${detail}`.trim())
    this.name = 'ApiError'
  }

  /** True where no answer came: the same request may be sent again. */
  get unanswered(): boolean {
    return this.status === 0
  }
}

const localTexts: Record<LocalCode, Parameters<typeof t>[0]> = {
  'client.offline': 'common.error.offline',
  'client.timeout': 'common.error.timeout',
  'client.network': 'common.error.network',
  'client.unreadable': 'common.error.unreadable',
}

/** What happened and what to do, in the user's language. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof ApiError)) return t('common.error.unknown')
  const local = localTexts[error.code as LocalCode]
  if (local) return t(local)
  // A field's name is for programs: the server's sentence has the word people know in its place.
  const own = 'field' in error.params && error.detail !== '' ? null : errorText(error.code, error.params)
  return own ?? (error.detail || t('common.error.unknown'))
}
