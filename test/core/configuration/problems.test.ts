import { chmodSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { formatProblem } from '../../../src/core/configuration/problem.ts'
import { readConfiguration } from '../../../src/core/configuration/read.ts'
import { batch, check, problemsOf, project } from './project.ts'

const spec = (text: string | Uint8Array): Record<string, string | Uint8Array> => ({ 'x.slipway.yaml': text })
const brief = (problems: Awaited<ReturnType<typeof problemsOf>>): string[] =>
  problems.map(({ line, column, path: where, suggestion }) => `${line}:${column} ${where} -> ${suggestion}`)

test('all problems come at once, each with its place and what was probably meant', async () => {
  const problems = await problemsOf({
    ...spec(`variables: { out: results }
bathces: []
batches:
  - type: one
    run: [echo, "{inptu}", "{ot}"]
    timout: 10m
    timeout: 600
    parallel: 0
    retries: { times: 2, delay: 5 }
    stop-on-failure: 0.2
    log-limit: 10
    shell: no
    over: { files: "dat/*.csv" }
    after: [tow, one]
    expand: when-added
  - type: two
    run: [ecoh]
    after: one
    cwd: dta
`),
    'data/a.csv': '',
  })
  expect(brief(problems)).toEqual([
    '2:1 bathces -> batches',
    '5:18 batches[0].run[1] -> input',
    '5:29 batches[0].run[2] -> out',
    '6:5 batches[0].timout -> timeout',
    '7:14 batches[0].timeout -> 600s',
    '8:15 batches[0].parallel -> undefined',
    '9:33 batches[0].retries.delay -> 5s',
    '10:22 batches[0].stop-on-failure -> 20%',
    '11:16 batches[0].log-limit -> 10MB',
    '12:12 batches[0].shell -> false',
    '13:20 batches[0].over.files -> data',
    '14:13 batches[0].after[0] -> two',
    '14:18 batches[0].after[1] -> undefined',
    expect.stringMatching(/^19:10 batches\[1\]\.cwd -> .*\/data$/),
  ])
})

test('a problem reads as one line', async () => {
  const [problem] = await problemsOf(spec('batches:\n  - type: a\n    run: [echo]\n    timout: 1m\n'))
  expect(problem && formatProblem(problem)).toMatch(
    /x\.slipway\.yaml:4:5: unknown key "timout" in a batch; known are type, run, .*; did you mean "timeout"\?$/,
  )
})

test('more problems than anybody reads are counted', async () => {
  const keys = Array.from({ length: 70 }, (_, i) => `k${i}: 1`).join('\n')
  const problems = await problemsOf(spec(`${keys}\nbatches: [{ type: a, run: [echo] }]\n`))
  expect(problems).toHaveLength(51)
  expect(problems.at(-1)?.message).toContain('20')
})

const ONE_LINERS: [string, string | Uint8Array, RegExp][] = [
  ['an empty file', '', /is empty/],
  ['no mapping', '[a]', /is a list, but has to be a mapping/],
  ['no batches', 'configuration: x', /has no "batches"/],
  ['a batch that is no mapping', 'batches: [a]', /batches\[0\] is "a"/],
  ['not UTF-8', new Uint8Array([0x61, 0x3a, 0x0a, 0xff, 0xfe]), /not valid UTF-8/],
  ['YAML that does not parse', 'batches: [', /not valid YAML/],
  [
    'an unquoted brace before text',
    'batches:\n  - type: a\n    run: [x]\n    expect: {out}/x\n',
    /needs quotes: "\{out\}\/x"/,
  ],
  ['an unquoted placeholder', 'batches: [{ type: a, run: [echo, {input}] }]', /write "\{input\}"/],
  [
    'an unquoted exclusion',
    'batches: [{ type: a, run: [echo], over: { files: [a, !b] } }]',
    /takes for a tag/,
  ],
  ['two documents', 'a: 1\n---\nb: 2\n', /more than one YAML document/],
  ['a duplicate key', 'batches: [{ type: a, run: [echo], type: b }]', /"type" is already given in line 1/],
  [
    'a duplicate type',
    'batches: [{ type: a, run: [echo] }, { type: a, run: [ls] }]',
    /type "a" is already given/,
  ],
  ['no type', 'batches: [{ run: [echo] }]', /has no "type"/],
  ['no run', 'batches: [{ type: a }]', /has no "run"/],
  ['a text for run', 'batches: [{ type: a, run: echo hi }]', /such as \[echo, hi\]/],
  ['an empty run', 'batches: [{ type: a, run: [] }]', /run is an empty list/],
  [
    'two sources',
    'batches: [{ type: a, run: [echo], over: { list: [a], files: b } }]',
    /over has files and list/,
  ],
  ['no source', 'batches: [{ type: a, run: [echo], over: {} }]', /none of them/],
  [
    'a size without a range',
    'batches: [{ type: a, run: [echo, "{value}"], over: { list: [a], size: 2 } }]',
    /"size" belongs to a range/,
  ],
  ['an empty list', 'batches: [{ type: a, run: [echo], over: { list: [] } }]', /list is an empty list/],
  [
    'a range backwards',
    'batches: [{ type: a, run: [echo, "{value}"], over: { range: 9..1 } }]',
    /runs backwards/,
  ],
  [
    'a range that is none',
    'batches: [{ type: a, run: [echo, "{value}"], over: { range: 9 } }]',
    /such as 0\.\.99/,
  ],
  [
    'a range of numbers that no computer counts exactly',
    'batches: [{ type: a, run: [echo, "{value}"], over: { range: 9007199254740990..9007199254740993 } }]',
    /both ends have to be whole numbers from -9007199254740991 to 9007199254740991/,
  ],
  [
    'a range of variables that is none',
    '{ variables: { to: ten }, batches: [{ type: a, run: [echo, "{value}"], over: { range: "0..{to}" } }] }',
    /0\.\.ten is no range such as 0\.\.99/,
  ],
  [
    'a size of 0',
    'batches: [{ type: a, run: [echo, "{value}"], over: { range: 0..9, size: 0 } }]',
    /from 1 to/,
  ],
  [
    'too many slices',
    'batches: [{ type: a, run: [echo, "{value}"], over: { range: 0..99999, size: 1 } }]',
    /100,000 batches/,
  ],
  [
    'too long a range',
    'batches: [{ type: a, run: [echo, "{value}"], over: { range: 0..99999999 } }]',
    /100,000,000 values/,
  ],
  ['after itself', 'batches: [{ type: a, run: [echo], after: a }]', /cycle: a → a/],
  [
    'a cycle',
    'batches: [{ type: a, run: [echo], after: b }, { type: b, run: [echo], after: c }, { type: c, run: [echo], after: b }]',
    /cycle: b → c → b/,
  ],
  ['a NUL', 'batches: [{ type: a, run: [echo, "a\\0"] }]', /NUL/],
  ['half a character', 'batches: [{ type: a, run: [echo, "\\ud800"] }]', /surrogate/],
  [
    'an argument beyond the limit',
    `batches: [{ type: a, run: [echo, ${'x'.repeat(200_000)}] }]`,
    /200000 bytes/,
  ],
  ['a program nowhere', 'batches: [{ type: a, run: [no-such-program-here] }]', /not found; looked in \//],
  ['a program that is a folder', 'batches: [{ type: a, run: [/] }]', /is a folder/],
  ['a file of 10 MB', `a: ${'x'.repeat(10_000_000)}`, /more than the limit of 1 MiB/],
  ['nesting without end', `batches: ${'['.repeat(50_000)}`, /nested more than 32 levels/],
  ['an alias of itself', 'batches: &a [*a]', /nested more than 32 levels/],
  [
    'the same command twice',
    'batches: [{ type: a, run: [echo], over: { list: [x, y, z] } }]',
    /"x" and "y" have the same command, and 1 more/,
  ],
  [
    'a bad variable name',
    'variables: { 1a: x }\nbatches: [{ type: a, run: [echo] }]',
    /"1a" can't be the name/,
  ],
  [
    'a bad environment name',
    'batches: [{ type: a, run: [echo], env: { "A=B": x } }]',
    /"A=B" can't be the name/,
  ],
  [
    'a variable and an input of one name',
    'variables: { value: x }\nbatches: [{ type: a, run: [echo, "{value}"], over: { list: [a] } }]',
    /two meanings/,
  ],
  [
    'unsafe quoting',
    'batches: [{ type: a, shell: true, run: "ssh h \'cat {value}\'", over: { list: [a] } }]',
    /no quoting can keep/,
  ],
]

test.each(ONE_LINERS)('reports %s', async (_, text, message) => {
  const problems = await problemsOf(spec(text))
  expect(problems.map((problem) => problem.message).join('\n')).toMatch(message)
  expect(problems.every(({ file }) => file.endsWith('/x.slipway.yaml'))).toBe(true)
})

test('an alias bomb is refused at once', async () => {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`,
  )
  const problems = await problemsOf(spec(`l0: &l0 [x]\n${levels.join('\n')}\n`))
  expect(problems.map(({ message }) => message)).toContain(
    'the aliases of this file expand to too many values',
  )
})

test('shared parts through an anchor and a merge key are fine', async () => {
  const text = 'batches:\n  - &base { type: a, parallel: 3, run: [echo] }\n  - { <<: *base, type: b }\n'
  const checked = await check(project(spec(text)))
  expect(checked.ok && checked.value.map(({ type, options }) => [type, options.parallel])).toEqual([
    ['a', 3],
    ['b', 3],
  ])
})

test('a file that is not there, a folder and a device are answers, not exceptions', async () => {
  const folder = project({})
  for (const [file, message] of [
    ['nope.slipway.yaml', /no such file/],
    ['.', /is a folder/],
    ['/dev/zero', /not a regular file/],
  ] as const) {
    const read = await readConfiguration(path.resolve(folder, file), {})
    expect(read.ok ? 'valid' : read.problems[0]?.message).toMatch(message)
  }
})

test('unknown variables and types are reported with the nearest', async () => {
  const text = spec('variables: { out: x }\nbatches: [{ type: evolve, run: [echo] }]')
  const [variable] = await problemsOf(text, { variables: { outt: 'y' } })
  expect(variable).toMatchObject({ path: 'variables.outt', suggestion: 'out' })
  const [type] = await problemsOf(text, { types: ['evolv'] })
  expect(type).toMatchObject({
    suggestion: 'evolve',
    message: expect.stringContaining('no batch type "evolv"'),
  })
})

test('a program without its executable bit, one near by, and one in a PATH of the batch', async () => {
  const folder = project({ ...batch('run: [./run.sh]'), 'run.sh': '#!/bin/sh\n', 'bin/tool': '#!/bin/sh\n' })
  const message = async (text: Record<string, string>): Promise<string> => {
    const again = project({ ...text, 'run.sh': '#!/bin/sh\n', 'bin/tool': '#!/bin/sh\n' })
    chmodSync(path.join(again, 'bin/tool'), 0o755)
    const checked = await check(again)
    return checked.ok ? 'valid' : checked.problems.map((problem) => formatProblem(problem)).join('\n')
  }
  expect((await check(folder)).ok).toBe(false)
  expect(await message(batch('run: [./run.sh]'))).toMatch(/is not executable/)
  expect(await message(batch('run: [./bin/tol]'))).toMatch(/did you mean "\.\/bin\/tool"/)
  expect(await message(batch('run: [tool]', 'env: { PATH: bin }'))).toBe('valid')
  expect(await message(batch('run: [tool]', 'env: { PATH: "{index}" }'))).toBe('valid')
  expect(await message(batch('run: [tool]', 'cwd: bin'))).toMatch(/did you mean "\.\/tool"/)
  expect(await message(batch('run: ["./bin/{value}"]', 'over: { list: [tool, toll] }'))).toMatch(
    /"\.\/bin\/toll"/,
  )
})

test('an invalid configuration creates nothing, not even a folder', async () => {
  const folder = project(batch('run: [pwd]', 'cwd: missing'))
  mkdirSync(path.join(folder, 'else'))
  const checked = await check(folder)
  expect(checked.ok ? '' : checked.problems[0]?.message).toMatch(/cwd .*missing does not exist/)
})

test('a missing folder of an output is reported once, with the line of its template', async () => {
  const files = {
    'result/keep': '',
    ...batch('run: [echo, "{value}"]', 'over: { range: 1..300 }', 'expect: "results/{value}/out.json"'),
  }
  const folder = project(files)
  const checked = await check(folder)
  expect(checked.ok ? [] : checked.problems).toEqual([
    {
      file: path.join(folder, 'x.slipway.yaml'),
      line: 5,
      column: 13,
      path: 'batches[0].expect',
      found: path.join(folder, 'results/1'),
      expected: 'a folder that exists, or make-folders: true',
      message: `the folder of this expected file does not exist: ${folder}/results/1; create it, or write make-folders: true`,
    },
  ])
})

test('a misspelt folder of an output is reported with the one that is there', async () => {
  const lines = ['run: [echo, "{value}"]', 'over: { list: [a] }', 'expect: "resluts/{value}.json"']
  const problems = await problemsOf({ 'results/keep': '', ...batch(...lines) })
  expect(problems.map(({ suggestion }) => path.basename(suggestion ?? ''))).toEqual(['results'])
})

test('a folder that is to be made is not missing, but a file in its place is reported', async () => {
  const lines = ['run: [echo, "{value}"]', 'over: { list: [a] }', 'make-folders: true']
  expect((await check(project(batch(...lines, 'expect: "x/y/{value}.json"')))).ok).toBe(true)
  const problems = await problemsOf({ x: '', ...batch(...lines, 'expect: "x/y/{value}.json"') })
  expect(problems.map(({ line, message }) => [line, message.replace(/\/\S*\/x\b/, '…/x')])).toEqual([
    [6, "an expected file can't be in …/x, which is not a folder"],
  ])
})

test('a folder that is named after the batch is left to the job', async () => {
  const lines = ['run: [echo, "{value}"]', 'over: { list: [a] }', 'expect: "run-{batch}/{value}.json"']
  expect((await check(project(batch(...lines)))).ok).toBe(true)
})
