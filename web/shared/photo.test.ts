import { expect, it } from 'vitest'
import { within } from './photo'

it.each([
  [4000, 3000, 1600, 1200],
  [3000, 4000, 1200, 1600],
  [800, 600, 800, 600],
  [1600, 1, 1600, 1],
  [100000, 10, 1600, 1],
])('fits %d × %d into 1600 as %d × %d', (width, height, w, h) => expect(within(width, height, 1600)).toEqual({ width: w, height: h }))
