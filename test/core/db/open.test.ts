/** Opening the database: modes, durability, and clear words for every way in which a file can be unusable. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SlipwayError } from '../../../src/contract/errors.ts'
import type { Db } from '../../../src/core/db/db.ts'
import { databasePath, type OpenOptions, openDatabase } from '../../../src/core/db/open.ts'
import { addBatch, temporaryFolder } from '../../helpers/database.ts'

function open(home: string, options: OpenOptions = {}): Db {
  const opened = openDatabase(home, options)
  if (!opened.ok) throw new Error(opened.error.message)
  onTestFinished(() => opened.value.close())
  return opened.value
}

function refusal(home: string, options: OpenOptions = {}): SlipwayError {
  const opened = openDatabase(home, options)
  if (!opened.ok) return opened.error
  opened.value.close()
  throw new Error('it was opened')
}

/** A folder whose database is made by `make`, which gets its path. */
function homeWith(make: (file: string) => void): { home: string; file: string } {
  const home = temporaryFolder()
  const file = databasePath(home)
  make(file)
  return { home, file }
}

function filled(file: string): void {
  const opened = openDatabase(path.dirname(file))
  if (!opened.ok) throw new Error(opened.error.message)
  addBatch(opened.value, { jobs: 500 })
  opened.value.close()
}

const posix = process.platform !== 'win32'
const isRoot = process.getuid?.() === 0

test.runIf(posix)('the data folder and everything in it is its owner’s alone', () => {
  const home = path.join(temporaryFolder(), 'a', 'b')
  const db = open(home)
  addBatch(db)
  const mode = (file: string) => statSync(file).mode & 0o777
  expect(mode(home)).toBe(0o700)
  for (const suffix of ['', '-wal', '-shm']) expect(mode(databasePath(home) + suffix)).toBe(0o600)
})

