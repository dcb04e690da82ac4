import { describe, expect, it } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { tell } from '../../../src/core/insight/story.ts'
import { writeSetting } from '../../../src/core/queue/settings-store.ts'
import { DiskWatch } from '../../../src/core/run/disk-watch.ts'
import { noon, temporaryDatabase } from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

const mb = 1_048_576

function watching(db: Db, disk: { freeMb: number }) {
  const clock = stubClock(noon)
  const told: unknown[] = []
  const errors: unknown[] = []
  const watch = new DiskWatch({
    db,
    clock,
    home: '/data',
    hostId: 'host-1',
    onChanged: () => told.push('changed'),
    onError: (cause) => errors.push(cause),
    free: () => disk.freeMb * mb,
  })
  return { watch, clock, told, errors }
}

const written = (db: Db) =>
  db
    .sql<{ kind: string; details: string }>("SELECT kind, details FROM events WHERE kind LIKE 'disk%'")
    .all()
    .map(({ kind, details }) => `${kind} ${JSON.parse(details).freeBytes / mb}`)

describe('a disk that runs low', () => {
  it('is written down once, and once more when it has room again', () => {
    const db = temporaryDatabase()
    const disk = { freeMb: 500 }
    const { watch, clock, told } = watching(db, disk)
    watch.start()
    clock.advance(60_000)
    expect(written(db)).toEqual([])
    disk.freeMb = 80
    clock.advance(60_000)
    expect(written(db)).toEqual(['disk_low 80'])
    disk.freeMb = 300
    clock.advance(60_000)
    expect(written(db)).toEqual(['disk_low 80', 'disk_recovered 300'])
    expect(told).toHaveLength(2)
    watch.stop()
    disk.freeMb = 1
    clock.advance(60_000)
    expect(written(db)).toHaveLength(2)
  })

  it('is told once by all hosts together, and not again by the next one', () => {
    const db = temporaryDatabase()
    const disk = { freeMb: 80 }
    expect(watching(db, disk).watch.look()).toBe(true)
    expect(watching(db, disk).watch.look()).toBe(false)
    expect(written(db)).toEqual(['disk_low 80'])
  })

  it('at the edge is not told with every file that comes and goes', () => {
    const db = temporaryDatabase()
    const disk = { freeMb: 199 }
    const { watch } = watching(db, disk)
    watch.look()
    for (const freeMb of [201, 199, 202, 198]) {
      disk.freeMb = freeMb
      watch.look()
    }
    expect(written(db)).toEqual(['disk_low 199'])
  })

  it('is never low while the setting asks for nothing', () => {
    const db = temporaryDatabase()
    db.write(() => writeSetting(db, 'min-free-disk-mb', 0, noon))
    expect(watching(db, { freeMb: 0 }).watch.look()).toBe(false)
  })

  it('goes on looking when the disk takes not even the event', () => {
    const db = temporaryDatabase()
    const { watch, clock, errors } = watching(db, { freeMb: 0 })
    db.exec("CREATE TEMP TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    watch.start()
    expect(errors).toHaveLength(1)
    db.exec('DROP TRIGGER full')
    clock.advance(5_000)
    expect(written(db)).toEqual(['disk_low 0'])
  })

  it('has a sentence', () => {
    const sentence = tell({
      kind: 'disk_low',
      actor: 'executor',
      details: { freeBytes: 80e6 },
      origin: null,
    } as unknown as Parameters<typeof tell>[0])
    expect(sentence).toBe('The disk ran low (80 MB free), so nothing starts until it has room again')
  })
})
