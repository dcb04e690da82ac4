/**
 * Owns recovering what a dead host left behind. Called by a host that has just become the executor, before it claims
 * anything: fences old launchers, takes the running batch over under a new token, and decides for each of its
 * running jobs: adopt the exit that the launcher recorded, wait for the launcher that still watches it, or
 * make sure that its processes are gone and return it to pending.
 */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { removeAbandonedFills } from '../host/abandoned-batches.ts'
import { isGone } from '../host/lease.ts'
import {
  begunIn,
  fenceLauncher,
  type LauncherJournal,
  readJournal,
  readJournals,
  removeJournal,
  stopOrphanedLauncher,
} from '../launcher/journal.ts'
import type { LeftOnCluster } from '../launcher/launchers.ts'
import { placeOf } from '../launcher/slurm/slice.ts'
import {
  findJobProcesses,
  isRunning,
  type ProcessIdentity,
  stopJobProcesses,
  stopProcesses,
} from '../process/processes.ts'
import { requestPause, takeOverBatch } from '../queue/batch-store.ts'
import type { Context } from '../queue/context.ts'
import { executorHost } from '../queue/host-store.ts'
import { jobById } from '../queue/job-queries.ts'
import { claimJob, recordLateAttempt, runningJobs } from '../queue/job-store.ts'
import { arrangeAll } from '../queue/order.ts'
import { runningRow } from '../queue/queries.ts'
import type { BatchRow } from '../queue/rows.ts'
import { readSetting, readSettings } from '../queue/settings-store.ts'
import { readCommand } from '../queue/stored.ts'
import { attemptKey, logPath } from './batch-options.ts'
import type { AttemptEnd } from './settle.ts'
import { type Slot, slotFor } from './slots.ts'
import { cutOff, judge, refusal, type Verdict } from './verdict.ts'

export type Rescue = {
  /** Jobs that still run under an orphaned launcher. */
  adopted: Slot[]
  /** Ends to be recorded by the executor. */
  finished: AttemptEnd[]
  /** What dead launchers have left on clusters: the next one continues it. */
  onClusters: LeftOnCluster[]
  /** Journals to be removed once these ends are committed and their launchers gone. */
  journals: LauncherJournal[]
  sentence: string | null
}

export type RescueOptions = { db: Db; clock: Clock; home: string; hostId: string }

/** How often a fenced launcher, which should answer at once, is checked before it is ended. */
const patience = 200
const lookAgainMs = 10

const runDirOf = (home: string) => path.join(home, 'run')

/** Journals of other hosts' launchers. */
export function foreignJournals(home: string, hostId: string): LauncherJournal[] {
  return readJournals(runDirOf(home)).filter((journal) => journal.hostId !== hostId)
}

/**
 * Recovers everything that others left; resolves when every remaining process is watched. Null: the role is
 * not ours. A host that was stopped wakes up believing that it is; what it sees then belongs to its successor.
 */
export async function rescue(options: RescueOptions): Promise<Rescue | null> {
  const { db, clock, home, hostId } = options
  const context: Context = { actor: 'rescuer', hostId, origin: null, at: clock.now() }
  const settings = readSettings(db)
  // The token first, then the fences, then the journals, in the order that docs/model.md shows to be the only safe one:
  // under the old token nothing can be claimed any more, and what was claimed before has its launcher's journal here.
  const taken = db.write(() => {
    if (!isExecutor(options)) return null
    arrangeAll(db)
    removeAbandonedFills(db, context)
    const running = runningRow(db)
    if (!running) return undefined
    const owned = running.host_id !== null && !isGone(db, running.host_id)
    const why = owned ? 'its host was stopped beyond its lease' : 'its host is gone'
    return takeOverBatch(db, context, running.id, randomUUID(), why)
  })
  if (taken === null) return null
  // Includes the launchers that this host itself released when it lost the role.
  for (const journal of readJournals(runDirOf(home))) fenceLauncher(journal)
  const begun = readJournals(runDirOf(home)).flatMap(begunIn)
  if (!db.write(() => isExecutor(options) && recordBegun(db, context, taken, begun))) return null
  const result = taken ? await examine(options, taken) : { adopted: [], finished: [] }
  await stopStrays(options, new Set(result.adopted.map((slot) => slot.key)), settings['kill-grace-ms'])
  const onClusters = leftOnClusters(home, new Set(result.adopted.map((slot) => slot.key)))
  // Before anything is claimed: after a power cut an old journal may know more attempts than the database does.
  const open = [...result.adopted, ...result.finished.map(({ job }) => ({ key: attemptKey(job) }))]
  tidyJournals(home, hostId, new Set(open.map(({ key }) => key)))
  if (taken && settings['restart-policy'] === 'pause')
    db.write(() => requestPause(db, context, taken.id, false, { code: 'restart-policy' }))
  return {
    ...result,
    onClusters,
    journals: foreignJournals(home, hostId),
    sentence: taken ? sentenceOf(taken, result) : null,
  }
}

