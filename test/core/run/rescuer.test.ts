/** What a dead host left behind: journals as launchers write them, rows as hosts leave them, and real processes. */
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Db } from '../../../src/core/db/db.ts'
import { fencePath, journalPath } from '../../../src/core/launcher/journal.ts'
import { exitedLine, formatLine, type JobExit } from '../../../src/core/launcher/protocol.ts'
import { identify, isRunning, type ProcessIdentity } from '../../../src/core/process/processes.ts'
import { cancelBatch } from '../../../src/core/queue/batch-ending.ts'
import { createBatch } from '../../../src/core/queue/batch-store.ts'
import { attemptsOfJob, eventsPage, jobById } from '../../../src/core/queue/job-queries.ts'
import { runningJobs } from '../../../src/core/queue/job-store.ts'
import { unsealedBatches } from '../../../src/core/queue/queries.ts'
import { writeSetting } from '../../../src/core/queue/settings-store.ts'
import { attemptKey } from '../../../src/core/run/batch-options.ts'
import { foreignJournals, interrupted, rescue, tidyJournals } from '../../../src/core/run/rescuer.ts'
import { slotFor } from '../../../src/core/run/slots.ts'
import {
  addBatch,
  addHost,
  by,
  claim,
  hostId,
  noon,
  plainBatch,
  reread,
  startJob,
  temporaryDatabase,
} from '../../helpers/database.ts'
import { until } from '../../helpers/launcher-kit.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

const gone: ProcessIdentity = { pid: 999_999, startedAt: '1', bootId: 'boot' }

/** The successor of host-1, which is gone: it has the role, and finds a batch with this many running jobs. */
function aScene(running = 1, jobs = 2) {
  const db = temporaryDatabase()
  const home = path.dirname(db.path)
  mkdirSync(path.join(home, 'run'), { recursive: true })
  const clock = stubClock(noon + 60_000)
  const { id } = addBatch(db, { jobs, options: { parallel: running } })
  const batch = claim(db, noon)
  for (let n = 0; n < running; n += 1) startJob(db, batch, noon)
  const keys = runningJobs(db, id).map(attemptKey)
  succession(db)
  db.write(() => writeSetting(db, 'kill-grace-ms', 2_000, noon))
  const options = { db, clock, home, hostId: 'host-2' }

  /** A journal of a launcher of `host`, which is this process or one that is gone. */
  function journal(lines: string[], launcher = gone, host = hostId, id_ = 'L1'): string {
    const file = journalPath(path.join(home, 'run'), id_)
    const head = formatLine([
      'launcher',
      '1',
      'node',
      id_,
      host,
      launcher.pid,
      launcher.startedAt,
      launcher.bootId,
      1,
    ])
    writeFileSync(file, head + lines.join(''))
    return file
  }
  return { db, home, clock, batch, id, keys, key: keys[0] ?? '', options, journal, now: () => reread(db, id) }
}

function succession(db: Db): void {
  db.write(() => db.sql('UPDATE hosts SET executor = 0').run())
  addHost(db, 'host-2', noon)
}

/** Rescues, and the result is there. */
async function rescued(options: Parameters<typeof rescue>[0]) {
  const result = await rescue(options)
  if (!result) throw new Error('the role is not ours')
  return result
}

const exit = (attempt: string, more: Partial<JobExit> = {}) =>
  exitedLine({
    attempt,
    exitCode: 0,
    signal: null,
    ended: 'exited',
    startedAt: noon,
    endedAt: noon + 500,
    awakeMs: 500,
    usage: null,
    leftovers: 0,
    logBytes: 9,
    logCut: false,
    ...more,
  })
const started = (attempt: string, one = gone) =>
  formatLine(['started', attempt, one.pid, one.startedAt, noon])
const starting = (attempt: string) => formatLine(['starting', attempt])

