/** The first minute in a folder: `init` writes what can be run, and `help configuration` says what more there is. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { batchKeys } from '../../src/contract/batch-keys.ts'
import { aPlace, onTerminal, root } from './slipway.ts'

test('what init writes runs as it is, names the schema, and is never overwritten', async () => {
  const place = aPlace()
  mkdirSync(join(place.project, 'data'))
  for (const name of ['a', 'b']) writeFileSync(join(place.project, 'data', `${name}.csv`), name)
  place.write('count.sh', 'for f in data/*.csv; do wc -c "$f"; done\n')
  const made = await place.run('init')
  expect(made).toMatchObject({ code: 0, out: expect.stringContaining('from the loop in count.sh') })
  const text = readFileSync(join(place.project, 'project.slipway.yaml'), 'utf8')
  expect(text.split('\n')[0]).toBe(
    `# yaml-language-server: $schema=${join(root, 'resources/slipway.schema.json')}`,
  )
  expect(text).toContain('    # parallel: 4')
  const ran = await place.run('run', 'project.slipway.yaml')
  expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('all 2 jobs succeeded') })
  expect((await place.run('init')).code).toBe(5)
  expect(readFileSync(join(place.project, 'project.slipway.yaml'), 'utf8')).toBe(text)
})

test('init takes the command and the files from options', async () => {
  const place = aPlace()
  place.write('x.txt', 'x')
  expect((await place.run('init', '--name', 'mine', '--over', '*.txt', '--', 'cat', '{}')).code).toBe(0)
  const { code, out } = await place.run('preview', 'mine.slipway.yaml')
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('cat x.txt') })
  expect((await place.run('init', 'nowhere')).code).toBe(2)
})

const [enter, ctrlC] = ['\r', '\u0003']

test('on a terminal init requests what no option gives, and enter takes what was guessed', async () => {
  const place = aPlace()
  for (const name of ['a.txt', 'b.txt']) place.write(name, name)
  place.write('count.sh', 'for f in *.txt; do wc -c "$f"; done\n')
  const ended = await onTerminal(place, 'init', [
    ['Name of the configuration?', `mine${enter}`],
    ['A job for each of which files?', enter],
  ])
  expect(ended).toMatchObject({ code: 0, unasked: [], out: expect.stringContaining('mine.slipway.yaml') })
  expect(readFileSync(join(place.project, 'mine.slipway.yaml'), 'utf8')).toContain('*.txt')
  const given = await onTerminal(place, 'init --name given', [
    ['A job for each of which files?', `b.*${enter}`],
  ])
  expect(given).toMatchObject({ code: 0, out: expect.not.stringContaining('Name of the configuration?') })
  const { out } = await place.run('preview', 'given.slipway.yaml')
  expect(out).toContain('b.txt')
  expect(out).not.toContain('a.txt')
})

test('Ctrl-C at a question leaves nothing behind, and the cursor visible', async () => {
  const place = aPlace()
  const ended = await onTerminal(place, 'init', [['Name of the configuration?', ctrlC]])
  expect(ended).toMatchObject({ code: 130, out: expect.stringContaining('Nothing was written.') })
  expect(ended.out.lastIndexOf('\u001b[?25h')).toBeGreaterThan(ended.out.lastIndexOf('\u001b[?25l'))
  expect(readdirSync(place.project)).toEqual([])
  expect(existsSync(place.home)).toBe(false)
})

test('help configuration explains every key of a batch', async () => {
  const { code, out } = await aPlace().run('help', 'configuration')
  expect(code).toBe(0)
  for (const [key, { example }] of Object.entries(batchKeys))
    expect(out).toContain(`\n  ${key}: ${example}\n`)
})