/**
 * Jobs that launchers had started by themselves before their host could record the claim: claimed now, so that they are
 * handled like every running job, or, if their batch no longer runs, counted as a late attempt.
 */
function recordBegun(
  db: Db,
  context: Context,
  batch: BatchRow | undefined,
  begun: readonly { attempt: string; startedAt: number | null }[],
): true {
  for (const { attempt, startedAt } of begun) {
    const [id = 0, number = 0] = attempt.split('.').map(Number)
    const job = jobById(db, id)
    if (job?.attempts !== number - 1 || job.status === 'running') continue
    const at = startedAt ?? context.at
    if (job.batch_id === batch?.id) claimJob(db, { ...context, at }, id, batch.claim_token ?? '', number)
    else recordLateAttempt(db, context, { id, attempts: number }, at)
  }
  return true
}

function isExecutor({ db, hostId }: RescueOptions): boolean {
  return executorHost(db)?.id === hostId
}

function sentenceOf(batch: BatchRow, result: Pick<Rescue, 'adopted' | 'finished'>): string {
  const interrupted = result.finished.filter((one) => one.verdict.kind === 'interrupted').length
  const ended = result.finished.length - interrupted
  const parts = [
    result.adopted.length > 0 ? `${result.adopted.length} still running and watched` : '',
    ended > 0 ? `${ended} ended meanwhile and recorded` : '',
    interrupted > 0 ? `${interrupted} interrupted, to run again` : '',
  ].filter((part) => part !== '')
  const jobs = parts.length === 0 ? 'no job was running' : `jobs: ${parts.join(', ')}`
  return `#${batch.number} was running when its host went away; ${jobs}. It continues from its first unfinished job.`
}

/** Decides for each running job of the batch that was taken over. */
async function examine(
  options: RescueOptions,
  batch: BatchRow,
): Promise<Pick<Rescue, 'adopted' | 'finished'>> {
  const { db, clock, home } = options
  const adopted: Slot[] = []
  const finished: AttemptEnd[] = []
  for (const job of runningJobs(db, batch.id)) {
    const command = readCommand(job)
    const slot = slotFor(
      job,
      command.ok ? command.value : null,
      batch.claim_token ?? '',
      logPath(home, batch.number, job.ordinal, job.attempts),
      null,
    )
    const found = await lookFor(home, slot.key)
    if (found.state === 'on-cluster') {
      adopted.push(slot)
      continue
    }
    if (found.state === 'runs') {
      adopted.push({ ...slot, adoptedFrom: found.journal })
      continue
    }
    const seen = found.state === 'ended' ? found.verdict(slot, clock.now()) : null
    const verdict = seen ?? (await interrupted(options, slot, clock.now()))
    finished.push({ job, token: slot.token, verdict })
  }
  return { adopted, finished }
}

type Found =
  | { state: 'runs'; journal: LauncherJournal }
  /** Its launcher is gone, but a cluster has it. */
  | { state: 'on-cluster' }
  | { state: 'ended'; verdict: (slot: Slot, at: number) => Verdict }
  | { state: 'unknown' }

/** What the journals know of an attempt; waits while a fenced launcher is between `starting` and `started`. */
async function lookFor(home: string, key: string): Promise<Found> {
  for (let tries = 0; ; tries += 1) {
    const journals = readJournals(runDirOf(home)) // ours too: a verdict of ours may have been refused
    const seen = journals.find((journal) => journal.started.has(key) || journal.starting.has(key))
    // A fenced launcher may have refused what another one then began: that one counts.
    const ended =
      journals.find((journal) => journal.exits.has(key)) ??
      (seen ? undefined : journals.find((journal) => journal.refused.has(key)))
    if (ended)
      return { state: 'ended', verdict: (slot, at) => verdictFrom(ended, slot, at) ?? lost(slot, at) }
    if (!seen || !isRunning(seen.launcher)) {
      // The launcher may have written the exit and ended between our two checks.
      const again = seen && readJournal(seen.path)
      if (again && (again.exits.has(key) || again.refused.has(key)))
        return { state: 'ended', verdict: (slot, at) => verdictFrom(again, slot, at) ?? lost(slot, at) }
      return { state: seen?.kind === 'slurm' ? 'on-cluster' : 'unknown' }
    }
    if (seen.started.has(key)) return { state: 'runs', journal: seen }
    // A fenced launcher reports within moments whether it started the job; a suspended one is ended.
    if (tries > patience) await stopProcesses([seen.launcher], 0)
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
  }
}

