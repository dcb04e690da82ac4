import { execFileSync } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { InputsChangedError } from '../../../src/core/configuration/plan.ts'
import { batch, jobsOf, plan, planned, project, single } from './project.ts'

const FLOOD = `
configuration: flood-2026
variables: { out: results }
batches:
  - type: edm-creation
    run: [sh, scripts/edm.sh, "{input}", --out, "{out}/{stem}.json"]
    over: { files: "data/*.csv" }
    parallel: 2
    timeout: 10m
    retries: { times: 2, delay: 5s, backoff: 2 }
    stop-on-failure: 20%
    expect: { file: "{out}/{stem}.json", non-empty: true }
    make-folders: true
  - type: portfolio
    after: edm-creation
    run: [sh, portfolio.sh, "{region}", "{year}"]
    over: { table: regions.csv }
  - type: evolve
    run: [sh, evolve.sh, --generation, "{generation}", "{start}-{end}"]
    over: { range: 0..99, size: 10 }
`

const PROJECT = {
  'x.slipway.yaml': FLOOD,
  'scripts/edm.sh': '',
  'data/b10.csv': '',
  'data/b9.csv': '',
  'regions.csv': 'region,year\nnorth,2026\nsouth,2027\n',
}

test('the example of the documentation becomes a batch over files, one over rows, and ten slices', async () => {
  const folder = project(PROJECT)
  const plans = await planned(folder)
  expect(plans.map(({ type, jobCount }) => `${type} ${jobCount}`)).toEqual([
    'edm-creation 2',
    'portfolio 2',
    ...Array.from({ length: 10 }, () => 'evolve 10'),
  ])
  expect(plans[0]?.options).toEqual({
    parallel: 2,
    place: null,
    timeoutMs: 600_000,
    retries: { times: 2, delayMs: 5000, backoff: 2 },
    stopOnFailure: { kind: 'share', share: 0.2 },
    logLimitBytes: 64 * 2 ** 20,
    priority: 0,
    cwd: folder,
    env: {},
    shell: false,
    reads: [expect.stringMatching(/\/sh$/), path.join(folder, 'scripts/edm.sh')],
  })
  expect(plans[0]?.preview[0]?.reads).toEqual([path.join(folder, 'data/b9.csv')])
  expect(plans[0]?.preview.map(({ argv }) => argv)).toEqual([
    ['sh', 'scripts/edm.sh', 'data/b9.csv', '--out', 'results/b9.json'],
    ['sh', 'scripts/edm.sh', 'data/b10.csv', '--out', 'results/b10.json'],
  ])
  expect(plans[0]?.preview[0]?.expect).toEqual([
    { file: path.join(folder, 'results/b9.json'), nonEmpty: true },
  ])
  expect(plans[1]?.after).toEqual(['edm-creation'])
  expect(plans[1]?.preview.map(({ input }) => input)).toEqual(['north, 2026', 'south, 2027'])
  expect(plans.slice(2).map(({ range }) => range)).toEqual(
    Array.from({ length: 10 }, (_, i) => ({ start: i * 10, end: i * 10 + 9 })),
  )
  expect(plans[3]?.preview[0]?.argv).toEqual(['sh', 'evolve.sh', '--generation', '10', '10-19'])
})

test('a variable from the command line overrides that of the file', async () => {
  const [edm] = await plan(PROJECT, { variables: { out: 'else where' }, types: ['edm-creation'] })
  expect(edm?.preview[0]?.argv.at(-1)).toBe('else where/b9.json')
})

test('numbers and booleans reach the program as they were written', async () => {
  const [job] = await jobsOf(
    single(await plan(batch('run: [echo, 1.0, 007, true, 0x1F, 1e3, ~x, "{index}"]'))),
  )
  expect(job?.argv).toEqual(['echo', '1.0', '007', 'true', '0x1F', '1e3', '~x', '0'])
})

test('without over there is one job', async () => {
  const only = single(await plan(batch('run: [echo, hello]')))
  expect(only.jobCount).toBe(1)
  expect((await jobsOf(only)).map(({ input, ordinal }) => ({ input, ordinal }))).toEqual([
    { input: '', ordinal: 1 },
  ])
})

