import { expect, it } from 'vitest'
import { Intent } from './intent'

it('keeps its key while the body stays, and takes a new one when it changes', () => {
  let made = 0
  const intent = new Intent(() => `key-${++made}`)
  expect(intent.keyFor({ points: 22 })).toBe('key-1')
  expect(intent.keyFor({ points: 22 })).toBe('key-1')
  expect(intent.keyFor({ points: 23 })).toBe('key-2')
  expect(intent.keyFor({ points: 22 })).toBe('key-3')
})
