import { expect, test } from 'vitest'
import { EXIT_OF_ERROR, exitOfBatches } from '../../src/cli/exit.ts'
import { failureText } from '../../src/cli/failure.ts'
import { noPaint } from '../../src/cli/io.ts'
import type { Conflict } from '../../src/contract/entities.ts'
import { aBatch } from './a-batch.ts'

test('each kind of failure has the exit code that the design promises', () => {
  expect(EXIT_OF_ERROR).toMatchObject({
    usage: 2,
    'invalid-configuration': 2,
    duplicate: 3,
    'not-found': 4,
    'not-possible': 5,
    database: 6,
  })
})

test('one batch that did not complete makes the exit code 1', () => {
  expect(exitOfBatches([{ status: 'completed' }])).toBe(0)
  for (const status of ['completed_with_errors', 'failed', 'cancelled'] as const) {
    expect(exitOfBatches([{ status: 'completed' }, { status }])).toBe(1)
  }
})

test('a problem says where, what was found, what would be right, and what was meant', () => {
  const text = failureText(
    {
      code: 'invalid-configuration',
      message: 'flood.slipway.yaml has 1 problem',
      problems: [
        {
          file: '/p/flood.slipway.yaml',
          line: 7,
          column: 5,
          path: 'batches[0].timout',
          found: 'timout',
          expected: 'a key of a batch',
          suggestion: 'timeout',
          message: 'unknown key',
        },
      ],
    },
    noPaint,
  )
  expect(text).toBe(
    [
      'slipway: nothing was created: 1 problem.',
      '  /p/flood.slipway.yaml:7:5: unknown key',
      '    found:    timout',
      '    expected: a key of a batch',
      '    did you mean timeout?',
      '',
    ].join('\n'),
  )
})

test('a refused duplicate explains what exists and offers the five answers', () => {
  const conflict: Conflict = {
    requested: { configuration: 'flood-2026', type: 'portfolio', range: null, jobs: 120 },
    existing: aBatch({ status: 'running', position: 0 }),
    kind: 'identity',
    remaining: 77,
    differs: { added: 2, removed: 0 },
    sentence: '#12 flood-2026 / portfolio is running since 18:02: 43 of 120 jobs done.',
  }
  const text = failureText({ code: 'duplicate', message: 'refused', conflicts: [conflict] }, noPaint)
  expect(text).toContain('#12 flood-2026 / portfolio is running since 18:02: 43 of 120 jobs done.')
  expect(text).toContain('(77 jobs)')
  for (const answer of ['return', 'remaining', 'replace', 'allow'])
    expect(text).toContain(`--if-exists ${answer}`)
})
