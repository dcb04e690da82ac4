import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seeded } from '../../helpers/seeded.ts'
import { batch, check, jobsOf, plan, planned, problemsOf, project, single } from './project.ts'

const table = (run: string, name = 'rows.csv'): Record<string, string> =>
  batch(`run: [echo, ${run}]`, `over: { table: ${name} }`)
const lines = batch('run: [echo, "{value}"]', 'over: { lines: names.txt }')

async function rows(run: string, content: string | Uint8Array, name?: string): Promise<string[][]> {
  const only = single(await plan({ ...table(run, name), [name ?? 'rows.csv']: content }))
  return (await jobsOf(only)).map(({ argv }) => argv.slice(1))
}

async function faults(run: string, content: string | Uint8Array): Promise<string[]> {
  const problems = await problemsOf({ ...table(run), 'rows.csv': content })
  return problems.map(({ file, line, message }) => `${path.basename(file)}:${line} ${message}`)
}

test('a table with a byte order mark, quotes, line breaks in fields, blank lines and CRLF', async () => {
  const content = '\uFEFFregion,"the ""year"""\r\nnorth,2026\r\n\r\n"so\r\nuth, x","""q"""\r\n'
  expect(await rows('"{region}", \'{the "year"}\'', content)).toEqual([
    ['north', '2026'],
    ['so\r\nuth, x', '"q"'],
  ])
})

test('tabs and semicolons separate too', async () => {
  expect(await rows('"{a}", "{b}"', 'a\tb\n1,5\t2\n', 'rows.tsv')).toEqual([['1,5', '2']])
  expect(await rows('"{a}", "{b}"', 'a;b\n1,5;2\n')).toEqual([['1,5', '2']])
})

test('a row is named by the columns that its command uses', async () => {
  const only = single(
    await plan({ ...table('"{year}", "{region}"'), 'rows.csv': 'region,note,year\nnorth,long,2026\n' }),
  )
  expect((await jobsOf(only))[0]?.input).toBe('north, 2026')
})

test('every ragged row is reported with its line', async () => {
  const content = 'a,b\n1,"x\ny"\n\n2\n3,4\n5,6,7\n'
  expect(await faults('"{a}"', content)).toEqual([
    'rows.csv:5 this row has 1 field, but the header has 2',
    'rows.csv:7 this row has 3 fields, but the header has 2',
  ])
})

test.each([
  ['nothing', '', /is empty/],
  ['a header alone', 'a,b\n', /header and no rows/],
  ['an open quote', 'a,b\n1,2\n3,"x\n', /rows\.csv:3 .*never closed/],
  ['a quote inside a field', 'a,b\n1,x"y"\n', /rows\.csv:2 .*middle of a field/],
  ['Latin-1', new Uint8Array([0x61, 0x0a, 0x31, 0x0a, 0xfc, 0x0a]), /rows\.csv:3 .*not valid UTF-8/],
  ['UTF-16', new Uint8Array([0xff, 0xfe, 0x61, 0x00]), /UTF-16/],
  ['a line of 10 MB', `a,b\n1,${'x'.repeat(10_000_000)}\n`, /rows\.csv:2 .*longer than the limit/],
  ['no such column', 'regin,b\n1,2\n', /\{a\} is no column/],
])('a table with %s is reported', async (_, content, message) => {
  expect((await faults('"{a}"', content)).join('\n')).toMatch(message)
})

test('a missing column comes with the nearest, a column like a variable is refused', async () => {
  const [missing] = await problemsOf({ ...table('"{regoin}"'), 'rows.csv': 'region\nx\n' })
  expect(missing?.suggestion).toBe('region')
  const [both] = await problemsOf({
    'x.slipway.yaml': `variables: { region: x }\n${table('"{region}"')['x.slipway.yaml']}`,
    'rows.csv': 'region\nx\n',
  })
  expect(both?.message).toMatch(/a column of the table and a variable/)
  const [twice] = await problemsOf({ ...table('"{a}"'), 'rows.csv': 'a,a\n1,2\n' })
  expect(twice?.message).toMatch(/two meanings: two columns of the table;/)
})