describe('durability', () => {
  const synchronous = (db: Db) => db.sql<{ synchronous: number }>('PRAGMA synchronous').get()?.synchronous

  test('every write waits for the disk, on the first connection and after each reopening', () => {
    const home = temporaryFolder()
    for (const round of [1, 2, 3]) {
      const db = open(home)
      expect(synchronous(db), `round ${round}`).toBe(2)
      expect(db.note(() => synchronous(db))).toBe(1)
      expect(db.write(() => synchronous(db))).toBe(2)
      expect(db.write(() => db.note(() => db.write(() => synchronous(db))))).toBe(2)
      expect(db.sql('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
      db.close()
    }
  })

  test('a write never rides on a transaction that is not durable', () => {
    const db = open(temporaryFolder())
    expect(() => db.note(() => db.write(() => 1))).toThrow('not durable')
    expect(() => db.read(() => db.write(() => 1))).toThrow('not durable')
    expect(db.write(() => 1)).toBe(1)
  })

  test('a write that throws leaves nothing, and the next one is durable again', () => {
    const db = open(temporaryFolder())
    expect(() =>
      db.write(() => {
        addBatch(db)
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(db.sql('SELECT count(*) AS n FROM batches').get()).toEqual({ n: 0 })
    expect(db.write(() => synchronous(db))).toBe(2)
  })

  test('another connection’s commit changes the data version, one’s own does not', () => {
    const home = temporaryFolder()
    const [mine, theirs] = [open(home), open(home)]
    const before = mine.dataVersion()
    addBatch(mine)
    expect(mine.dataVersion()).toBe(before)
    addBatch(theirs, { type: 'other' })
    expect(mine.dataVersion()).not.toBe(before)
  })

  test('a backup of a database that is being written opens as it was at one moment', async () => {
    const db = open(temporaryFolder())
    addBatch(db, { jobs: 2_000 })
    const { home, file } = homeWith(() => undefined)
    const copying = db.backup(file)
    addBatch(db, { type: 'meanwhile' })
    await copying
    const copy = open(home)
    expect(copy.sql('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    expect(copy.sql(`SELECT jobs_total FROM batches WHERE batch_type = 'portfolio'`).get()).toEqual({
      jobs_total: 2_000,
    })
  })
})

describe('a file that is not ours is refused, and not one byte of it changes:', () => {
  const notOurs: [string, (file: string) => void, RegExp][] = [
    ['text', (file) => writeFileSync(file, 'no database at all\n'.repeat(100)), /is not a database/],
    ['a short text', (file) => writeFileSync(file, 'x'), /is not a database/],
    ['noise', (file) => writeFileSync(file, Buffer.alloc(8_192, 0xa5)), /is not a database/],
    [
      'a damaged first page',
      (file) => {
        filled(file)
        const bytes = readFileSync(file)
        bytes.fill(0xff, 0, 64)
        writeFileSync(file, bytes)
      },
      /is not a database, or its first page is damaged/,
    ],
    [
      'a damaged schema',
      (file) => {
        filled(file)
        const bytes = readFileSync(file)
        bytes.fill(0xff, 100, 4_096)
        writeFileSync(file, bytes)
      },
      /is damaged/,
    ],
    [
      'a database that was cut off',
      (file) => {
        filled(file)
        truncateSync(file, 8_192)
      },
      /is damaged/,
    ],
    [
      'a database of another program, by its id',
      (file) => {
        const other = new Database(file)
        other.exec('PRAGMA application_id = 252006674; CREATE TABLE t (a); PRAGMA user_version = 1')
        other.close()
      },
      /belongs to another program \(application id 252006674\)/,
    ],
    [
      'a database of another program, by its tables',
      (file) => {
        const other = new Database(file)
        other.exec('CREATE TABLE batches (a); CREATE TABLE jobs (b)')
        other.close()
      },
      /not one of Slipway: it has 2 tables of another kind/,
    ],
    [
      'an empty database of another program, by its version',
      (file) => {
        const other = new Database(file)
        other.exec('PRAGMA user_version = 1')
        other.close()
      },
      /not one of Slipway/,
    ],
    [
      'a database of a newer Slipway',
      (file) => {
        filled(file)
        const newer = new Database(file)
        newer.exec('PRAGMA user_version = 99')
        newer.close()
      },
      /written by a newer Slipway \(schema 99; this one knows \d+\)/,
    ],
  ]

  test.each(notOurs)('%s', (_what, make, message) => {
    const { home, file } = homeWith(make)
    const before = readFileSync(file)
    const error = refusal(home)
    expect(error.code).toBe('database')
    expect(error.message).toMatch(message)
    expect(error.message).toContain(file)
    expect(error.hint).toMatch(/Nothing was changed/)
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(existsSync(`${file}-wal`)).toBe(false)
  })
})

describe('a folder that can’t be used is named:', () => {
  test('a file in place of the folder', () => {
    const file = path.join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(refusal(file)).toMatchObject({ code: 'database', message: expect.stringContaining(file) })
    expect(refusal(path.join(file, 'below')).message).toMatch(/is not a folder/)
  })

  test('a folder in place of the database', () => {
    const { home } = homeWith((file) => mkdirSync(file))
    expect(refusal(home)).toMatchObject({ code: 'database', message: expect.stringMatching(/is a folder/) })
  })

  test.runIf(process.platform === 'linux')('a file system where nothing can be made', () => {
    const error = refusal('/sys/slipway')
    expect(error).toMatchObject({ code: 'database', message: expect.stringMatching(/can't be written/) })
    expect(error.hint).toMatch(/SLIPWAY_HOME/)
  })

  // Node's own `recursive` tries forever to find a level that can be made in /proc.
  test.runIf(process.platform === 'linux')(
    'a place where there are no folders, or a link into nothing',
    () => {
      const link = path.join(temporaryFolder(), 'disk')
      symlinkSync('/nowhere/disk', link)
      for (const place of ['/proc/slipway/data', link, path.join(link, 'data')]) {
        const error = refusal(place)
        expect(error).toMatchObject({
          code: 'database',
          message: expect.stringMatching(/can't be made|is not a folder/),
        })
        expect(error.hint).toMatch(/SLIPWAY_HOME/)
      }
    },
  )

  test.skipIf(!posix || isRoot)('a folder that one may only read', () => {
    const home = temporaryFolder()
    chmodSync(home, 0o500)
    onTestFinished(() => chmodSync(home, 0o700))
    expect(refusal(home).message).toMatch(/can't be written/)
  })
})

test('a database that another process has locked is reported as locked, after a wait, and opens later', async () => {
  const { home, file } = homeWith(filled)
  const script = `const raw = new (require('better-sqlite3'))(process.argv[1])
    raw.pragma('locking_mode = EXCLUSIVE'); raw.exec('BEGIN EXCLUSIVE'); console.log('locked'); process.stdin.resume()`
  const other = spawn(process.execPath, ['-e', script, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => {
    other.kill('SIGKILL')
  })
  await once(other.stdout, 'data')
  const error = refusal(home, { busyTimeoutMs: 50 })
  expect(error).toMatchObject({
    code: 'database',
    message: expect.stringMatching(/locked by another program/),
  })
  other.kill('SIGKILL')
  await once(other, 'exit')
  expect(open(home).sql('SELECT count(*) AS n FROM jobs').get()).toEqual({ n: 500 })
})
