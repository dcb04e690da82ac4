/** The R package, installed by a real R, against the built command line. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { root, startProcess } from './slipway.ts'

const client = join(root, 'clients/r')
const folder = mkdtempSync(join(tmpdir(), 'slipway-r-'))
const library = join(folder, 'library')
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

const env = {
  ...process.env,
  SLIPWAY: join(root, 'bin/slipway'),
  SLIPWAY_NODE: process.execPath,
  SLIPWAY_HOME: join(folder, 'home'),
  R_LIBS: library,
  LC_ALL: 'C.UTF-8',
}
const run = (command: string, args: string[]) => startProcess(command, args, { cwd: folder, env }).ended
const hasR = spawnSync('Rscript', ['-e', 'library(jsonlite)']).status === 0

describe.skipIf(!hasR)('the R client (skipped where there is no Rscript with jsonlite)', () => {
  test('is installed, and passes its tests', { timeout: 900_000 }, async () => {
    mkdirSync(library)
    const installed = await run('R', ['CMD', 'INSTALL', '--no-test-load', `--library=${library}`, client])
    expect(installed.code, installed.err).toBe(0)
    expect(installed.err).not.toMatch(/warning/i)
    const ended = await run('Rscript', [join(client, 'tests/client.R')])
    expect(ended.code, ended.err).toBe(0)
    expect(ended.out).toMatch(/\d+ tests passed/)
  })
})
