import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pages } from '../../scripts/write-figures.ts'

const root = join(import.meta.dirname, '../..')

test.each(Object.entries(pages()))('the tables of %s are those of proofs.json and ran.json', (name, text) => {
  const there = readFileSync(join(root, name), 'utf8')
  expect(there, 'run npm run docs:figures').toBe(text)
  expect(there).toContain('<!-- figures:')
})

test('no date stands in the prose of these pages', () => {
  for (const text of Object.values(pages()))
    expect(text.replace(/<!-- figures: [\s\S]*?<!-- end -->/g, '')).not.toMatch(
      /\b20\d\d-\d\d|\b(November|December) 20\d\d/,
    )
})
