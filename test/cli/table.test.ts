import { expect, test } from 'vitest'
import { noPaint } from '../../src/cli/io.ts'
import { batchTable } from '../../src/cli/print/batch.ts'
import { table } from '../../src/cli/print/table.ts'
import { pad, shorten, widthOf } from '../../src/cli/print/width.ts'
import { aBatch } from './a-batch.ts'

test('a wide letter takes two columns, a colour none, an emoji of several code points two', () => {
  expect(['abc', '数据', '\u001b[31mred\u001b[39m', '👩‍🔬', 'e\u0301'].map(widthOf)).toEqual([3, 4, 3, 2, 1])
})

test('columns line up whatever is in the cells', () => {
  const lines = table(
    [{ title: 'N', align: 'right' }, { title: 'NAME' }, { title: 'NOTE' }],
    [
      ['1', '数据', 'x'],
      ['10', 'plain', ''],
      ['100', '\u001b[31mred\u001b[39m', 'y'],
    ],
  )
  expect(lines).toEqual([
    '  N  NAME   NOTE',
    '  1  数据   x',
    ' 10  plain',
    '100  \u001b[31mred\u001b[39m    y',
  ])
})

test('a text that is too long ends in an ellipsis and never splits a wide letter', () => {
  expect(shorten('数据科学', 6)).toBe('数据…')
  expect(shorten('short', 6)).toBe('short')
  expect(widthOf(shorten('数据科学', 5))).toBeLessThanOrEqual(5)
  expect(shorten('abc', 0)).toBe('')
})

test('padding counts columns, not characters', () => {
  expect(pad('数', 4)).toBe('数  ')
  expect(pad('7', 3, 'right')).toBe('  7')
})

test('a cancelled batch that never ran has nothing done, and reports how many jobs were cancelled', () => {
  const jobs = { total: 5, pending: 0, running: 0, succeeded: 0, failed: 0, cancelled: 5 }
  const [title, row] = batchTable([aBatch({ status: 'cancelled', position: null, jobs })], noPaint, 0)
  expect(title).toContain('NOTE')
  expect(row).toMatch(/cancelled +0\/5 .*5 jobs cancelled$/)
})

test('since when is shown with its day unless it was today', () => {
  const at = new Date(2026, 2, 3, 18, 2).getTime()
  const since = (now: number) => batchTable([aBatch({ queuedAt: at })], noPaint, now)[1]
  expect(since(at + 3_600_000)).toMatch(/ 18:02$/)
  expect(since(at + 30 * 3_600_000)).toMatch(/ Tue 18:02$/)
  expect(since(at + 30 * 86_400_000)).toMatch(/ 3 Mar 18:02$/)
})

test('a long name is cut where the terminal is narrow, the configuration first, and nowhere else', () => {
  const long = 'European windstorm catalogue 2026 revision 14b'
  const batches = [
    aBatch({ number: 9, configuration: long, type: 'losses', range: null }),
    aBatch({ number: 10 }),
  ]
  expect(batchTable(batches, noPaint, 0)[1]).toContain(`#9 ${long} / losses  `)
  const narrow = batchTable(batches, noPaint, 0, 80)
  expect(narrow[1]).toMatch(/#9 European w.*… \/ losses {2}/)
  for (const line of narrow) expect(widthOf(line)).toBeLessThanOrEqual(80)
})

test('no line of a table is wider than a terminal of 40 columns, and notes stand below their row', () => {
  const batches = [
    aBatch({ number: 9, configuration: 'European windstorm catalogue', type: 'losses', range: null }),
    aBatch({ number: 10, priority: 5, error: 'stopped at the first failure (stop-on-failure: first)' }),
  ]
  const lines = batchTable(batches, noPaint, 0, 40)
  for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(40)
  expect(lines[1]).toMatch(/#9 Euro.*… \/ losses/)
  expect(lines[3]).toMatch(/^ {2}stopped at the first failure.*…$/)
})

test('a batch that is being filled is shown with how many jobs it has so far', () => {
  const jobs = { total: 192_000, pending: 192_000, running: 0, succeeded: 0, failed: 0, cancelled: 0 }
  const filling = aBatch({ status: 'initiated', position: null, sealed: false, jobs })
  expect(batchTable([filling], noPaint, 0)[1]).toContain('adding jobs (192,000 so far)')
})