/** Every dead launcher of a cluster with an attempt that has no end; those not in `adopted` are nobody's. */
function leftOnClusters(home: string, adopted: ReadonlySet<string>): LeftOnCluster[] {
  return readJournals(runDirOf(home)).flatMap(({ kind, launcher, launcherId, starting, started, exits }) => {
    if (kind !== 'slurm' || isRunning(launcher)) return []
    const open = [...starting, ...started.keys()].filter((attempt) => !exits.has(attempt))
    const place = placeOf(runDirOf(home), launcherId)
    if (open.length === 0 || place === null) return []
    return [{ launcherId, place, attempts: open.filter((attempt) => adopted.has(attempt)) }]
  })
}

/** The end of a slot's attempt as the journal has it; null while it has none. */
export function verdictFrom(journal: LauncherJournal, slot: Slot, at: number): Verdict | null {
  const exit = journal.exits.get(slot.key)
  if (exit) {
    const verdict = judge(exit, slot.command, slot.logFile, slot.intent, slot.job.started_at)
    // Not stopped by us: whatever stopped it died with the host.
    const orphaned = exit.ended === 'stopped' && slot.intent === null
    return orphaned ? { ...verdict, kind: 'interrupted' } : verdict
  }
  const refused = journal.refused.get(slot.key)
  return refused ? refusal(refused, at) : null
}

/** Nobody saw its end: its processes are ended first, then it returns to pending. */
export async function interrupted(options: RescueOptions, slot: Slot, at: number): Promise<Verdict> {
  const graceMs = readSetting(options.db, 'kill-grace-ms')
  const known = notedStarts(options.home, slot.key)
  const there = known.filter((one) => isRunning(one))
  await stopProcesses(there, graceMs) // also a job that wiped its environment, and with it our marker
  const stopped = there.length + (await stopJobProcesses({ home: options.home, attempt: slot.key }, graceMs))
  const sentence =
    stopped > 0 ? 'its host and launcher died; its processes were stopped' : 'its host died while it ran'
  return cutOff(slot.job.started_at ?? 0, at, sentence)
}

/** The processes that any launcher recorded for this attempt. */
function notedStarts(home: string, key: string): ProcessIdentity[] {
  return readJournals(runDirOf(home)).flatMap(({ started, launcher }) => {
    const one = started.get(key)
    return one ? [{ pid: one.pid, startedAt: one.processStartedAt, bootId: launcher.bootId }] : []
  })
}

function lost(slot: Slot, at: number): Verdict {
  return cutOff(slot.job.started_at ?? 0, at, 'its host died while it ran')
}

/** Ends processes of attempts that nobody adopted (for example of a batch cancelled while its host was dead). */
async function stopStrays(
  options: RescueOptions,
  adopted: ReadonlySet<string>,
  graceMs: number,
): Promise<void> {
  const { home } = options
  for (const { path: file } of readJournals(runDirOf(home))) {
    const journal = await settledJournal(file)
    if (!isExecutor(options)) return
    if (!journal) continue
    const open = [...journal.started.keys()].filter((key) => !journal.exits.has(key))
    if (open.length > 0 && !open.some((key) => adopted.has(key))) stopOrphanedLauncher(journal)
  }
  const strays = new Set(findJobProcesses({ home }).map((one) => one.attempt))
  for (const attempt of strays)
    if (!adopted.has(attempt) && isExecutor(options)) await stopJobProcesses({ home, attempt }, graceMs)
}

/** A fenced launcher's journal once no start is under way: it reports within moments; a suspended one is ended. */
async function settledJournal(file: string): Promise<LauncherJournal | null> {
  for (let tries = 0; ; tries += 1) {
    const journal = readJournal(file)
    if (!journal || journal.starting.size === 0 || !isRunning(journal.launcher)) return journal
    if (tries > patience) await stopProcesses([journal.launcher], 0)
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
  }
}

/** Removes journals whose launchers are gone and whose ends are all recorded. True when none is left. */
export function tidyJournals(home: string, hostId: string, open: ReadonlySet<string>): boolean {
  let left = 0
  for (const journal of foreignJournals(home, hostId)) {
    const { starting, started, exits, refused } = journal
    const named = [...starting, ...started.keys(), ...exits.keys(), ...refused.keys()]
    const needed = named.some((key) => open.has(key))
    if (needed || isRunning(journal.launcher)) left += 1
    else removeJournal(journal)
  }
  return left === 0
}
