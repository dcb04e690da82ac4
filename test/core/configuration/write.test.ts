import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configurationText, flow } from '../../../src/core/configuration/write.ts'

test.each([
  'plain',
  'two words',
  '-resize',
  '-',
  '50%',
  '10m',
  '0..99',
  '1.0',
  '007',
  'yes',
  'null',
  '',
  ' lead',
  'a: b',
  'a #b',
  '{input}',
  '[x]',
  'a, b',
  '*.png',
  'new\nline',
  '"quoted"',
  '\u2028',
  '.5',
  './run',
  '=',
  '&x',
  '@x',
])('%j is read again as it was written', (text) => {
  expect(parse(`x: [${flow(text)}]`)).toEqual({ x: [text] })
  expect(parse(`x: { ${flow(text)}: 1 }`)).toEqual({ x: { [text]: 1 } })
  expect(parse(`x: ${flow(text)}`)).toEqual({ x: text })
})

test('a document is read again as it was, and each key has its comment', () => {
  const batch = {
    type: 'a b',
    run: ['echo', '{input}', '1.0'],
    over: { list: ['x', '2'] },
    parallel: 4,
    retries: { times: 2, delay: '5s' },
    shell: false,
  }
  const text = configurationText(
    { variables: { out: 'x' }, batches: [batch] },
    { head: ['Made by a test'], schema: '/s.json' },
  )
  expect(parse(text)).toEqual({ variables: { out: 'x' }, batches: [batch] })
  expect(text).toMatch(/^# yaml-language-server: \$schema=\/s.json\n# Made by a test\n/)
  expect(text).toContain('    # Jobs at once inside the batch\n    parallel: 4\n')
  expect(text).toContain('    # A job for each value\n    over:')
})
