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

test('a problem names where it is, what was found, what would be right, and what was meant', () => {
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
    requested: { configuration: 'flood-2026', type: 'portfolio', range: null, jobs: 120, left: 77 },
    existing: aBatch({ status: 'running', position: 0 }),
    kind: 'identity',
    remaining: 77,
    differs: { added: 2, removed: 0 },
    sentence: '#12 flood-2026 / portfolio has been running since 18:02: 43 of 120 jobs done.',
  }
  const text = failureText({ code: 'duplicate', message: 'refused', conflicts: [conflict] }, noPaint)
  expect(text).toContain('#12 flood-2026 / portfolio has been running since 18:02: 43 of 120 jobs done.')
  expect(text).toContain('(77 jobs)')
  for (const answer of ['return', 'remaining', 'replace', 'allow'])
    expect(text).toContain(`--if-exists ${answer}`)
})

const slice = (n: number): Conflict => ({
  requested: {
    configuration: 'f',
    type: 'evolve',
    range: { start: n * 10, end: n * 10 + 9 },
    jobs: 10,
    left: 1,
  },
  existing: aBatch({
    id: String(n),
    number: n,
    jobs: { ...aBatch().jobs, total: 10, succeeded: 9, failed: 0 },
  }),
  kind: 'identity',
  remaining: 1,
  differs: { added: 1, removed: 1 },
  sentence: `#${n} f / evolve ${n * 10}-${n * 10 + 9} is queued at position ${n}: 9 of 10 jobs done.`,
})
const linesOf = (conflicts: Conflict[]) =>
  failureText({ code: 'duplicate', message: 'refused', conflicts }, noPaint).split('\n')

test('of many refused batches the first three are explained, and the rest is summed up', () => {
  const lines = linesOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(slice))
  expect(lines.filter((line) => line.includes('is queued at position'))).toHaveLength(3)
  expect(lines).toContain('  and 7 more, #4 to #10: 63 of 70 jobs done (slipway list shows each)')
  expect(linesOf([1, 2, 3, 4].map(slice)).filter((line) => line.includes('is queued at'))).toHaveLength(4)
})

test('one command is one command, not "1 commands"', () => {
  expect(linesOf([slice(1)])).toContain(
    '    requested: 10 jobs, 9 of them done there; 1 command that #1 does not have, 1 command of #1 is not in it',
  )
})

test('a range that overlaps is refused as such, and names the slice that is meant', () => {
  const overlaps = { ...slice(2), kind: 'overlap' as const }
  const lines = linesOf([overlaps])
  expect(lines[0]).toMatch(/its range overlaps with an active batch\.$/)
  expect(lines).toContainEqual(expect.stringContaining('requested: 20-29, 10 jobs, '))
  expect(linesOf([slice(1), overlaps])[0]).toMatch(
    /2 batches with the same or an overlapping range are already active/,
  )
})

test('an input that two overlapping batches have not done is left once', () => {
  const asked = { ...slice(1).requested, range: { start: 0, end: 99 }, jobs: 100, left: 80 }
  const lines = linesOf([1, 2].map((n) => ({ ...slice(n), requested: asked, remaining: 90 })))
  expect(lines.find((line) => line.includes('remaining'))).toContain('(80 jobs)')
})

test('of a long list none is done, and the digits are grouped', () => {
  const conflict: Conflict = {
    requested: { configuration: 'f', type: 't', range: null, jobs: 1_000_000, left: 1_000_000 },
    existing: aBatch(),
    kind: 'identity',
    remaining: 1_000_000,
    differs: { added: 0, removed: 0 },
    sentence: '#12 is there.',
  }
  const text = failureText({ code: 'duplicate', message: '', conflicts: [conflict] }, noPaint)
  expect(text).toContain('    requested: 1,000,000 jobs, none of them done there\n')
  expect(text).toMatch(/Choose one:\n {2}--if-exists return +continue the existing batch as it is\n/)
})

test('a command on several batches that changed none names each refusal', () => {
  const refused = [
    { id: 'a', number: 3, code: 'not-possible' as const, message: '#3 is completed.' },
    { id: 'b', number: 5, code: 'not-possible' as const, message: '#5 is cancelled.' },
  ]
  expect(failureText({ code: 'not-possible', message: '#3 is completed.', refused }, noPaint)).toBe(
    'slipway: nothing was changed: 2 batches refused.\n  #3: #3 is completed.\n  #5: #5 is cancelled.\n',
  )
})
