/**
 * Owns what must hold after every round, read with a connection of its own: the database's health and rules,
 * every acknowledged fact, one record for each attempt, and the jobs' own trace against all of it. Every check
 * counts what it checked; a violation is a sentence.
 */
import Database from 'better-sqlite3'
import { findJobProcesses } from '../../src/core/process/processes.ts'
import type { Fact, Ground } from './ground.ts'

export type Verdict = { checked: number; wrong: string[] }

type Row = Record<string, string | number | null>

/** What was seen of a final run of a batch, to be found again unchanged as long as nobody retries it. */
export type Memory = Map<string, string>

export function openReadOnly(ground: Ground): Database.Database {
  return new Database(`${ground.home}/slipway.db`, { readonly: true, timeout: 30_000 })
}

/** Checks everything; the queue must be at rest. */
export function checkAll(ground: Ground, memory: Memory): Verdict {
  const db = openReadOnly(ground)
  const verdict: Verdict = { checked: 0, wrong: [] }
  try {
    db.exec('BEGIN')
    checkDatabase(db, verdict)
    checkSubmits(db, verdict)
    checkRest(db, verdict)
    checkFacts(db, ground.facts, verdict)
    checkAttempts(db, verdict)
    checkTrace(db, ground.traceLines(), verdict)
    checkMemory(db, memory, verdict)
    db.exec('COMMIT')
  } finally {
    db.close()
  }
  const left = findJobProcesses({ home: ground.home })
  holds(verdict, left.length === 0, () => `processes left: ${JSON.stringify(left)}`)
  return verdict
}

function holds(verdict: Verdict, condition: boolean, sentence: () => string): void {
  verdict.checked += 1
  if (!condition) verdict.wrong.push(sentence())
}

function none(db: Database.Database, verdict: Verdict, what: string, sql: string): void {
  const rows = db.prepare<[], Row>(sql).all()
  holds(verdict, rows.length === 0, () => `${what}: ${JSON.stringify(rows.slice(0, 5))}`)
}

/** At rest: nothing half filled and nothing without its summary. */
function checkRest(db: Database.Database, verdict: Verdict): void {
  none(db, verdict, 'unsealed and left alone', 'SELECT number FROM batches WHERE sealed = 0')
  none(
    db,
    verdict,
    'final without a summary',
    `SELECT b.number FROM batches b WHERE b.completed_at IS NOT NULL AND b.status <> 'cancelled'
       AND NOT EXISTS (SELECT 1 FROM run_summaries s WHERE s.batch_id = b.id AND s.run = b.run)`,
  )
}

/** Whole, and by its own rules: at any moment. */
export function checkDatabase(db: Database.Database, verdict: Verdict): void {
  const health = db.pragma('integrity_check', { simple: true })
  holds(verdict, health === 'ok', () => `integrity_check: ${String(health)}`)
  none(
    db,
    verdict,
    'more than one batch runs',
    "SELECT 1 FROM batches WHERE status = 'running' LIMIT -1 OFFSET 1",
  )
  none(
    db,
    verdict,
    'positions are not dense',
    `SELECT position, n FROM (SELECT position, row_number() OVER (ORDER BY position) AS n FROM batches
     WHERE position >= 1) WHERE position <> n`,
  )
  none(
    db,
    verdict,
    'counters drifted',
    `SELECT b.number FROM batches b LEFT JOIN jobs j ON j.batch_id = b.id GROUP BY b.id
     HAVING b.jobs_total <> count(j.id) OR b.jobs_pending <> sum(j.status = 'pending')
         OR b.jobs_running <> sum(j.status = 'running') OR b.jobs_succeeded <> sum(j.status = 'succeeded')
         OR b.jobs_failed <> sum(j.status = 'failed') OR b.jobs_cancelled <> sum(j.status = 'cancelled')`,
  )
  none(
    db,
    verdict,
    'runs and retries do not match',
    `SELECT number, run FROM batches b WHERE run - 1 <>
       (SELECT count(*) FROM events e WHERE e.batch_id = b.id AND e.kind = 'batch_retried')`,
  )
}

/** All batches of a submit or none, where each command has an origin of its own. */
export function checkSubmits(db: Database.Database, verdict: Verdict): void {
  none(
    db,
    verdict,
    'a submit that is only half there',
    `SELECT origin FROM events WHERE kind = 'batch_created' AND origin LIKE 'slipway add %' GROUP BY origin
     HAVING count(*) <> (SELECT count(*) FROM events e WHERE e.kind = 'batch_sealed' AND e.origin = events.origin)
        AND (SELECT count(*) FROM events e WHERE e.kind = 'batch_sealed' AND e.origin = events.origin) <> 0`,
  )
}

/** Each kind of command and the events that show that it happened. */
const shownBy: Record<string, readonly string[]> = {
  add: ['batch_enqueued'],
  cancel: ['batch_cancelled'],
  retry: ['batch_retried'],
  move: ['batch_moved'],
  priority: ['batch_reprioritized'],
  pause: ['batch_paused', 'batch_pause_requested', 'queue_paused'],
  resume: ['batch_resumed', 'batch_pause_withdrawn', 'queue_resumed'],
  'stop-after': ['stop_after_set', 'stop_after_cleared'],
  backup: ['database_backed_up'],
  settings: ['setting_changed'],
}

