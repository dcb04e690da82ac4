import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { backup } from '../../../src/core/commands/backup.ts'
import { copyDatabase } from '../../../src/core/db/copy.ts'
import { aBatch, aScope } from './a-scope.ts'

describe('backup', () => {
  it('makes one whole private file and notes it in the audit trail', async () => {
    const scope = aScope()
    aBatch(scope, 20)
    const folder = path.join(scope.home, 'backups')
    mkdirSync(folder)
    const file = path.join(folder, 'copy.db')
    const result = await backup(scope, { file })
    expect(result).toEqual({ ok: true, value: { file, bytes: statSync(file).size } })
    expect(readdirSync(folder)).toEqual(['copy.db'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const copy = new Database(file, { readonly: true })
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(copy.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(20)
    copy.close()
    expect(scope.db.sql("SELECT 1 FROM events WHERE kind = 'database_backed_up'").all()).toHaveLength(1)
  })

  it('is one view of the data although others write meanwhile, and does not start over', async () => {
    const scope = aScope()
    // Several steps of 2,000 pages.
    scope.db.exec("INSERT INTO settings VALUES ('big', hex(zeroblob(15000000)), 1)")
    const file = path.join(scope.home, 'copy.db')
    let steps = 0
    await copyDatabase(scope.db.path, file, () => {
      steps += 1
      scope.db.write(() => scope.db.sql("INSERT INTO settings VALUES ('k' || ?, '1', 1)").run(steps))
    })
    expect(steps).toBeGreaterThan(1)
    expect(steps).toBeLessThan(30)
    const copy = new Database(file, { readonly: true })
    expect(copy.prepare("SELECT count(*) FROM settings WHERE key LIKE 'k%'").pluck().get()).toBe(0)
    copy.close()
  })

  it('replaces nothing and makes no folders', async () => {
    const scope = aScope()
    const taken = path.join(scope.home, 'taken')
    writeFileSync(taken, 'mine')
    const refused = { ok: false, error: { code: 'not-possible' } }
    expect(await backup(scope, { file: taken })).toMatchObject(refused)
    expect(await backup(scope, { file: path.join(scope.home, 'no', 'copy.db') })).toMatchObject(refused)
    expect(existsSync(path.join(scope.home, 'no'))).toBe(false)
  })

  it('leaves nothing behind when it fails half way', async () => {
    const scope = aScope()
    const folder = path.join(scope.home, 'backups')
    mkdirSync(folder)
    const file = path.join(folder, 'copy.db')
    const failing = copyDatabase(scope.db.path, file, () => {
      throw new Error('the power went')
    })
    await expect(failing).rejects.toThrow('the power went')
    expect(readdirSync(folder)).toEqual([])
  })
})
