import { expect, test } from 'vitest'
import { formatProblem } from '../../../src/core/configuration/problem.ts'

test('a problem is one line with its position and its suggestion', () => {
  const problem = {
    file: '/p/flood.slipway.yaml',
    line: 7,
    column: 5,
    path: 'batches[0].timout',
    found: 'timout',
    expected: 'a key of a batch',
    suggestion: 'timeout',
    message: 'unknown key "timout" in a batch',
  }
  expect(formatProblem(problem)).toBe(
    '/p/flood.slipway.yaml:7:5: unknown key "timout" in a batch; did you mean "timeout"?',
  )
})
