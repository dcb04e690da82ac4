import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseMessage } from '../../../src/contract/failure-message.ts'
import { clusterFailures } from '../../../src/core/insight/failure-cluster.ts'
import type { FailedRow } from '../../../src/core/queue/insight-queries.ts'
import { seeded } from '../../helpers/seeded.ts'

const failure = (ordinal: number, error: string | null, more: Partial<FailedRow> = {}): FailedRow => ({
  id: 100 + ordinal,
  ordinal,
  input: `in-${ordinal}`,
  error,
  attempts: 1,
  exit_code: 1,
  signal: null,
  ...more,
})

it('one failure alone is reported as it is, several by what they have in common', () => {
  const clusters = clusterFailures([
    failure(1, 'bad row\n  12 of a.csv'),
    failure(2, 'line 3: no area'),
    failure(3, 'line 4: no area'),
  ])
  expect(clusters.map(({ count, message }) => [count, message])).toEqual([
    [2, 'line <number>: no area'],
    [1, 'bad row 12 of a.csv'],
  ])
})

describe('a normalised message', () => {
  it.each([
    ['line 12: unexpected token', 'line <number>: unexpected token'],
    ['took 1.5e3 of 2,000', 'took <number> of <number>'],
    ['timed out after 10m 1s of awake time', 'timed out after <time> of awake time'],
    ['took 350ms, 2.5s in all', 'took <time>, <time> in all'],
    ['no column "area" in table', 'no column "<name>" in table'],
    ["can't open 'x' and don't care", "can't open '<name>' and don't care"],
    ['cannot read /data/in-12.csv: no such file', 'cannot read <path>: no such file'],
    ["cannot read '/data/my file.csv'", "cannot read '<path>'"],
    ['see https://example.org/a?b=1 for more', 'see <path> for more'],
    ['C:\\data\\x.csv is gone', '<path> is gone'],
    ['at 0xDEADBEEF', 'at <id>'],
    ['job 6f1c1f5e-8a59-4b6c-9a0e-0d9f6d2a7b11 died', 'job <id> died'],
    ['commit 9a011f1d2 is bad', 'commit <id> is bad'],
    ['the decade facade failed', 'the decade facade failed'],
    ['two   spaces\n\tand lines', 'two spaces and lines'],
  ])('of %j is %j', (message, normalised) => {
    expect(normaliseMessage(message)).toBe(normalised)
  })

  it('does not change when it is normalised again', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '"',
        "'",
        '`',
        '“',
        '”',
        '/',
        '\\',
        '<path>',
        '<name>',
        '<time>',
        '3m',
        "'<name>'",
        '0x1f',
        ' ',
        'C:\\',
        '://',
      ),
      fc.string({ maxLength: 6 }),
      fc.integer().map(String),
      fc.uuid(),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const once = normaliseMessage(pieces.join(''))
        expect(normaliseMessage(once)).toBe(once)
      }),
      seeded(2_000),
    )
  })

  it('is found in time that grows with the message, however hostile', () => {
    const started = performance.now()
    for (const hostile of [
      '/'.repeat(100_000),
      '"'.repeat(100_000),
      'a/'.repeat(50_000),
      "'a".repeat(50_000),
    ])
      normaliseMessage(hostile)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('clusters of failures', () => {
  it('put together what differs only in numbers and paths, the largest first', () => {
    const clusters = clusterFailures([
      failure(1, 'disk full'),
      failure(2, 'cannot read /data/a.csv at line 3'),
      failure(3, 'cannot read /data/b.csv at line 99'),
    ])
    expect(clusters.map(({ message, count }) => [message, count])).toEqual([
      ['cannot read <path> at line <number>', 2],
      ['disk full', 1],
    ])
    expect(clusters[0]?.examples).toEqual([
      { jobId: 102, ordinal: 2, input: 'in-2', error: 'cannot read /data/a.csv at line 3' },
      { jobId: 103, ordinal: 3, input: 'in-3', error: 'cannot read /data/b.csv at line 99' },
    ])
  })

  it('keep a quoted name on which all agree, and hide one on which they differ', () => {
    const same = [failure(1, "no column 'area' in 'a'"), failure(2, "no column 'area' in 'b'")]
    expect(clusterFailures(same)[0]?.message).toBe("no column 'area' in '<name>'")
  })

  it('are distinguished by exit code and by signal', () => {
    const clusters = clusterFailures([
      failure(1, 'died'),
      failure(2, 'died', { exit_code: 2 }),
      failure(3, 'died', { exit_code: null, signal: 'SIGSEGV' }),
    ])
    expect(clusters).toHaveLength(3)
  })

  it('show no more than five examples, and describe a failure without a message', () => {
    const clusters = clusterFailures(Array.from({ length: 9 }, (_, i) => failure(i + 1, null)))
    expect(clusters[0]).toMatchObject({ message: 'exit code 1', count: 9 })
    expect(clusters[0]?.examples).toHaveLength(5)
  })

  it('stay few when every message is another one', () => {
    const word = (n: number) => n.toString().replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))
    const clusters = clusterFailures(
      Array.from({ length: 1_000 }, (_, i) => failure(i + 1, `odd ${word(i)}`)),
    )
    expect(clusters).toHaveLength(201)
    expect(clusters.reduce((sum, cluster) => sum + cluster.count, 0)).toBe(1_000)
  })
})

it('a cluster has the first line that its first job printed, unless the message has it', () => {
  const line = (ordinal: number) => (ordinal === 1 ? 'Traceback (most recent call last):' : 'KeyError: area')
  const clusters = clusterFailures(
    [failure(1, "KeyError: 'area'"), failure(2, "KeyError: 'north'"), failure(3, 'KeyError: area')],
    ({ ordinal }) => line(ordinal),
  )
  expect(clusters.map(({ firstLine }) => firstLine)).toEqual(['Traceback (most recent call last):', null])
})
