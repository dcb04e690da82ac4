import { describe, expect, test } from 'vitest'
import { asTemplates, nameOfCommand, splitInputs } from '../../src/cli/command-words.ts'

const template = (word: string, hasInput = true) => asTemplates([word], { hasInput, verbatim: false })[0]

describe('the words of a command', () => {
  test.each([
    ['{}', '{input}'],
    ['a{}b{}', 'a{input}b{input}'],
    ['{.}.jpg', '{dir}/{stem}.jpg'],
    ['{/}', '{name}'],
    ['{//}', '{dir}'],
    ['{/.}', '{stem}'],
    ['{#}', '{number}'],
    ['{stem}', '{stem}'],
    ['{{stem}}', '{{stem}}'],
    ['{print $1}', '{{print $1}}'],
    ['{1..3}', '{{1..3}}'],
    ['{"a": {"b": 1}}', '{{"a": {{"b": 1}}}}'],
    ['f() { x', 'f() {{ x'],
  ])('%s is %s', (word, expected) => expect(template(word)).toBe(expected))

  test('without inputs {} is two braces, as find has it', () => expect(template('{}', false)).toBe('{{}}'))

  test('names of columns may be anything', () =>
    expect(asTemplates(['{area (km²)}'], { hasInput: true, verbatim: true })).toEqual(['{area (km²)}']))
})

describe('GNU parallel', () => {
  test('one ::: brings values, :::: a file of lines', () => {
    expect(splitInputs(['echo', ':::', 'a', 'b'])).toEqual({ words: ['echo'], values: ['a', 'b'] })
    expect(splitInputs(['echo', '::::', 'x.txt'])).toEqual({ words: ['echo'], linesFile: 'x.txt' })
    expect(splitInputs(['echo', 'a:::b'])).toEqual({ words: ['echo', 'a:::b'] })
  })

  test.each([
    [['echo', ':::', 'a', '::::', 'b']],
    [['echo', ':::', 'a', ':::+', 'b']],
    [['echo', '::::', 'a', 'b']],
  ])('%s is more than is understood', (words) => expect(splitInputs(words)).toBeUndefined())
})

describe('the name of a batch', () => {
  const name = (...words: string[]) => nameOfCommand(words, () => '0123abcd')

  test('is the words of its command', () => {
    expect(name('convert', '{input}', '-resize', '50%', '{stem}.jpg')).toBe(
      'convert input -resize 50 stem.jpg',
    )
    expect(name('./run.sh', 'data/x.csv')).toBe('run.sh data-x.csv')
    expect(name('日本', 'é')).toBe('日本 é')
  })

  test('is a name that a batch type can have, whatever the command is', () => {
    const valid = /^[\p{L}\p{N}_][\p{L}\p{N} ._-]{0,99}$/u
    for (const words of [['{}'], ['--'], ['echo', 'x'.repeat(300)], ['$(rm)', '\n'], ['-', '.']])
      expect(name(...words)).toMatch(valid)
  })

  test('of two long commands that begin alike differs', () => {
    const long = 'x'.repeat(200)
    expect(nameOfCommand([`${long}1`], (text) => text.slice(-8))).not.toBe(
      nameOfCommand([`${long}2`], (text) => text.slice(-8)),
    )
  })
})
