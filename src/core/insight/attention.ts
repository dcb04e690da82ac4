/**
 * Owns what needs a person: each thing once, as a sentence with what to do where that isn't obvious. Reads a bounded
 * part of the latest ends and events, so that it can run after every change. Reads only.
 */
import type { Snapshot } from '../../contract/commands.ts'
import { moment } from '../../contract/moments.ts'
import { reasonSentence } from '../../contract/reasons.ts'
import { waitSentence } from '../../contract/waits.ts'
import { amount, batchName, brief, countOf } from '../../contract/words.ts'
import type { Db } from '../db/db.ts'
import {
  everyPlace,
  failingAlike,
  headOfLine,
  oddEvents,
  oddOutputs,
  quarantined,
  refusedByCommandLine,
  stuckInQueue,
  unseenEnds,
  waitingInCircles,
} from '../queue/attention-queries.ts'
import type { BatchFacts } from '../queue/insight-queries.ts'
import { batchesByIds, runningRow } from '../queue/queries.ts'
import { rangeOf, reasonOf } from '../queue/rows.ts'
import { readMark } from '../queue/settings-store.ts'
import { type Disk, diskSentence, isFull, pauseSentence } from './queue-sentence.ts'

export type Attention = Snapshot['attention'][number]

const endsLimit = 200
const eventsLimit = 5_000
/** More of a kind than this become one entry that counts them. */
const ofAKind = 10
const dayMs = 86_400_000
/** How long a refusal is worth showing. */
const refusalMs = 3_600_000

/** What needs attention, the most pressing first; `now` in epoch ms, `disk` where the caller knows it. */
export function needsAttention(db: Db, now: number, disk?: Disk): Attention[] {
  return db.read(() => {
    const ends = unseenEnds(db, endsLimit)
    return [
      ...lowDisk(db, now, disk),
      ...setAside(db),
      ...failingEarly(db),
      ...stuck(db),
      ...duplicates(db, now),
      ...badEnds(ends),
      ...oddities(db, now),
      ...suspicious(db, ends),
    ]
  })
}

function lowDisk(db: Db, now: number, disk: Disk | undefined): Attention[] {
  const mark = readMark(db, 'queue-paused')
  if (mark?.kind === 'disk') return [{ kind: 'disk', batchId: null, sentence: pauseSentence(mark, now) }]
  if (!isFull(disk)) return []
  return [{ kind: 'disk', batchId: null, sentence: `The disk is nearly full: ${diskSentence(disk)}` }]
}

/** Batches whose rows can't be understood; others run meanwhile. */
function setAside(db: Db): Attention[] {
  const ids = quarantined(db)
  return limited(
    'quarantine',
    batchesByIds(db, ids.slice(0, ofAKind)).map((batch) => ({
      kind: 'quarantine',
      batchId: batch.id,
      sentence: `${batchName(batch)} is set aside, as ${brief(batch.reason ?? '')}: cancel it and add it again`,
    })),
    ids.length,
    'batch',
    "set aside, as their rows can't be understood",
  )
}

/** The running batch, when nothing but the same failure has come of it. */
function failingEarly(db: Db): Attention[] {
  const running = runningRow(db)
  const alike = running && failingAlike(db, running)
  if (running === undefined || alike === undefined || running.jobs_pending === 0) return []
  const [batch] = batchesByIds(db, [running.id])
  if (batch === undefined) return []
  const sentence = `${batchName(batch)}: ${reasonSentence({ code: 'failing-alike', ...alike })}; pause it?`
  return [{ kind: 'failing-alike', batchId: batch.id, sentence }]
}

function stuck(db: Db): Attention[] {
  // Where nothing runs nor could, somebody waits for the answer, and nothing else is held up by the look at all of them.
  const standsStill = runningRow(db) === undefined && headOfLine(db).claimable === undefined
  const lookAt = standsStill ? everyPlace : endsLimit
  const inVain = stuckInQueue(db, lookAt)
  const circle = new Set(waitingInCircles(db, lookAt))
  const ids = [...inVain, ...[...circle].filter((id) => !inVain.includes(id))]
  const shown = batchesByIds(db, ids.slice(0, ofAKind)).sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
  return limited(
    'predecessor',
    shown.map((batch) => {
      const waits = `${batchName(batch)} ${batch.waitsFor === null ? 'waits' : waitSentence(batch.waitsFor)}`
      const sentence = circle.has(batch.id)
        ? `${waits}, and that one in turn for this one: resume one of them without waiting`
        : `${waits}: retry that one, or resume this one without waiting`
      return { kind: 'predecessor', batchId: batch.id, sentence }
    }),
    ids.length,
    'queued batch',
    'for what will not complete by itself',
  )
}