/** A process of an attempt, with or without its marker. */
async function aProcess(
  home: string,
  attempt: string | null,
  script = 'echo ready; exec sleep 60',
): Promise<ProcessIdentity> {
  const marker = attempt === null ? {} : { SLIPWAY_ATTEMPT: attempt, SLIPWAY_RUN_DIR: path.join(home, 'run') }
  const child = spawn('/bin/sh', ['-c', script], {
    env: { PATH: process.env.PATH, ...marker },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const identity = identify(child.pid ?? 0)
  if (!identity) throw new Error('it is gone already')
  return identity
}

describe('a rescuer', () => {
  test('fences every launcher, also one that this very host let go when it lost the role', async () => {
    const { options, journal } = aScene(0)
    const files = [journal([]), journal([], gone, options.hostId, 'L2')]
    await rescued(options)
    expect(files.map((file) => existsSync(fencePath(file)) || !existsSync(file))).toEqual([true, true])
    expect(existsSync(fencePath(files[1] ?? ''))).toBe(true)
  })

  test('renews the token before it fences: a claim in between belongs to a launcher that is fenced, too', async () => {
    const { db, options, journal, batch } = aScene(0)
    const file = journal([])
    const tokens: (string | null)[] = []
    const write = db.write.bind(db)
    // What the token is while no fence is there yet, at the end of each transaction.
    db.write = (work) => {
      const result = write(work)
      if (existsSync(file) && !existsSync(fencePath(file))) tokens.push(reread(db, batch.id).claim_token)
      return result
    }
    await rescued(options)
    expect(tokens.length).toBe(1)
    expect(tokens[0]).not.toBe(batch.claim_token)
  })

  test('waits for a start that is under way in a batch that was cancelled, and ends it', async () => {
    const { db, home, id, key, options, journal } = aScene()
    const launcher = await aProcess(home, null)
    const file = journal([starting(key)], launcher)
    db.write(() => cancelBatch(db, by(noon), id, null))
    let isDone = false
    const rescuing = rescued(options).then(() => {
      isDone = true
    })
    await until(() => existsSync(fencePath(file)), 'the launcher is fenced')
    expect(isDone).toBe(false)
    const job = await aProcess(home, key)
    appendFileSync(file, started(key, job))
    await rescuing
    expect(isRunning(job)).toBe(false)
  })

  test('has nothing to report where nothing ran', async () => {
    const db = temporaryDatabase()
    const home = path.dirname(db.path)
    succession(db)
    const options = { db, clock: stubClock(noon), home, hostId: 'host-2' }
    expect(await rescue(options)).toEqual({
      adopted: [],
      onClusters: [],
      finished: [],
      journals: [],
      sentence: null,
    })
  })

  test('that is not the executor touches nothing', async () => {
    const { db, options, batch, journal, key, now, home } = aScene()
    const file = journal([started(key)])
    const stray = await aProcess(home, '77.1')
    db.write(() => db.sql("UPDATE hosts SET executor = 0 WHERE id = 'host-2'").run())
    expect(await rescue(options)).toBeNull()
    expect(now()).toMatchObject({ host_id: hostId, claim_token: batch.claim_token })
    expect(existsSync(fencePath(file))).toBe(false)
    expect(isRunning(stray)).toBe(true)
  })

  test('that loses the role between its look and its write touches nothing', async () => {
    const { db, options, batch, now } = aScene()
    const racing: Db = {
      ...db,
      write(action) {
        db.note(() => db.sql('UPDATE hosts SET executor = 0').run())
        return db.write(action)
      },
    }
    expect(await rescue({ ...options, db: racing })).toBeNull()
    expect(now().claim_token).toBe(batch.claim_token)
  })

  test('takes the batch over under a new token, so that the old host can record nothing more', async () => {
    const { db, options, batch, now, id } = aScene()
    await rescued(options)
    expect(now()).toMatchObject({ status: 'running', host_id: 'host-2', started_at: noon })
    expect(now().claim_token).not.toBe(batch.claim_token)
    expect(runningJobs(db, id).map((job) => job.claim_token)).toEqual([now().claim_token])
    const reports = eventsPage(db, { limit: 10 }).find((event) => event.kind === 'batch_taken_over')
    expect(reports).toMatchObject({
      actor: 'rescuer',
      hostId: 'host-2',
      at: noon + 60_000,
      reason: 'its host is gone',
    })
  })

  test('reports that a host was stopped if its process is still there', async () => {
    const { db, options } = aScene()
    const me = identify(process.pid)
    db.write(() =>
      db
        .sql('UPDATE hosts SET pid = ?, process_started_at = ?, boot_id = ? WHERE id = ?')
        .run(me?.pid ?? 0, me?.startedAt ?? '', me?.bootId ?? '', hostId),
    )
    await rescued(options)
    const reports = eventsPage(db, { limit: 10 }).find((event) => event.kind === 'batch_taken_over')
    expect(reports?.reason).toBe('its host was stopped beyond its lease')
  })

  test('reports that the host is gone if the batch has none', async () => {
    const { db, options, id } = aScene()
    db.write(() => db.sql('UPDATE batches SET host_id = NULL WHERE id = ?').run(id))
    await rescued(options)
    const reports = eventsPage(db, { limit: 10 }).find((event) => event.kind === 'batch_taken_over')
    expect(reports?.reason).toBe('its host is gone')
  })

  test('pauses the batch if the setting wants a person to decide', async () => {
    const { db, options, now } = aScene()
    db.write(() => writeSetting(db, 'restart-policy', 'pause', noon))
    await rescued(options)
    expect(now()).toMatchObject({ pause_requested: 1, reason_code: 'restart-policy' })
  })

  test('lets the batch continue otherwise, and pauses nothing where nothing ran', async () => {
    const { options, now } = aScene()
    await rescued(options)
    expect(now().pause_requested).toBe(0)
    const db = temporaryDatabase()
    succession(db)
    db.write(() => writeSetting(db, 'restart-policy', 'pause', noon))
    const waiting = addBatch(db)
    await rescue({ db, clock: stubClock(noon), home: path.dirname(db.path), hostId: 'host-2' })
    expect(reread(db, waiting.id)).toMatchObject({ pause_requested: 0, status: 'queued' })
  })

  test('renumbers the queue and removes abandoned fills', async () => {
    const { db, options, batch } = aScene()
    const waiting = addBatch(db, { type: 'next' })
    db.write(() => {
      db.sql('UPDATE batches SET position = 7 WHERE id = ?').run(waiting.id)
      createBatch(db, by(noon), plainBatch(batch.configuration_id, 'fill'))
    })
    await rescued(options)
    expect(reread(db, waiting.id).position).toBe(1)
    expect(unsealedBatches(db)).toEqual([])
  })
})

describe('a job whose end the launcher wrote down', () => {
  test('has that end as its verdict', async () => {
    const { options, journal, key } = aScene()
    const file = journal([starting(key), started(key), exit(key, { exitCode: 3, leftovers: 2 })])
    const result = await rescued(options)
    expect(result.adopted).toEqual([])
    expect(result.finished).toMatchObject([
      {
        verdict: {
          kind: 'failed',
          retryable: true,
          hostDied: false,
          leftovers: 2,
          exitCode: 3,
          endedAt: noon + 500,
          logBytes: 9,
        },
      },
    ])
    expect(result.finished[0]?.token).toBe(result.finished[0]?.job.claim_token)
    expect(result.sentence).toBe(
      '#1 was running when its host went away; jobs: 1 ended meanwhile and recorded. It continues from its first unfinished job.',
    )
    expect(existsSync(fencePath(file))).toBe(true)
    expect(result.journals.map((one) => one.path)).toEqual([file]) // its end is not committed yet
  })

  test('has it also when the journal is our own, as a verdict of ours may have been refused', async () => {
    const { options, journal, key } = aScene()
    journal([started(key), exit(key)], gone, 'host-2')
    const result = await rescued(options)
    expect(result.finished).toMatchObject([{ verdict: { kind: 'succeeded' } }])
    expect(result.journals).toEqual([])
  })

  test('is interrupted if somebody stopped it with its launcher', async () => {
    const { options, journal, key } = aScene()
    journal([started(key), exit(key, { ended: 'stopped', exitCode: null, signal: 'SIGTERM' })])
    const result = await rescued(options)
    expect(result.finished).toMatchObject([
      { verdict: { kind: 'interrupted', hostDied: false, signal: 'SIGTERM' } },
    ])
    expect(result.sentence).toContain('jobs: 1 interrupted, to run again.')
  })

  test.each([
    ['program', 'ENOENT', 'failed'],
    ['cwd', 'ENOENT', 'failed'],
    ['log', 'ELOOP', 'failed'],
    ['log', 'ENOSPC', 'interrupted'],
    ['process', 'EAGAIN', 'interrupted'],
    ['fenced', '-', 'interrupted'],
  ])('was refused at the %s (%s): it has %s', async (stage, errno, kind) => {
    const { options, journal, key } = aScene()
    journal([starting(key), formatLine(['refused', key, stage, errno, '-', 'x'])])
    const { finished } = await rescued(options)
    expect(finished).toMatchObject([
      {
        verdict: {
          kind,
          retryable: false,
          hostDied: false,
          leftovers: 0,
          startedAt: noon + 60_000,
          error: expect.any(String),
        },
      },
    ])
  })

  test('is found among the journals of several launchers', async () => {
    const { options, journal, keys } = aScene(2)
    const [one = '', two = ''] = keys
    journal([started('999.1'), exit('999.1')], gone, hostId, 'L0')
    journal([started(one), exit(one)], gone, hostId, 'L1')
    journal([started(two), exit(two, { exitCode: 1 })], gone, 'host-0', 'L2')
    const result = await rescued(options)
    expect(result.finished.map((end) => end.verdict.kind)).toEqual(['succeeded', 'failed'])
    expect(result.sentence).toContain('jobs: 2 ended meanwhile and recorded.')
    expect(existsSync(journalPath(path.join(options.home, 'run'), 'L0'))).toBe(false) // nobody needs it any more
  })
})

describe('a job that its launcher still sees to its end', () => {
  test('is adopted, and neither it nor its launcher is touched', async () => {
    const { options, journal, key, home, now } = aScene()
    const launcher = await aProcess(home, null)
    const job = await aProcess(home, key)
    const file = journal([starting(key), started(key, job)], launcher)
    const result = await rescued(options)
    expect(result.finished).toEqual([])
    expect(result.adopted).toMatchObject([
      { key, intent: null, token: now().claim_token, adoptedFrom: { path: file, launcherId: 'L1' } },
    ])
    expect(result.adopted[0]?.logFile).toBe(path.join(home, 'logs', '1', '0', '1.1.log'))
    expect(result.adopted[0]?.command?.argv).toEqual(['true', 'in-1.csv'])
    expect(result.sentence).toContain('jobs: 1 still running and watched.')
    expect([isRunning(launcher), isRunning(job)]).toEqual([true, true])
    expect(result.journals.map((one) => one.path)).toEqual([file])
  })

  test('is waited for while the launcher is just about to start it', async () => {
    const { options, journal, key, home } = aScene()
    const launcher = await aProcess(home, null)
    const file = journal([starting(key)], launcher)
    const waiting = rescued(options)
    await until(() => existsSync(fencePath(file)), 'the launcher is fenced')
    appendFileSync(file, formatLine(['refused', key, 'fenced', '-', '-', '-']))
    expect((await waiting).finished).toMatchObject([{ verdict: { kind: 'interrupted' } }])
  })
})

describe('a job that a launcher had begun by itself, before its claim was recorded', () => {
  /** The second job of the batch, which is pending: its first attempt stands in the journal. */
  function ahead(lines: (key: string) => string[]) {
    const scene = aScene(1, 2)
    const job = scene.db
      .sql<{ id: number }>('SELECT id FROM jobs WHERE batch_id = ? AND ordinal = 2')
      .get(scene.id)
    const key = `${job?.id}.1`
    scene.journal(lines(key))
    const now = () => jobById(scene.db, job?.id ?? 0)
    return { ...scene, ahead: key, second: now }
  }

  test('is claimed under the new token, and has the end that was written down', async () => {
    const { options, second, ahead: key, now } = ahead((one) => [starting(one), started(one), exit(one)])
    const { finished } = await rescued(options)
    expect(second()).toMatchObject({ status: 'running', attempts: 1, claim_token: now().claim_token })
    const end = finished.find(({ job }) => attemptKey(job) === key)
    expect(end).toMatchObject({ verdict: { kind: 'succeeded' }, token: now().claim_token })
  })

  test('counts as interrupted where its launcher died as it started it', async () => {
    const { options, ahead: key } = ahead((one) => [starting(one)])
    const { finished } = await rescued(options)
    const end = finished.find(({ job }) => attemptKey(job) === key)
    expect(end).toMatchObject({ verdict: { kind: 'interrupted', hostDied: true } })
  })

  test('was not begun if it was refused for the fence, or was never announced', async () => {
    const { options, second } = ahead((one) => [
      starting(one),
      formatLine(['refused', one, 'fenced', '-', '-', '-']),
    ])
    await rescued(options)
    expect(second()).toMatchObject({ status: 'pending', attempts: 0 })
  })

  test('is counted late where its batch was cancelled meanwhile', async () => {
    const { db, id, options, second } = ahead((one) => [starting(one), started(one), exit(one)])
    db.write(() => cancelBatch(db, by(noon), id, null))
    expect((await rescued(options)).finished).toEqual([])
    expect(second()).toMatchObject({ status: 'cancelled', attempts: 1 })
    expect(attemptsOfJob(db, second()?.id ?? 0)).toMatchObject([{ outcome: 'cancelled', number: 1 }])
  })

  test('is not taken for refused because a launcher that was fenced had refused it before', async () => {
    const { options, journal, key } = aScene()
    journal([starting(key), formatLine(['refused', key, 'fenced', '-', '-', '-'])], gone, hostId, 'L1')
    journal([starting(key), started(key), exit(key)], gone, hostId, 'L2')
    expect((await rescued(options)).finished).toMatchObject([{ verdict: { kind: 'succeeded' } }])
  })
})

describe('a job whose end nobody saw', () => {
  test('goes back to the queue, and its host died under it', async () => {
    const { options } = aScene()
    const result = await rescued(options)
    expect(result.finished).toMatchObject([
      {
        verdict: {
          kind: 'interrupted',
          retryable: false,
          hostDied: true,
          leftovers: 0,
          startedAt: noon,
          endedAt: noon + 60_000,
          awakeMs: 60_000,
          error: 'its host died while it ran',
        },
      },
    ])
    expect(result.sentence).toContain('jobs: 1 interrupted, to run again.')
    expect(result.journals).toEqual([])
  })

  test('has its processes stopped first, also one that wiped its marker', async () => {
    const { options, journal, key, home } = aScene()
    const [marked, bare] = [await aProcess(home, key), await aProcess(home, null)]
    journal([started(key, bare)], { ...gone, bootId: bare.bootId })
    const { finished } = await rescued(options)
    expect([isRunning(marked), isRunning(bare)]).toEqual([false, false])
    expect(finished).toMatchObject([
      {
        verdict: { hostDied: true, error: 'its host and launcher died; its processes were stopped' },
      },
    ])
  })

  test('gets SIGTERM before SIGKILL, for as long as the setting allows', async () => {
    const { options, key, home, db } = aScene()
    db.write(() => writeSetting(db, 'kill-grace-ms', 30_000, noon))
    const word = path.join(home, 'word')
    await aProcess(
      home,
      key,
      `trap "echo tidy > ${word}; exit 0" TERM; echo ready; while :; do sleep 0.01; done`,
    )
    await rescued(options)
    expect(readFileSync(word, 'utf8')).toBe('tidy\n')
  })

  test('is distinguished from those that ended and those that still run', async () => {
    const { options, journal, keys, home } = aScene(4, 5)
    const [runs = '', ended = '', failed = '', lost = ''] = keys
    const launcher = await aProcess(home, null)
    journal(
      [started(runs), started(ended), exit(ended), started(failed), exit(failed, { exitCode: 1 })],
      launcher,
    )
    const { adopted, finished, sentence } = await rescued(options)
    expect(adopted.map((slot) => slot.key)).toEqual([runs])
    expect(finished.map((end) => attemptKey(end.job))).toEqual([ended, failed, lost])
    expect(sentence).toBe(
      '#1 was running when its host went away; jobs: 1 still running and watched, 2 ended meanwhile and recorded, 1 interrupted, to run again. It continues from its first unfinished job.',
    )
  })

  test('was none if no job was running', async () => {
    const { db, options } = aScene(0)
    expect((await rescued(options)).sentence).toContain('; no job was running. It continues')
    expect(eventsPage(db, { limit: 1 })).toMatchObject([{ kind: 'batch_taken_over' }])
  })

  test('has taken no time if it never began by the row', async () => {
    const { options, db, id } = aScene()
    const job = runningJobs(db, id)[0]
    if (!job) throw new Error('no job runs')
    const slot = slotFor({ ...job, started_at: null }, null, 'token', '/no/log', null)
    expect(await interrupted(options, slot, noon)).toMatchObject({ startedAt: 0, endedAt: noon })
  })
})

describe('strays', () => {
  test('of attempts that nobody adopted are stopped, and their launcher is ended', async () => {
    const { options, journal, home } = aScene(0)
    const launcher = await aProcess(home, null)
    const stray = await aProcess(home, '77.1')
    journal([started('77.1', stray)], launcher)
    await rescued(options)
    expect(isRunning(stray)).toBe(false)
    await until(() => !isRunning(launcher), 'the launcher has ended')
  })

  test('do not include what another data folder runs, nor a launcher whose jobs have all ended', async () => {
    const { options, journal, home } = aScene(0)
    const launcher = await aProcess(home, null)
    const other = await aProcess(`${home}-other`, '77.1')
    journal([started('77.1'), exit('77.1')], launcher)
    const { journals } = await rescued(options)
    expect([isRunning(launcher), isRunning(other)]).toEqual([true, true])
    expect(journals).toHaveLength(1) // its launcher lives
  })

  test('beside an adopted job are stopped, and the launcher that sees the adopted one to its end is not', async () => {
    const { options, journal, key, home } = aScene()
    const launcher = await aProcess(home, null)
    const [job, stray] = [await aProcess(home, key), await aProcess(home, '77.1')]
    journal([started(key, job), started('77.1', stray)], launcher)
    await rescued(options)
    expect([isRunning(launcher), isRunning(job), isRunning(stray)]).toEqual([true, true, false])
  })
})

describe('journals', () => {
  test('of others are those that are not our own', () => {
    const { journal, home } = aScene(0)
    journal([], gone, 'host-1', 'L1')
    journal([], gone, 'host-2', 'L2')
    expect(foreignJournals(home, 'host-2').map((one) => one.launcherId)).toEqual(['L1'])
  })

  test('are removed with their fences once their launchers are gone and nobody needs them', () => {
    const { journal, home } = aScene(0)
    const file = journal([started('5.1'), exit('5.1')])
    writeFileSync(fencePath(file), '')
    expect(tidyJournals(home, 'host-2', new Set(['5.1']))).toBe(false)
    expect(existsSync(file)).toBe(true)
    expect(tidyJournals(home, 'host-2', new Set())).toBe(true)
    expect([existsSync(file), existsSync(fencePath(file))]).toEqual([false, false])
  })

  test('are kept for a job that was only about to start', () => {
    const { journal, home } = aScene(0)
    journal([starting('5.1')])
    expect(tidyJournals(home, 'host-2', new Set(['5.1']))).toBe(false)
    expect(tidyJournals(home, 'host-2', new Set(['6.1']))).toBe(true)
  })

  test('of launchers that live are kept', async () => {
    const { journal, home } = aScene(0)
    journal([], await aProcess(home, null), 'host-1', 'L1')
    const dead = journal([], gone, 'host-1', 'L2')
    expect(tidyJournals(home, 'host-2', new Set())).toBe(false)
    expect(existsSync(dead)).toBe(false)
  })

  test('that know an old attempt are gone before anything is claimed', async () => {
    const { options, journal } = aScene()
    const old = journal([started('1.7'), exit('1.7')])
    const { journals } = await rescued(options)
    expect(journals).toEqual([])
    expect(existsSync(old)).toBe(false)
  })
})