test('the command hash ignores the number of the batch, and nothing else', async () => {
  const lines = ['run: [echo, "{value}", "{batch}"]', 'over: { list: [a, b] }']
  const only = single(await plan(batch(...lines)))
  const [seven, eight] = [await jobsOf(only, 7), await jobsOf(only, 8)]
  expect(seven.map(({ argv }) => argv[2])).toEqual(['7', '7'])
  expect(eight.map(({ argv }) => argv[2])).toEqual(['8', '8'])
  expect(eight.map(({ commandHash }) => commandHash)).toEqual(seven.map(({ commandHash }) => commandHash))
  expect(seven[0]?.commandHash).toMatch(/^[0-9a-f]{32}$/)
  const folder = project(batch(...lines))
  const hashes = new Set<string | undefined>()
  for (const more of [[], ['env: { A: "1" }'], ['env: { A: "2" }'], ['cwd: /'], ['expect: "{value}"']]) {
    writeFileSync(path.join(folder, 'x.slipway.yaml'), batch(...lines, ...more)['x.slipway.yaml'])
    hashes.add((await jobsOf(single(await planned(folder))))[0]?.commandHash)
  }
  expect(hashes.size).toBe(5)
})

test('a literal text like the stand-in for the batch number is another command', async () => {
  const [a] = await jobsOf(single(await plan(batch('run: [echo, "{batch}"]'))), 1)
  const [b] = await jobsOf(single(await plan(batch('run: [echo, "#"]'))), 1)
  expect(a?.commandHash).not.toBe(b?.commandHash)
})

test('only what has placeholders of the job is rendered for each job', async () => {
  const folder = project({
    ...batch('run: [pwd]', 'cwd: "{value}"', 'over: { list: [a, b] }', 'env: { X: "1", Y: "<{value}>" }'),
    'a/x': '',
    'b/x': '',
  })
  const only = single(await planned(folder))
  expect(only.options.env).toEqual({ X: '1' })
  expect(only.options.cwd).toBe(folder)
  expect((await jobsOf(only)).map(({ cwd, env }) => ({ cwd, env }))).toEqual([
    { cwd: path.join(folder, 'a'), env: { Y: '<a>' } },
    { cwd: path.join(folder, 'b'), env: { Y: '<b>' } },
  ])
})

test('inputs that change between planning and filling stop the fill', async () => {
  const folder = project({
    ...batch('run: [echo, "{value}"]', 'over: { lines: names.txt }'),
    'names.txt': 'a\nb\n',
  })
  const only = single(await planned(folder))
  expect(await jobsOf(only)).toHaveLength(2)
  appendFileSync(path.join(folder, 'names.txt'), 'c\n')
  await expect(jobsOf(only)).rejects.toThrow(InputsChangedError)
  writeFileSync(path.join(folder, 'names.txt'), 'a\nB\n')
  await expect(jobsOf(only)).rejects.toThrow(InputsChangedError)
})

test('every name of a file arrives in the program exactly', async () => {
  const nasty = `a b'"$(touch x);\n-rf.csv`
  const names = [
    nasty,
    '-rf.csv',
    ' lead',
    'tab\t',
    'back\\slash',
    'percent%s',
    '{x}',
    'ümlaut',
    'ñ',
    '\u{1F30A}',
    '*',
    '\nfirst',
    '\uFFFD',
  ]
  const folder = project({
    ...batch(
      `run: [${JSON.stringify(process.execPath)}, -p, "JSON.stringify(process.argv.slice(1))", --, "{input}"]`,
      'over: { files: "in/*" }',
    ),
    ...Object.fromEntries(names.map((name) => [`in/${name}`, ''])),
  })
  const jobs = await jobsOf(single(await planned(folder)))
  const arrived = jobs.map(({ argv: [program = '', ...rest] }) =>
    JSON.parse(execFileSync(program, rest, { cwd: folder, encoding: 'utf8' })),
  )
  expect(arrived.flat().sort()).toEqual(names.map((name) => `in/${name}`).sort())
})
