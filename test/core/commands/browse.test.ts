import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { browse } from '../../../src/core/commands/browse.ts'
import { aScope } from './a-scope.ts'

describe('browse', () => {
  it('lists folders, then configurations, in natural order, and nothing hidden', async () => {
    const scope = aScope()
    const folder = path.join(scope.home, 'work')
    for (const name of ['run 10', 'run 9', '.git', 'odd.slipway.yaml'])
      mkdirSync(path.join(folder, name), { recursive: true })
    for (const name of ['b.slipway.yaml', 'a10.slipway.yml', 'a9.slipway.JSON', '.h.slipway.yaml', 'x.yaml'])
      writeFileSync(path.join(folder, name), '')
    symlinkSync(path.join(folder, 'run 9'), path.join(folder, 'to folder'))
    symlinkSync(path.join(folder, 'nowhere'), path.join(folder, 'broken.slipway.yaml'))
    const result = await browse(scope, { folder })
    if (!result.ok) throw new Error(result.error.message)
    expect(result.value.parent).toBe(scope.home)
    expect(result.value.entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'folder odd.slipway.yaml',
      'folder run 9',
      'folder run 10',
      'folder to folder',
      'configuration a9.slipway.JSON',
      'configuration a10.slipway.yml',
      'configuration b.slipway.yaml',
    ])
  })

  it('begins in the home folder and ends at the root', async () => {
    const scope = aScope()
    expect(await browse(scope, {})).toMatchObject({ value: { folder: homedir() } })
    expect(await browse(scope, { folder: path.parse(scope.home).root })).toMatchObject({
      value: { parent: null },
    })
  })

  it('reports in a sentence why a folder cannot be read', async () => {
    const scope = aScope()
    const missing = await browse(scope, { folder: path.join(scope.home, 'missing') })
    expect(missing).toMatchObject({ error: { code: 'not-possible' } })
    const file = await browse(scope, { folder: scope.db.path })
    expect(file).toMatchObject({ error: { message: `${scope.db.path} is not a folder.` } })
    expect(await browse(scope, { folder: 'relative' })).toMatchObject({ error: { code: 'usage' } })
  })
})
