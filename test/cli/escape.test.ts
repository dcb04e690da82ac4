import { expect, test } from 'vitest'
import { escapeLines, escapeLog, escapeText } from '../../src/cli/print/escape.ts'

test('one line shows every control character instead of obeying it', () => {
  expect(escapeText('a\u001b[2Jb\nc\td\u0007\u009b31m')).toBe('a\\e[2Jb\\nc\\td\\u0007\\u009b31m')
})

test('a name that turns the direction of writing is shown as an escape', () => {
  expect(escapeText('good\u202egpj.exe')).toBe('good\\u202egpj.exe')
})

test('letters of every script stay as they are', () => {
  expect(escapeText('Größe 数据 наука 😀')).toBe('Größe 数据 наука 😀')
})

test('several lines keep their line breaks and tabs and nothing else', () => {
  expect(escapeLines('a\n\tb\u001b]0;title\u0007')).toBe('a\n\tb\\e]0;title\\u0007')
})

test('a log keeps its colours and loses what moves the cursor', () => {
  expect(escapeLog('\u001b[31mred\u001b[0m\r\n\u001b[2Jx')).toBe('\u001b[31mred\u001b[0m\r\n\\e[2Jx')
})