/** Every acknowledged command has left its mark, and every batch it answered with is there. */
export function checkFacts(db: Database.Database, facts: readonly Fact[], verdict: Verdict): void {
  const marks = db.prepare<[string], { kind: string; batch_id: string | null }>(
    'SELECT kind, batch_id FROM events WHERE origin LIKE ?',
  )
  const total = db.prepare<[string], { jobs_total: number }>('SELECT jobs_total FROM batches WHERE id = ?')
  for (const { by, args, answer } of facts) {
    const found = marks.all(`%(in ${by})`)
    type Named = { id: string; sealed: boolean; jobs: { total: number } }
    const { created = [], batches = [], existing = [] } = answer as Record<string, Named[]>
    const kinds = shownBy[args[0] ?? '']
    // Answered with what exists: nothing was made, and that it was requested is kept instead.
    const returned = (args[0] === 'add' ? created : batches).length === 0 && existing.length > 0
    // Everything that was to be done was done before, and nothing of it is active: the answer shows it.
    const idle = args[0] === 'add' && created.length + existing.length === 0
    if (kinds && !idle)
      holds(
        verdict,
        found.some((event) => (returned ? event.kind === 'enqueue_conflicted' : kinds.includes(event.kind))),
        () => `acknowledged but not there: ${args.join(' ')} (${by})`,
      )
    for (const batch of created) {
      holds(
        verdict,
        found.some((event) => event.kind === 'batch_enqueued' && event.batch_id === batch.id),
        () => `never queued: ${batch.id}`,
      )
      holds(
        verdict,
        total.get(batch.id)?.jobs_total === batch.jobs.total,
        () => `lost or changed: ${batch.id}`,
      )
    }
    // What another command was still filling when it was answered with goes where that one was killed.
    for (const batch of [...batches, ...existing.filter((one) => one.sealed)])
      holds(verdict, total.get(batch.id) !== undefined, () => `answered with, but gone: ${batch.id}`)
  }
}

/** Each attempt that began has exactly one record, and a final job agrees with its last attempt. */
function checkAttempts(db: Database.Database, verdict: Verdict): void {
  const jobs = db
    .prepare<
      [],
      { id: number; status: string; attempts: number; records: number; highest: number; last: string | null }
    >(
      `SELECT j.id, j.status, j.attempts, count(a.number) AS records, coalesce(max(a.number), 0) AS highest,
              (SELECT outcome FROM attempts WHERE job_id = j.id AND number = j.attempts) AS last
       FROM jobs j LEFT JOIN attempts a ON a.job_id = j.id GROUP BY j.id`,
    )
    .all()
  for (const job of jobs) {
    const whole = job.records === job.attempts && job.highest === job.attempts
    holds(verdict, whole, () => `attempts without exactly one record: ${JSON.stringify(job)}`)
    if (job.status === 'succeeded' || job.status === 'failed')
      holds(verdict, job.last === job.status, () => `two verdicts: ${JSON.stringify(job)}`)
  }
}

type Life = {
  batch: string
  job: string
  attempt: string
  from: bigint
  to: bigint
  begins: number
  ends: number
}

/** The jobs' own story: every success has its effect, no attempt ran twice, batches never overlap in time. */
function checkTrace(db: Database.Database, lines: readonly string[], verdict: Verdict): void {
  const lives = new Map<string, Life>()
  for (const line of lines) {
    const [what = '', batch = '', job = '', attempt = '', ns = '0'] = line.split(' ')
    const at = BigInt(ns)
    const life = lives.get(attempt) ?? { batch, job, attempt, from: at, to: at, begins: 0, ends: 0 }
    if (at > life.to) life.to = at
    if (at < life.from) life.from = at
    if (what === 'B') life.begins += 1
    if (what === 'E') life.ends += 1
    lives.set(attempt, life)
  }
  for (const life of lives.values())
    holds(
      verdict,
      life.begins === 1 && life.ends <= 1,
      () => `started ${life.begins} times: attempt ${life.attempt}`,
    )
  const succeeded = db
    .prepare<[], { key: string }>(
      "SELECT job_id || '.' || number AS key FROM attempts WHERE outcome = 'succeeded'",
    )
    .all()
  for (const { key } of succeeded)
    holds(
      verdict,
      lives.get(key)?.ends === 1,
      () => `recorded as succeeded without its effect: attempt ${key}`,
    )
  let open: Life | undefined
  for (const life of [...lives.values()].sort((a, b) => Number(a.from - b.from))) {
    const last = open
    if (last && last.batch !== life.batch)
      holds(
        verdict,
        life.from > last.to,
        () => `#${last.batch} and #${life.batch} overlap by ${last.to - life.from} ns`,
      )
    if (!last || last.batch !== life.batch || life.to > last.to) open = life
  }
}

/** A run that was seen to be final is found again exactly so, until somebody retries it. */
function checkMemory(db: Database.Database, memory: Memory, verdict: Verdict): void {
  const rows = db
    .prepare<[], { id: string; run: number; story: string }>(
      `SELECT b.id, b.run, b.status || ' ' || b.completed_at || ' ' ||
              (SELECT group_concat(j.ordinal || j.status || j.attempts || coalesce(j.completed_at, '-'))
               FROM (SELECT * FROM jobs WHERE batch_id = b.id ORDER BY ordinal) j) AS story
       FROM batches b WHERE b.completed_at IS NOT NULL`,
    )
    .all()
  const seen = new Set<string>()
  for (const { id, run, story } of rows) {
    const key = `${id} ${run}`
    seen.add(id)
    const before = memory.get(key)
    if (before !== undefined)
      holds(verdict, before === story, () => `changed after it was final: ${before} -> ${story}`)
    memory.set(key, story)
  }
  for (const key of memory.keys())
    holds(verdict, seen.has(key.split(' ')[0] ?? ''), () => `a final batch is gone: ${key}`)
}
