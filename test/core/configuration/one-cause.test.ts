/** One mistake is one problem: what only follows from it is not reported. */
import { expect, test } from 'vitest'
import { problemsOf } from './project.ts'

const messagesOf = async (text: string): Promise<string[]> =>
  (await problemsOf({ 'x.slipway.yaml': text, 'data/a.csv': '' })).map(({ message, suggestion }) =>
    suggestion === undefined ? message : `${message} -> ${suggestion}`,
  )
const run = 'run: [echo, "{input}", "{stem}"]'

const ONE_CAUSE: [string, string, RegExp][] = [
  ['over', `batches:\n  - type: a\n    ${run}\n    ovr: { files: "data/*.csv" }\n`, /"ovr".* -> over$/],
  [
    'a source of over',
    `batches:\n  - type: a\n    ${run}\n    over: { file: "data/*.csv" }\n`,
    /"file".* -> files$/,
  ],
  ['run', `batches:\n  - type: a\n    rnu: [echo]\n`, /"rnu".* -> run$/],
  ['type', `batches:\n  - tpye: a\n    run: [echo]\n`, /"tpye".* -> type$/],
  ['batches', 'batchs:\n  - type: a\n    run: [echo]\n', /"batchs".* -> batches$/],
  [
    'variables',
    `variabels: { out: x }\nbatches:\n  - type: a\n    run: [echo, "{out}"]\n`,
    /"variabels".* -> variables$/,
  ],
  [
    'retries.times',
    `batches:\n  - type: a\n    run: [echo]\n    retries: { time: 2 }\n`,
    /"time".* -> times$/,
  ],
  ['expect.file', `batches:\n  - type: a\n    run: [echo]\n    expect: { fiel: x }\n`, /"fiel".* -> file$/],
]
test.each(ONE_CAUSE)('a misspelt %s is the only problem', async (_what, text, expected) => {
  expect(await messagesOf(text)).toEqual([expect.stringMatching(expected)])
})

test('aliases that expand without end are the only problem, whatever they hide', async () => {
  const levels = 'abcdefghi'.split('').map((name, i, all) => {
    const before = all[i - 1]
    return `${name}: &${name} [${before === undefined ? 'x' : Array(9).fill(`*${before}`).join(', ')}]`
  })
  expect(await messagesOf(`variables: { ${levels.join(', ')} }\nbatches: *i\n`)).toEqual([
    expect.stringMatching(/aliases of this file expand/),
  ])
})

const REPORTED: [string, string, RegExp][] = [
  [
    'a pattern without quotes',
    'batches:\n  - type: a\n    run: [echo, "{input}"]\n    over: { files: *.csv }\n',
    /^\*\.csv without quotes.*write "\*\.csv"$/,
  ],
  [
    'a command as one text',
    'batches:\n  - type: a\n    run: python3 x.py {input} --n 3\n',
    /\[python3, x\.py, "\{input\}", --n, 3\]/,
  ],
  [
    'an input without over',
    'batches:\n  - type: a\n    run: [echo, "{input}"]\n',
    /^\{input\} stands for an input, but this batch has no "over"/,
  ],
  [
    'over as a pattern',
    'batches:\n  - type: a\n    run: [echo, "{input}"]\n    over: "data/*.csv"\n',
    /-> \{ files: "data\/\*\.csv" \}$/,
  ],
  [
    'a batch without batches',
    'type: a\nrun: [echo]\nfiles: "*.csv"\n',
    /^"type", "run", "files" belong to a batch/,
  ],
  ['a script instead of a configuration', 'import sys\nprint(1)\n', /^this is not a configuration/],
]
test.each(REPORTED)('%s is reported with a fix', async (_what, text, expected) => {
  expect(await messagesOf(text)).toEqual([expect.stringMatching(expected)])
})
