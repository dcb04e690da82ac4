/** The glossary's phrases of several words, which a spelling checker can't find: none is used anywhere. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ruledOut } from '../../scripts/glossary.ts'

const root = join(import.meta.dirname, '../..')
const phrases = ruledOut().filter((one) => one.includes(' '))

/** Released migrations are frozen; the changelog quotes what older versions printed. */
const exempt =
  /^(?:docs\/glossary\.md|CHANGELOG\.md|src\/core\/db\/migrations\/|test\/schema\/|test\/contract\/vocabulary)/

/** Where each phrase begins, also across a line break and the margin of a comment. */
function uses(text: string): string[] {
  return phrases.flatMap((phrase) => {
    const words = phrase.split(' ').join(String.raw`(?:\s|\n\s*(?:\*|\/\/|--)?)+`)
    return [...text.matchAll(new RegExp(String.raw`\b${words}\b`, 'gi'))].map(
      ({ index }) => `${text.slice(0, index).split('\n').length}: ${phrase}`,
    )
  })
}

test('a phrase is found in any case and across the lines of a comment', () => {
  expect(phrases.length).toBeGreaterThan(10)
  expect(uses(' * and the listener Is\n * told')).toEqual(['1: is told'])
  expect(uses('this island')).toEqual([])
})

test('no file uses a phrase that the glossary rules out', () => {
  const files = execFileSync('git', ['ls-files', 'src', 'test', 'docs', 'scripts', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  })
  const texts = files
    .split('\n')
    .filter(
      (file) =>
        /\.(?:tsx?|mjs|c|h|md|sql|pml)$/.test(file) && !exempt.test(file) && existsSync(join(root, file)),
    )
  expect(texts.length).toBeGreaterThan(500)
  expect(
    texts.flatMap((file) => uses(readFileSync(join(root, file), 'utf8')).map((use) => `${file}:${use}`)),
  ).toEqual([])
})
