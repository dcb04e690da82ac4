/** docs/desktop-security.md names a test, or a reason, for each item of Electron's checklist; the tests exist. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const rows = read('docs/desktop-security.md')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
const named = rows.flatMap((row) =>
  [...row.matchAll(/`(test\/[\w./-]+)`: "([^"]+)"/g)].map(([, file = '', title = '']) => ({ file, title })),
)

describe('the security checklist', () => {
  it('has the twenty items in their order', () => {
    expect(rows.map((row) => Number(row.split('|')[1]))).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  })

  it('has a test or a reason for each', () => {
    for (const row of rows) expect(row).toMatch(/Tests?: `test\/|Reason: /)
  })

  it.each(named)('names a test that exists: $title', ({ file, title }) => {
    const text = read(file)
    expect([`'${title}'`, `"${title}"`].some((quoted) => text.includes(`it(${quoted}`))).toBe(true)
  })

  it('has every fuse of the checklist set in the packager', () => {
    const fuses = read('electron-builder.yml')
    for (const line of [
      'runAsNode: false',
      'enableNodeOptionsEnvironmentVariable: false',
      'enableNodeCliInspectArguments: false',
      'onlyLoadAppFromAsar: true',
      'enableEmbeddedAsarIntegrityValidation: true',
    ])
      expect(fuses).toContain(`  ${line}\n`)
  })
})