function duplicates(db: Db, now: number): Attention[] {
  const refusals = refusedByCommandLine(db, now - refusalMs, eventsLimit)
  const latest = new Map(refusals.toReversed().map((one) => [one.batch_id, one]))
  const ids = [...latest.keys()].slice(-ofAKind)
  return batchesByIds(db, ids).map((batch) => {
    const refusal = latest.get(batch.id)
    return {
      kind: 'duplicate',
      batchId: batch.id,
      sentence: `${batchName(batch)} was requested again at ${moment(refusal?.at ?? now, now)} and refused, as it is there already: \`${brief(refusal?.command ?? '', 120)}\``,
    }
  })
}

function badEnds(ends: readonly BatchFacts[]): Attention[] {
  const bad = ends.filter((batch) => batch.status === 'failed' || batch.status === 'completed_with_errors')
  return limited(
    'ended-badly',
    bad.slice(0, ofAKind).map((batch) => ({
      kind: 'ended-badly',
      batchId: batch.id,
      sentence: `${nameOf(batch)} ${howItEnded(batch)}`,
    })),
    bad.length,
    'batch',
    'ended badly and are unseen',
  )
}

function howItEnded(batch: BatchFacts): string {
  const failed = `${amount(batch.jobs_failed)} of ${countOf(batch.jobs_total, 'job')} failed`
  const why = reasonOf(batch) ?? batch.error
  if (batch.status === 'failed') return `failed: ${why === null ? failed : brief(why)}`
  return `completed with errors: ${batch.jobs_failed === 0 && why !== null ? brief(why) : failed}`
}

function oddities(db: Db, now: number): Attention[] {
  const events = oddEvents(db, now - dayMs, eventsLimit)
  const batches = new Map(batchesByIds(db, [...new Set(events.map((e) => e.batch_id))]).map((b) => [b.id, b]))
  const found = new Map<string, Attention>()
  for (const event of events) {
    const batch = batches.get(event.batch_id)
    // An interruption and a failure for repeated interruptions report the same thing.
    const key = `${event.ordinal === null ? event.kind : 'job'}/${event.batch_id}/${event.ordinal}`
    // A batch that was seen since it ended needs no more attention; of a kind only the newest event counts.
    if (!batch || found.has(key)) continue
    const name = batchName(batch)
    const why = reasonOf(event)
    const add = (kind: string, sentence: string) => found.set(key, { kind, batchId: batch.id, sentence })
    if (event.kind === 'finalizer_rescued')
      add(
        'rescue',
        `The finalizer had to close ${name} at ${moment(event.at, now)}: it was done, but nobody had closed it`,
      )
    else if (batch.completedAt !== null && batch.seen) continue
    else if (event.kind === 'summary_failed')
      add(
        'summary-failed',
        `The summary of ${name} could not be made${why === null ? '' : `: ${brief(why)}`}`,
      )
    else
      add(
        'host-killer',
        `Job ${event.ordinal ?? '?'} of ${name} ${times(event.host_losses ?? 1)} running when its host died; it may have caused that`,
      )
  }
  return [...found.values()].slice(0, ofAKind)
}

function times(losses: number): string {
  return losses === 1 ? 'was' : losses === 2 ? 'was twice' : `was ${losses} times`
}

function suspicious(db: Db, ends: readonly BatchFacts[]): Attention[] {
  const found: Attention[] = []
  for (const batch of ends) {
    if (batch.status !== 'completed') continue
    const odd = oddOutputs(db, batch.id, batch.run)
    // A note that not everything was checked names no file, and needs nobody's attention.
    if (!odd || odd.file === '') continue
    const more = odd.n > 1 ? `, and ${amount(odd.n - 1)} more ${odd.n === 2 ? 'looks' : 'look'} odd` : ''
    found.push({
      kind: 'suspicious',
      batchId: batch.id,
      sentence: `${nameOf(batch)} completed, but ${brief(odd.file, 80)} ${odd.why}${more}`,
    })
    if (found.length === ofAKind) break
  }
  return found
}

function nameOf(batch: BatchFacts): string {
  return batchName({
    number: batch.number,
    configuration: batch.configuration_name,
    type: batch.batch_type,
    range: rangeOf(batch),
  })
}

function limited(kind: string, shown: Attention[], all: number, noun: string, what: string): Attention[] {
  const left = all - shown.length
  if (left <= 0) return shown
  const verb = kind === 'predecessor' ? (left === 1 ? 'waits ' : 'wait ') : ''
  return [...shown, { kind, batchId: null, sentence: `${countOf(left, `more ${noun}`)} ${verb}${what}` }]
}