test('a table that is missing, and one that is a folder', async () => {
  expect((await problemsOf(table('"{a}"')))[0]?.message).toMatch(/can't read "rows\.csv": no such file/)
  const folder = project({ ...table('"{a}"'), 'rows.csv/x': '' })
  const checked = await check(folder)
  expect(checked.ok ? '' : checked.problems[0]?.message).toMatch(/it is a folder/)
})

test('any table that can be written comes out field by field', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é', ';', '\t', "'") })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 20 }), async (pairs) => {
      const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
      const content = `a,b\n${pairs.map((pair) => pair.map(quoted).join(',')).join('\n')}\n`
      expect(await rows('"{a}", "{b}", "{index}"', content)).toEqual(
        pairs.map(([a, b], i) => [a, b, String(i)]),
      )
    }),
    seeded(20),
  )
})

test('lines are taken as they are, blank ones skipped', async () => {
  const only = single(await plan({ ...lines, 'names.txt': '\uFEFF a \r\n\r\n  \nb\tc\n-x' }))
  expect((await jobsOf(only)).map(({ argv }) => argv[1])).toEqual([' a ', 'b\tc', '-x'])
})

test.each([
  ['only blank lines', '\n \n', /every line of "names\.txt" is blank/],
  ['a NUL', 'a\nb\0\n', /NUL/],
  ['a line of 10 MB', `a\n${'x'.repeat(10_000_000)}\n`, /longer than the limit of 1 MiB/],
  ['a line longer than an argument can be', `a\n${'x'.repeat(200_000)}\n`, /200000 bytes/],
])('a list of lines with %s is reported', async (_, content, message) => {
  const problems = await problemsOf({ ...lines, 'names.txt': content })
  expect(problems.map((problem) => problem.message).join('\n')).toMatch(message)
})

test('two inputs with the same command are named, with their lines', async () => {
  const [problem] = await problemsOf({ ...lines, 'names.txt': 'a\nb\n\na\n' })
  expect(problem?.message).toBe(
    'the jobs for "a" (line 1) and "a" (line 4) have the same command; if that is meant, write repeat: true',
  )
  const meant = batch('run: [echo]', 'repeat: true', 'over: { lines: names.txt }')
  expect(single(await plan({ ...meant, 'names.txt': 'a\na\n' })).jobCount).toBe(2)
})

test('lines and rows that lie across the chunks of a file are whole', async () => {
  const values = Array.from({ length: 30_000 }, (_, i) => `value é ${i} ${'x'.repeat(i % 40)}`)
  const folder = project({ ...lines, 'names.txt': values.join('\n') })
  expect((await jobsOf(single(await planned(folder)))).map(({ argv }) => argv[1])).toEqual(values)
  const again = project({ ...table('"{v}"'), 'rows.csv': `v,w\n${values.map((v) => `"${v}",1`).join('\n')}` })
  expect((await jobsOf(single(await planned(again)))).map(({ argv }) => argv[1])).toEqual(values)
})

test('a range gives its names, slices, and negative numbers', async () => {
  const plans = await plan(
    batch(
      'run: [echo, "{generation}", "{value}", "{input}", "{year}", "{start}..{end}", "{index}", "{number}"]',
      'over: { range: -1..3, size: 2, as: year }',
    ),
  )
  expect(plans.map(({ range, jobCount }) => [range, jobCount])).toEqual([
    [{ start: -1, end: 0 }, 2],
    [{ start: 1, end: 2 }, 2],
    [{ start: 3, end: 3 }, 1],
  ])
  const [, second] = plans
  expect(second && (await jobsOf(second)).map(({ argv }) => argv.slice(1).join(' '))).toEqual([
    '1 1 1 1 1..2 0 1',
    '2 2 2 2 1..2 1 2',
  ])
})

test('the same command in two slices is found too', async () => {
  const [problem] = await problemsOf(batch('run: [echo]', 'over: { range: 0..3, size: 1 }'))
  expect(problem?.message).toMatch(/"0" and "1" have the same command, and 2 more/)
})
