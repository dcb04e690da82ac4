import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { naturalKey } from '../../../src/core/configuration/inputs/natural-order.ts'
import { sortPaths } from '../../../src/core/configuration/inputs/spill-sort.ts'
import { seeded } from '../../helpers/seeded.ts'
import { batch, check, jobsOf, planned, project, single } from './project.ts'

const echo = 'run: [echo, "{input}"]'

async function matched(
  files: string[],
  patterns: string,
  prepare: (folder: string) => void = () => {},
): Promise<string[]> {
  const folder = project({
    ...batch(echo, `over: { files: ${patterns} }`),
    ...Object.fromEntries(files.map((f) => [f, ''])),
  })
  prepare(folder)
  return (await jobsOf(single(await planned(folder)))).map(({ argv }) => argv[1] ?? '')
}

async function message(
  files: string[],
  patterns: string,
  prepare: (folder: string) => void = () => {},
): Promise<string> {
  const folder = project({
    ...batch(echo, `over: { files: ${patterns} }`),
    ...Object.fromEntries(files.map((f) => [f, ''])),
  })
  prepare(folder)
  const checked = await check(folder)
  return checked.ok
    ? 'valid'
    : checked.problems.map(({ message, suggestion }) => `${message} (${suggestion})`).join('\n')
}

test('files come in natural order, a folder together', async () => {
  const files = [
    'd/a10.csv',
    'd/a9.csv',
    'd/A9b.csv',
    'd/a009.csv',
    'd b/a1.csv',
    'd/e/a1.csv',
    'd10/x.csv',
    'd9/x.csv',
  ]
  expect(await matched(files, '"**/*.csv"')).toEqual([
    'd/a009.csv',
    'd/a9.csv',
    'd/A9b.csv',
    'd/a10.csv',
    'd/e/a1.csv',
    'd b/a1.csv',
    'd9/x.csv',
    'd10/x.csv',
  ])
})

test('patterns add up, a file comes once, and exclamation marks exclude', async () => {
  const files = ['in/a.csv', 'in/b.csv', 'in/old/c.csv', 'in/d.txt', 'e.csv']
  expect(await matched(files, '["in/*.csv", "./in/a.*", "**/*.{csv,txt}", "!**/old/**", "!e.csv"]')).toEqual(
    ['./in/a.csv', 'in/b.csv', 'in/d.txt'].map((file) =>
      file === './in/a.csv' ? expect.stringMatching(/^(\.\/)?in\/a\.csv$/) : file,
    ),
  )
})

test('hidden files are skipped unless the pattern names them', async () => {
  const files = ['.hidden.csv', 'a.csv', '.dir/b.csv']
  expect(await matched(files, '"**/*.csv"')).toEqual(['a.csv'])
  expect(await matched(files, '[".*.csv", ".dir/*.csv"]')).toEqual(['.dir/b.csv', '.hidden.csv'])
})

test('links to files count, links that go in a circle end', async () => {
  const links = (folder: string): void => {
    symlinkSync('a.csv', path.join(folder, 'in/link.csv'))
    symlinkSync('..', path.join(folder, 'in/up'))
    symlinkSync('in', path.join(folder, 'alias'))
  }
  expect(await matched(['in/a.csv'], '"**/*.csv"', links)).toEqual(['in/a.csv', 'in/link.csv'])
  expect(await matched(['in/a.csv'], '"alias/*.csv"', links)).toEqual(['alias/a.csv', 'alias/link.csv'])
  expect(await matched(['in/a.csv'], '"*/a.csv"', links)).toEqual(['alias/a.csv', 'in/a.csv'])
})

test('a path stays as the pattern gives it, above the folder and absolute', async () => {
  const folder = project({ 'conf/x.slipway.yaml': '', 'data/a.csv': '', 'conf/b.csv': '' })
  const text = batch(echo, `over: { files: ["../data/*.csv", "./*.csv", "${folder}/data/*"] }`)[
    'x.slipway.yaml'
  ]
  writeFileSync(path.join(folder, 'conf/x.slipway.yaml'), text)
  const jobs = await jobsOf(single(await planned(path.join(folder, 'conf'))))
  expect(jobs.map(({ argv }) => argv[1]).sort()).toEqual(
    ['../data/a.csv', './b.csv', `${folder}/data/a.csv`].sort(),
  )
})

test('the parts of a path put together are the path', async () => {
  const folder = project({
    ...batch('run: [echo, "{input}|{dir}|{name}|{stem}|{ext}"]', 'over: { files: ["*.csv", "d/*", "d/.x"] }'),
    '-rf.csv': '',
    'd/a.tar.gz': '',
    'd/plain': '',
    'd/.x': '',
  })
  const jobs = await jobsOf(single(await planned(folder)))
  expect(jobs.map(({ argv }) => argv[1])).toEqual([
    './-rf.csv|.|-rf.csv|-rf|.csv',
    'd/.x|d|.x|.x|',
    'd/a.tar.gz|d|a.tar.gz|a.tar|.gz',
    'd/plain|d|plain|plain|',
  ])
  expect(jobs[0]?.input).toBe('-rf.csv')
})

