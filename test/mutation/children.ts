/**
 * Lets mutants live in child processes too (the launcher is one): every Node process that a test starts through
 * `process.execPath` runs with the active mutant, and what it covers counts for the test that started it.
 * Part of mutation runs only, see vitest.mutation.config.ts.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'

type Hits = Record<string, number>
type Stryker = {
  activeMutant?: string
  currentTestId?: string
  mutantCoverage?: { static: Hits; perTest: Record<string, Hits> }
}

const state = globalThis as { __stryker__?: Stryker }
const node = process.execPath
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-mutation-'))

beforeAll(() => {
  const wrapper = path.join(folder, 'node')
  const mutant = state.__stryker__?.activeMutant
  const lines = [
    '#!/bin/sh',
    `export SLIPWAY_MUTATION_COVERAGE='${folder}'`,
    mutant === undefined ? '' : `export __STRYKER_ACTIVE_MUTANT__='${mutant}'`,
    `exec '${node}' --import '${path.join(import.meta.dirname, 'child.mjs')}' "$@"`,
  ]
  writeFileSync(wrapper, `${lines.join('\n')}\n`, { mode: 0o755 })
  process.execPath = wrapper
})

/** Tests whose processes may just have ended: a process is often ended by what a test does when it is over. */
const lately: string[] = []

function collect(): void {
  const stryker = state.__stryker__
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
    const file = path.join(folder, name)
    const hits = JSON.parse(readFileSync(file, 'utf8')) as Hits
    rmSync(file)
    if (!stryker) continue
    stryker.mutantCoverage ??= { static: {}, perTest: {} }
    for (const id of lately) {
      const mine = stryker.mutantCoverage.perTest[id] ?? {}
      stryker.mutantCoverage.perTest[id] = mine
      for (const [mutant, n] of Object.entries(hits)) mine[mutant] = (mine[mutant] ?? 0) + n
    }
  }
}

afterEach(() => {
  const id = state.__stryker__?.currentTestId
  if (id !== undefined) lately.push(id)
  if (lately.length > 2) lately.shift()
  collect()
})

afterAll(() => {
  process.execPath = node
  collect()
  rmSync(folder, { recursive: true, force: true })
})
