/**
 * Rules that no linter knows: nothing decides by reading a sentence, and SQL text stands in queue/ and db/ alone. Each rule
 * is first shown what it has to find.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const src = join(import.meta.dirname, '../../src')
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({
    file: file.replaceAll('\\', '/'),
    lines: readFileSync(join(src, file), 'utf8').split('\n'),
  }))

type Rule = { pattern: RegExp; allowed: Readonly<Record<string, string>>; bites: string[]; spares: string[] }

const words = '(?:error|reason|message|sentence|headline|waitsFor)'
const facts: Rule = {
  pattern: new RegExp(
    [
      `\\b${words}[?!]?\\.(?:startsWith|endsWith|includes|match|matchAll|replace|replaceAll|indexOf|search|split)\\(`,
      `\\.(?:test|exec)\\([^)]*\\b${words}\\b`,
      `\\b(?:error|reason)\\b[^'"]*\\b(?:GLOB|LIKE|REGEXP)\\b *'`,
      `\\binstr\\((?:error|reason)`,
    ].join('|'),
  ),
  allowed: {
    'cli/program.ts': 'commander begins each of its messages with "error: " and gives them in no other way',
    'core/configuration/spec-tree.ts':
      'the YAML parser reports its own stack overflow with no code; and white space is folded',
    'core/insight/report-html.ts': 'an exit code that the job itself printed is not printed twice',
    'core/insight/report.ts': 'the same',
    'core/insight/story.ts': "a user's name at the beginning of a sentence stays as it is",
  },
  bites: [
    "if (job.error.startsWith('done by')) return",
    "WHERE error NOT GLOB 'done by #*'",
    'const number = /#(\\d+)/.exec(batch.waitsFor)',
    "return sentence.replace('waits for ', '')",
  ],
  spares: [
    "batch.reason === null ? '' : because(batch)",
    "error.code === 'ENOENT'",
    'errors.map(sentenceOf)',
  ],
}

const sql: Rule = {
  pattern: /\b(?:SELECT\s+[\w*(]|INSERT (?:OR \w+ )?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE FROM\s|PRAGMA\s+\w)/,
  allowed: {},
  bites: [
    "db.sql('SELECT 1 FROM batches WHERE position = 1')",
    'INSERT OR REPLACE INTO settings VALUES',
    'UPDATE jobs SET status',
    'PRAGMA data_version',
  ],
  spares: ['selectRow(id)', '<Select data={types} />', 'const update = set(state)'],
}

const findIn = (rule: Rule, where: (file: string) => boolean) =>
  sources
    .filter(({ file }) => where(file) && !Object.hasOwn(rule.allowed, file))
    .flatMap(({ file, lines }) => lines.map((line, at) => ({ at: `${file}:${at + 1}`, line })))
    .filter(({ line }) => !/^\s*(?:\*|\/\/|\/\*)/.test(line) && rule.pattern.test(line))
    .map(({ at, line }) => `${at} ${line.trim()}`)

describe('the source', () => {
  test.each([
    ['facts', facts],
    ['SQL', sql],
  ])('is searched for %s by a rule that finds examples, and spares the rest', (_name, rule) => {
    for (const line of rule.bites) expect(rule.pattern.test(line), line).toBe(true)
    for (const line of rule.spares) expect(rule.pattern.test(line), line).toBe(false)
  })

  test('decides by no sentence: no message is matched or cut', () => {
    expect(sources.length).toBeGreaterThan(300)
    expect(findIn(facts, () => true)).toEqual([])
  })

  test('lets no exception stand that is none any more', () => {
    const excused = Object.keys(facts.allowed)
    const needed = sources.filter(
      ({ file, lines }) => excused.includes(file) && lines.some((line) => facts.pattern.test(line)),
    )
    expect(needed.map(({ file }) => file).sort()).toEqual(excused.sort())
  })

  test('holds SQL in queue/ and db/ only', () => {
    expect(findIn(sql, (file) => !/^core\/(?:db|queue)\//.test(file))).toEqual([])
    expect(findIn(sql, (file) => file.startsWith('core/queue/')).length).toBeGreaterThan(50)
  })
})
