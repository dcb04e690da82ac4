/** The first minute in a folder: `init` writes what can be run, and `help configuration` says what more there is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { batchKeys } from '../../src/contract/batch-keys.ts'
import { aPlace, root } from './slipway.ts'

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

test('help configuration explains every key of a batch', async () => {
  const { code, out } = await aPlace().run('help', 'configuration')
  expect(code).toBe(0)
  for (const [key, { example }] of Object.entries(batchKeys))
    expect(out).toContain(`\n  ${key}: ${example}\n`)
})
