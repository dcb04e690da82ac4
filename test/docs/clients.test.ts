/** The clients have the version, the licence and the readable words of the rest. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

test('the clients have the version of package.json (npm version writes it)', () => {
  expect(read('clients/python/slipway/__init__.py')).toContain(`\n__version__ = "${manifest.version}"\n`)
  expect(read('clients/r/DESCRIPTION')).toContain(`\nVersion: ${manifest.version}\n`)
})

test('the clients have the licence of the whole', () => {
  const licence = read('LICENSE')
  expect(read('clients/python/LICENSE')).toBe(licence)
  const [, year, holder] = /Copyright \(c\) (\d+) (.*)/.exec(licence) ?? []
  expect(read('clients/r/LICENSE')).toBe(`YEAR: ${year}\nCOPYRIGHT HOLDER: ${holder}\n`)
})

test('an answer to a duplicate is explained in the same words everywhere', () => {
  for (const words of [
    'continue the existing batch as it is',
    'close it and add only what is not done',
    'cancel it and add all jobs again',
    'add a duplicate',
  ])
    for (const file of [
      'src/cli/failure.ts',
      'clients/python/slipway/_dialog.py',
      'clients/r/R/submit.R',
      'docs/clients.md',
    ])
      expect(read(file), file).toContain(words)
})
