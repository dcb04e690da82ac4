import { describe, expect, it } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { freeBytes } from '../../../src/core/host/disk-guard.ts'
import { DiskWatch } from '../../../src/core/host/disk-watch.ts'
import { eventSentence } from '../../../src/core/insight/story.ts'
import { eventsPage } from '../../../src/core/queue/job-queries.ts'
import { readMark, writeSetting } from '../../../src/core/queue/settings-store.ts'
import { noon, temporaryDatabase, temporaryFolder } from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

const mb = 1_000_000

function watching(db: Db, disk: { freeMb: number }) {
  const clock = stubClock(noon)
  const reported: unknown[] = []
  const errors: unknown[] = []
  const watch = new DiskWatch({
    db,
    clock,
    home: '/data',
    hostId: 'host-1',
    onChanged: () => reported.push('changed'),
    onError: (cause) => errors.push(cause),
    free: () => disk.freeMb * mb,
  })
  return { watch, clock, reported, errors }
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
    const { watch, clock, reported } = watching(db, disk)
    watch.start()
    clock.advance(60_000)
    expect(written(db)).toEqual([])
    disk.freeMb = 80
    clock.advance(60_000)
    expect(written(db)).toEqual(['disk_low 80'])
    disk.freeMb = 300
    clock.advance(60_000)
    expect(written(db)).toEqual(['disk_low 80', 'disk_recovered 300'])
    expect(reported).toHaveLength(2)
    watch.stop()
    disk.freeMb = 1
    clock.advance(60_000)
    expect(written(db)).toHaveLength(2)
  })

  it('is reported once by all hosts together, and not again by the next one', () => {
    const db = temporaryDatabase()
    const disk = { freeMb: 80 }
    expect(watching(db, disk).watch.look()).toBe(true)
    expect(watching(db, disk).watch.look()).toBe(false)
    expect(written(db)).toEqual(['disk_low 80'])
  })

  it('at the edge is not reported with every file that comes and goes', () => {
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

  it('is never low while the setting is 0', () => {
    const db = temporaryDatabase()
    db.write(() => writeSetting(db, 'min-free-disk-mb', 0, noon))
    expect(watching(db, { freeMb: 0 }).watch.look()).toBe(false)
  })

  it("keeps checking when the disk doesn't even take the event", () => {
    const db = temporaryDatabase()
    const { watch, clock, errors } = watching(db, { freeMb: 0 })
    db.exec("CREATE TEMP TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    watch.start()
    expect(errors).toHaveLength(1)
    db.exec('DROP TRIGGER full')
    clock.advance(5_000)
    expect(written(db)).toEqual(['disk_low 0'])
  })

  it('has recovered at exactly a twentieth more than the least, and is low just below the least', () => {
    const db = temporaryDatabase()
    const disk = { freeMb: 200 }
    const { watch } = watching(db, disk)
    expect(watch.look()).toBe(false)
    disk.freeMb = 200 - 1 / mb
    expect(watch.look()).toBe(true)
    expect(readMark(db, 'disk-low')).toEqual({ since: noon })
    disk.freeMb = 210 - 1 / mb
    expect(watch.look()).toBe(false)
    disk.freeMb = 210
    expect(watch.look()).toBe(true)
    expect(readMark(db, 'disk-low')).toBeUndefined()
    expect(eventsPage(db, { limit: 1 })).toMatchObject([
      { kind: 'disk_recovered', actor: 'executor', hostId: 'host-1', at: noon },
    ])
  })

  it('is checked once by a watch that was started twice, and can be stopped and started at any time', () => {
    const db = temporaryDatabase()
    const { watch, clock } = watching(db, { freeMb: 500 })
    watch.stop()
    watch.start()
    watch.start()
    expect(clock.pending()).toBe(1)
    watch.stop()
    expect(clock.pending()).toBe(0)
    watch.start()
    expect(clock.pending()).toBe(1)
  })

  it('is reported to nobody who has unsubscribed', () => {
    const db = temporaryDatabase()
    const clock = stubClock(noon)
    const disk = { free: 500 * mb }
    let reported = 0
    const watch: DiskWatch = new DiskWatch({
      db,
      clock,
      home: '/data',
      hostId: 'host-1',
      onChanged: () => {
        reported += 1
        watch.stop()
      },
      onError: () => {},
      free: () => disk.free,
    })
    watch.start()
    disk.free = 0
    clock.advance(5_000)
    disk.free = 500 * mb
    clock.advance(60_000)
    expect(reported).toBe(1)
    expect(readMark(db, 'disk-low')).toBeDefined()
  })

  it('is the one that holds the data folder', () => {
    const db = temporaryDatabase()
    const home = temporaryFolder()
    const watch = new DiskWatch({
      db,
      clock: stubClock(noon),
      home,
      hostId: 'host-1',
      onChanged: () => {},
      onError: () => {},
    })
    db.write(() => writeSetting(db, 'min-free-disk-mb', 1, noon))
    expect(watch.look()).toBe(false)
    db.write(() => writeSetting(db, 'min-free-disk-mb', 1_000_000, noon))
    expect([watch.look(), readMark(db, 'disk-low') !== undefined]).toEqual([
      freeBytes(home).free < 1_000_000 * mb,
      freeBytes(home).free < 1_000_000 * mb,
    ])
  })

  it('has a sentence', () => {
    const sentence = eventSentence({
      kind: 'disk_low',
      actor: 'executor',
      details: { freeBytes: 80e6 },
      origin: null,
    } as unknown as Parameters<typeof eventSentence>[0])
    expect(sentence).toBe('The disk ran low (80 MB free), so nothing starts until it has room again')
  })
})