test('a name with the signs of a pattern is found by itself', async () => {
  expect(
    await matched(['a (1).csv', 'b[x].csv', 'c{1,2}.csv'], '["a (1).csv", "b[x].csv", "c{1,2}.csv"]'),
  ).toEqual(['a (1).csv', 'b[x].csv', 'c{1,2}.csv'])
})

test('a variable can be a part of a pattern, and braces stay alternatives', async () => {
  const folder = project({
    'x.slipway.yaml': `variables: { in: data }\nbatches: [{ type: t, run: [echo, "{input}"], over: { files: "{in}/{a,b}{1..2}.csv" } }]`,
    'data/a1.csv': '',
    'data/b2.csv': '',
    'data/c1.csv': '',
  })
  expect((await jobsOf(single(await planned(folder)))).map(({ input }) => input)).toEqual([
    'data/a1.csv',
    'data/b2.csv',
  ])
})

test('no match names the searched folder and the nearest match', async () => {
  expect(await message(['data/a.csv'], '"dat/*.csv"')).toMatch(/there is no folder .*\/dat \(data\)$/)
  expect(await message(['data/a.csv'], '"data/*.CSV"')).toMatch(
    /in .*\/data, which holds a\.csv \(data\/a\.csv\)$/,
  )
  expect(await message(['data/a.csv'], '"data/b.csv"')).toMatch(/\(a\.csv\)$/)
  expect(await message(['data/a.csv'], "'data\\a*.csv'")).toMatch(/\(data\/a\*\.csv\)$/)
  expect(await message(['data/a.csv'], '["data/*", "!data/a*"]')).toMatch(/every match is excluded/)
  expect(await message(['data/a.csv'], 'data')).toMatch(/"data" is a folder; write "data\/\*"/)
  expect(await message([], '"*.csv"', (folder) => mkdirSync(path.join(folder, 'sub')))).toMatch(
    /no file matches/,
  )
  expect(await message(['a.csv'], '"{inn}/*"')).toMatch(/unknown placeholder/)
})

test('patterns that are none, or too long, are answers', async () => {
  expect(await message(['a.csv'], '"a.csv/"')).toMatch(/no file matches/)
  expect(await message(['a.csv'], '"("')).toMatch(/no file matches/)
  expect(await message(['a.csv'], `"${'x'.repeat(70_000)}"`)).toMatch(/more than 4096 characters/)
})

test('a name cannot send its control characters to the terminal', async () => {
  const link = (folder: string): void => symlinkSync('gone', path.join(folder, 'e\u001b[31m.csv'))
  expect(await message(['a.csv'], '"*.csv"', link)).toContain('"e\\x1b[31m.csv"')
})

test('a dangling link that matches is reported, not lost', async () => {
  const link = (folder: string): void => symlinkSync('gone', path.join(folder, 'b.csv'))
  expect(await message(['a.csv'], '"*.csv"', link)).toMatch(
    /"b\.csv" is a symbolic link to a file that isn't there/,
  )
})

test('a name that is no UTF-8 is reported, because it could not be passed exactly', async () => {
  const bad = (folder: string): void =>
    writeFileSync(
      Buffer.concat([Buffer.from(`${folder}/b`), Buffer.from([0xff, 0x2e, 0x63, 0x73, 0x76])]),
      '',
    )
  expect(await message(['a.csv'], '"*.csv"', bad)).toMatch(/"b\\+xff\.csv" is not valid UTF-8/)
  expect(await message(['a.csv', 'b.txt'], '"*.txt"', bad)).toBe('valid')
})

test('pipes and devices are no inputs', async () => {
  const pipe = (folder: string): void => {
    execFileSync('mkfifo', [path.join(folder, 'p.csv')])
  }
  expect(await matched(['a.csv'], '"*.csv"', pipe)).toEqual(['a.csv'])
})

test.skipIf(process.getuid?.() === 0)('a folder that cannot be read is reported', async () => {
  const lock = (folder: string): void => chmodSync(path.join(folder, 'locked'), 0o000)
  expect(await message(['a.csv', 'locked/b.csv'], '"**/*.csv"', lock)).toMatch(/permission denied/)
})

async function* stream(paths: string[]): AsyncIterable<string> {
  yield* paths
}

test('sorting in chunks through files gives the same order as sorting at once', async () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'B', '1', '9', '0', '/', '\n', ' ', 'é', '-'),
    minLength: 1,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      async (names, chunk) => {
        const found: string[] = []
        for await (const block of sortPaths(stream(names), chunk)) found.push(...block)
        const key = (each: string): string => naturalKey(each.startsWith('./') ? each.slice(2) : each)
        expect(found).toEqual([...names].sort((a, b) => (key(a) < key(b) ? -1 : 1)))
      },
    ),
    seeded(30),
  )
})

test('numbers of any length are ordered by their value', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.bigInt({ min: 0n, max: 10n ** 40n }), (a, b) => {
      expect(naturalKey(`f${a}.csv`) < naturalKey(`f${b}.csv`)).toBe(a < b)
    }),
  )
})
