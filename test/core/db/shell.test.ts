/**
 * The same attacks through the real sqlite3 shell on a real file, where it is installed: it brings its own
 * SQLite, older than the core's and built with other options.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../helpers/database.ts'
import { attacks, inTwo, legalNeighbours } from './attacks.ts'
import { scene } from './scene.ts'

const version = spawnSync('sqlite3', ['--version'], { encoding: 'utf8' }).stdout ?? ''
const [, minor = 0] = version.split('.').map(Number)

/** Runs statements one after the other, continuing after a refusal; returns what the shell printed. */
function shell(file: string, statements: readonly string[]): { errors: string; output: string } {
  const input = statements.map((line) => (line.startsWith('.') ? `${line}\n` : `${line};\n`)).join('')
  const run = spawnSync('sqlite3', ['-batch', file], { input, encoding: 'utf8' })
  return { errors: run.stderr, output: run.stdout }
}

function sceneOnDisk(): string {
  const file = path.join(temporaryFolder(), 'slipway.db')
  writeFileSync(file, scene().serialize())
  return file
}

describe.skipIf(minor < 37)('in the sqlite3 shell', () => {
  test.each(Object.entries(attacks))('%s every attack is refused', (_rule, all) => {
    const file = sceneOnDisk()
    const single = all.filter((attack) => inTwo(attack).preparation === '')
    const before = shell(file, ['.dump']).output
    expect(before).toContain('CREATE TRIGGER')
    const { errors } = shell(
      file,
      single.map((attack) => attack.sql),
    )
    expect(errors.match(/error/gi)).toHaveLength(single.length)
    for (const { refusal } of single) expect(errors).toContain(refusal)
    expect(shell(file, ['.dump']).output === before, 'nothing changed').toBe(true)
  })

  test.each(Object.entries(legalNeighbours))('%s and its neighbours pass', (_rule, all) => {
    for (const { sql, shows } of all) {
      const { errors, output } = shell(sceneOnDisk(), [sql, shows])
      expect(errors).toBe('')
      expect(output.trim()).toBe('1')
    }
  })
})
