import { expect, test } from 'vitest'
import { table } from '../../src/cli/print/table.ts'
import { pad, shorten, widthOf } from '../../src/cli/print/width.ts'

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
