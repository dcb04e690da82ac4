/** The notices of third parties' licences, as the build writes them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './slipway.ts'

const notices = readFileSync(join(root, 'out/THIRD-PARTY-NOTICES.txt'), 'utf8')
const sections = notices.split(/^-{80}$/m).map((text) => text.trim())
const section = (name: string) => sections.find((text) => text.startsWith(`${name} `)) ?? ''

/** The packages whose code a source map of the built command line names. */
function bundled(): string[] {
  const found = new Set<string>()
  for (const name of readdirSync(join(root, 'out/chunks')).filter((one) => one.endsWith('.js.map'))) {
    const { sources } = JSON.parse(readFileSync(join(root, 'out/chunks', name), 'utf8')) as {
      sources: string[]
    }
    for (const source of sources) {
      const path = source.split('node_modules/').at(-1) ?? ''
      if (path !== source) found.add(/^(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? '')
    }
  }
  return [...found]
}

describe('the third-party notices', () => {
  it('name every package that the command line contains', () => {
    expect(bundled()).toContain('zod')
    expect(bundled().filter((name) => section(name) === '')).toEqual([])
  })

  it.each([
    'react',
    '@mantine/core',
    '@fontsource-variable/inter',
    'electron-updater',
    'better-sqlite3',
    'node',
    'electron',
  ])('name %s with the text of its licence', (name) => {
    expect(section(name)).toMatch(/Permission is hereby granted|SIL OPEN FONT LICENSE/)
  })

  it('hold a licence of each, and none that requires our sources', () => {
    for (const text of sections.slice(1))
      expect(text, text.slice(0, 80)).toMatch(/^\S+ \d\S* \([\w .-]+\)\n\n./)
    expect(
      sections.map((text) => text.split('\n')[0]).filter((line) => /GPL|SSPL|BUSL/.test(line ?? '')),
    ).toEqual([])
  })

  it('are shipped with the installers', () => {
    expect(readFileSync(join(root, 'electron-builder.yml'), 'utf8')).toMatch(
      /extraResources:\n\s+- from: out\/THIRD-PARTY-NOTICES\.txt/,
    )
    expect(existsSync(join(root, 'out/THIRD-PARTY-NOTICES.txt'))).toBe(true)
  })
})
