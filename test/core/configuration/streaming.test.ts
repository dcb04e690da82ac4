import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createCommandDigest, FirstSeen, hashText } from '../../../src/core/configuration/command-hash.ts'
import { planBatches } from '../../../src/core/configuration/plan.ts'
import { readConfiguration } from '../../../src/core/configuration/read.ts'
import { batch, jobsOf, plan, project, single } from './project.ts'

const source = path.resolve(import.meta.dirname, '../../../src/core/configuration')

test.each([
  ['lines', '{ lines: names.txt }'],
  ['a table', '{ table: rows.csv }'],
])(
  '150,000 inputs of %s are planned and streamed in a heap that could not hold their jobs',
  (_, over) => {
    const values = Array.from({ length: 150_000 }, (_, i) => `value-${i}`)
    const folder = project({
      ...batch(
        'run: [echo, "{value}", "{number}"]',
        `over: ${over}`,
        'expect: "out/{value}.json"',
        'make-folders: true',
      ),
      'names.txt': values.join('\n'),
      'rows.csv': ['value,other', ...values.map((value) => `${value},x`)].join('\n'),
      'count.mts': `
      import { planBatches } from ${JSON.stringify(`${source}/plan.ts`)}
      import { readConfiguration } from ${JSON.stringify(`${source}/read.ts`)}
      const read = await readConfiguration('x.slipway.yaml', {})
      if (!read.ok) throw new Error(JSON.stringify(read.problems))
      const plans = await planBatches(read.value, {})
      if (!plans.ok) throw new Error(JSON.stringify(plans.problems))
      let count = 0
      for (const plan of plans.value) for await (const job of plan.jobs({ number: 1 })) count = job.ordinal
      console.log(count)
    `,
    })
    // 150,000 jobs take about 90 MB: this heap would end the process.
    const args = ['--max-old-space-size=56', '--no-warnings', 'count.mts']
    expect(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).trim()).toBe('150000')
    // What is tested is the heap; on a busy machine it takes its time.
  },
  90_000,
)

test('the event loop turns while inputs are planned', async () => {
  const folder = project(batch('run: [echo, "{value}"]', 'over: { range: 1..50000 }'))
  const read = await readConfiguration(path.join(folder, 'x.slipway.yaml'), {})
  let turns = 0
  const count = (): void => {
    turns += 1
    next = setImmediate(count)
  }
  let next = setImmediate(count)
  const plans = read.ok ? await planBatches(read.value, {}) : read
  clearImmediate(next)
  expect(plans.ok).toBe(true)
  expect(turns).toBeGreaterThan(40)
})

test('the digest of a plan is that of its jobs in their order', async () => {
  const only = single(await plan(batch('run: [echo, "{value}"]', 'over: { list: [a, b, c] }')))
  const digest = createCommandDigest()
  for (const { commandHash } of await jobsOf(only)) digest.add(commandHash)
  expect(digest.finish()).toBe(only.digest)
  const other = single(await plan(batch('run: [echo, "{value}"]', 'over: { list: [b, a, c] }')))
  expect(other.digest).not.toBe(only.digest)
})

test('the first of equal commands is found, however many are between', () => {
  const seen = new FirstSeen()
  const hashes = Array.from({ length: 20_000 }, (_, i) => hashText(String(i)))
  expect(hashes.map((hash, i) => seen.add(hash, i + 1)).every((first) => first === undefined)).toBe(true)
  expect(hashes.map((hash, i) => seen.add(hash, 100_000 + i))).toEqual(hashes.map((_, i) => i + 1))
})

test('the preview holds the first and the last three jobs', async () => {
  const previews = async (end: number): Promise<string[]> =>
    single(await plan(batch('run: [echo, "{value}", "{batch}"]', `over: { range: 1..${end} }`))).preview.map(
      ({ argv, ordinal }) => `${ordinal} ${argv.slice(1).join(' ')}`,
    )
  expect(await previews(2)).toEqual(['1 1 #', '2 2 #'])
  expect(await previews(5)).toEqual(['1 1 #', '2 2 #', '3 3 #', '4 4 #', '5 5 #'])
  expect(await previews(2500)).toEqual([
    '1 1 #',
    '2 2 #',
    '3 3 #',
    '2498 2498 #',
    '2499 2499 #',
    '2500 2500 #',
  ])
})
