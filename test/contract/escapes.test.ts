import { describe, expect, it } from 'vitest'
import { escaped, escapedLog, shellWords } from '../../src/contract/escapes.ts'

describe('text that came from outside', () => {
  it.each([
    ['one\ntwo', 'one\\ntwo'],
    ['a\tb\r', 'a\\tb\\r'],
    ['gnp.\u202etxt', 'gnp.\\u202etxt'],
    ['a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
    ['\u001b[31mred', '\\e[31mred'],
    ['Zürich 東京', 'Zürich 東京'],
  ])('%j shows what is invisible as an escape', (text, shown) => expect(escaped(text)).toBe(shown))

  it('keeps the colours of a log, and shows what turns its direction', () =>
    expect(escapedLog('\u001b[31m\tred\u001b[0m \u202eabc\u0007')).toBe(
      '\u001b[31m\tred\u001b[0m \\u202eabc\\u0007',
    ))
})

describe('a command as it will run', () => {
  it('shows white space inside an argument, and keeps separate arguments apart', () =>
    expect(shellWords(['echo', 'one\ntwo', 'a  b', "it's", '--x=1'])).toBe(
      `echo 'one\\ntwo' 'a  b' 'it'\\''s' --x=1`,
    ))
})
