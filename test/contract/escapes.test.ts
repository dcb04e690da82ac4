import { describe, expect, it } from 'vitest'
import {
  escaped,
  escapedForTerminal,
  escapedLines,
  escapedLog,
  shellWords,
} from '../../src/contract/escapes.ts'

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

  it('one line shows every control character instead of obeying it', () => {
    expect(escaped('a\u001b[2Jb\nc\td\u0007\u009b31m')).toBe('a\\e[2Jb\\nc\\td\\u0007\\u009b31m')
  })

  it('a name that turns the direction of writing is shown as an escape', () => {
    expect(escaped('good\u202egpj.exe')).toBe('good\\u202egpj.exe')
  })

  it('letters of every script stay as they are', () => {
    expect(escaped('Größe 数据 наука 😀')).toBe('Größe 数据 наука 😀')
  })

  it('several lines keep their line breaks and tabs and nothing else', () => {
    expect(escapedLines('a\n\tb\u001b]0;title\u0007')).toBe('a\n\tb\\e]0;title\\u0007')
  })

  it('a log keeps its colours and loses what moves the cursor', () => {
    expect(escapedForTerminal('\u001b[31mred\u001b[0m\r\n\u001b[2Jx')).toBe(
      '\u001b[31mred\u001b[0m\r\n\\e[2Jx',
    )
  })
})

describe('a command as it will run', () => {
  it('shows white space inside an argument, and keeps separate arguments apart', () =>
    expect(shellWords(['echo', 'one\ntwo', 'a  b', "it's", '--x=1'], '/home/ana')).toBe(
      `echo 'one\\ntwo' 'a  b' 'it'\\''s' --x=1`,
    ))

  it.each([
    [
      ['C:\\Program Files\\R\\Rscript.exe', 'a b.R', 'x.csv'],
      '"C:\\Program Files\\R\\Rscript.exe" "a b.R" x.csv',
    ],
    [['py', 'a&b^c|d', '(x)'], 'py "a&b^c|d" "(x)"'],
    [
      ['py', '50%', "it's", 'say "hi"', '$HOME', 'C:\\a\\', ''],
      "py '50%' \"it's\" 'say \"hi\"' '$HOME' C:\\a\\ \"\"",
    ],
    [
      ['C:\\Windows\\System32\\cmd.exe', '/d', '/s', '/c', '"type "a b" > c"'],
      'C:\\Windows\\System32\\cmd.exe /d /s /c "type "a b" > c"',
    ],
  ])('writes %j as cmd.exe and PowerShell take it, for a path of Windows', (argv, shown) => {
    for (const path of ['C:\\Users\\Ana', 'c:/work', '\\\\server\\share\\x'])
      expect(shellWords(argv, path)).toBe(shown)
  })
})
