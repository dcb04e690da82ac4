/**
 * Owns the audit trail's sentences: each kind of event as one in the past tense, without its time (printers add
 * that). A kind without its own sentence gets a generic one, but a test refuses it. Must never read the database.
 */
import type { Event } from '../../contract/entities.ts'
import { brief, bytes, countOf, duration, listed } from '../../contract/words.ts'

type Facts = Omit<Event, 'sentence'>

const sentences: Readonly<Record<string, (event: Facts) => string>> = {
  batch_created: (e) => `${who(e)} created ${batch(e)}${how(e)}${continuing(e)}`,
  batch_deferred: (e) => `${batch(e)} was added; its inputs are looked up when it is its turn`,
  batch_sealed: (e) => `${batch(e)} was filled with ${countOf(number(e, 'jobs') ?? 0, 'job')}`,
  batch_abandoned: (e) => `${who(e)} removed ${batch(e)}, which was never filled${because(e)}`,
  batch_enqueued: (e) => `${who(e)} queued ${batch(e)}${place(e)}${how(e)}`,
  batch_resumed: (e) => `${who(e)} resumed ${batch(e)}${place(e)}${how(e)}`,
  batch_released: (e) => `${batch(e)} went back to the top of the queue${because(e)}`,
  batch_retried: (e) =>
    `${who(e)} retried ${batch(e)}, which ${wasStatus(e.fromStatus)},${place(e)}${how(e)}`,
  batch_claimed: (e) => `${batch(e)} started`,
  batch_taken_over: (e) => `${who(e)} took over ${batch(e)} from the host that ran it${because(e)}`,
  batch_pause_requested: (e) =>
    `${who(e)} requested ${batch(e)} to pause ${flag(e, 'now') ? 'at once' : 'when its running jobs have ended'}${how(e)}${because(e)}`,
  batch_pause_withdrawn: (e) => `${who(e)} let ${batch(e)} continue instead of pausing${how(e)}`,
  batch_freed: (e) => `${who(e)} freed ${batch(e)} from waiting for others${how(e)}`,
  batch_paused: (e) => `${who(e)} paused ${batch(e)}${how(e)}${because(e)}`,
  batch_cancelled: (e) => `${who(e)} cancelled ${batch(e)}${how(e)}${because(e)}${tally(e)}`,
  batch_completed: (e) => `${batch(e)} completed${tally(e)}${rescued(e)}`,
  batch_completed_with_errors: (e) => `${batch(e)} completed with errors${tally(e)}${rescued(e)}`,
  batch_failed: (e) => `${batch(e)} failed${because(e)}${tally(e)}${rescued(e)}`,
  batch_reprioritized: (e) => `${who(e)} changed the priority of ${batch(e)}${span(e)}${place(e)}`,
  batch_moved: (e) => `${who(e)} moved ${batch(e)}${newPlace(e)}${how(e)}`,
  job_retried: (e) => `${job(e)} failed${attempt(e)}${because(e)}, and was put back for another attempt`,
  job_interrupted: (e) =>
    `${job(e)} was interrupted${attempt(e)}${because(e)}, and went back without using up a retry`,
  job_failed: (e) => `${job(e)} failed${attempt(e)}${because(e)}`,
  jobs_left_out: (e) =>
    `${countOf(number(e, 'jobs') ?? 0, 'job')} of ${batch(e)} were left out, as a later batch runs them`,
  job_leftovers_stopped: (e) => `Processes that ${job(e)} had left behind were stopped${because(e)}`,
  queue_paused: (e) =>
    `${who(e)} paused the queue${flag(e, 'already') ? ' (it was paused already)' : ''}${how(e)}${because(e)}`,
  queue_resumed: (e) =>
    `${who(e)} resumed the queue${flag(e, 'already') ? ' (it was not paused)' : ''}${how(e)}${because(e)}`,
  stop_after_set: (e) => `${who(e)} set the queue to stop after ${batch(e)}${how(e)}${because(e)}`,
  stop_after_cleared: (e) =>
    `${who(e)} removed the stop mark${flag(e, 'already') ? ' (there was none)' : ''}${how(e)}`,
  stop_after_reached: (e) => `The queue stopped after ${batch(e)}, as requested`,
  host_started: (e) => `${who(e)} started ${host(e)}`,
  host_took_over: (e) => `${capital(host(e))} became the executor${because(e)}`,
  host_lost_claim: (e) =>
    `${capital(host(e))} found that another host had taken over its work${away(e)}${because(e)}`,
  host_ended: (e) => `${capital(host(e))} ended${because(e)}`,
  machine_slept: (e) => `The machine slept for ${duration(number(e, 'ms') ?? 0)}; that time is not counted`,
  finalizer_rescued: (e) =>
    `The finalizer closed ${batch(e)}, which was done but had not been closed${because(e)}`,
  summary_failed: (e) => `The summary of ${batch(e)} could not be made${because(e)}`,
  setting_changed: (e) =>
    `${who(e)} changed ${has(e, 'key') ? `the setting ${value(e, 'key')}` : 'a setting'}${span(e)}`,
  configuration_trusted: (e) =>
    `${who(e)} trusted the configuration${has(e, 'file') ? ` ${value(e, 'file')}` : ''} as it was then`,
  token_added: (e) =>
    `${who(e)} added ${tokenWords(e)}${has(e, 'scope') ? `, which may ${value(e, 'scope')}` : ''}`,
  token_removed: (e) => `${who(e)} removed ${tokenWords(e)}`,
  action_undone: (e) =>
    flag(e, 'failed')
      ? `${who(e)} tried to undo ${action(e)}, but the queue had moved on`
      : `${who(e)} undid ${action(e)}`,
  history_cleared: (e) =>
    flag(e, 'undo')
      ? `${who(e)} brought ${cleared(e)} back into the history`
      : `${who(e)} cleared ${cleared(e)} from the history`,
  database_backed_up: (e) =>
    `${who(e)} backed up the database${has(e, 'file') ? ` to ${value(e, 'file')}` : ''}`,
  doctor_repaired: (e) =>
    `The doctor repaired something${has(e, 'repaired') ? `: ${value(e, 'repaired')}` : because(e)}`,
  enqueue_conflicted: (e) =>
    `${who(e)} requested what was already active${conflict(e)}${how(e)}${because(e)}`,
  disk_low: (e) => `The disk ran low${free(e)}, so nothing starts until it has room again`,
  disk_recovered: (e) => `The disk had room again${free(e)}`,
}

const tokenWords = (e: Facts): string => (has(e, 'name') ? `the token ${value(e, 'name')}` : 'a token')

/** The event as one sentence without time and full stop; a user's name at its beginning stays as it is. */
export function eventSentence(event: Facts): string {
  const own = Object.hasOwn(sentences, event.kind) ? sentences[event.kind] : undefined
  const sentence = (own ?? fallback)(event)
  return sentence.startsWith(event.actor) && !isOurs(event.actor) ? sentence : capital(sentence)
}

/** Kinds that have their own sentence. */
export const kindsWithSentence: readonly string[] = Object.keys(sentences)

function fallback(event: Facts): string {
  const subject = event.jobId !== null || event.jobOrdinal !== null ? ` (${job(event)})` : ''
  const about = event.batchNumber !== null ? ` (${batch(event)})` : ''
  return `${event.kind.replaceAll('_', ' ')}${subject || about}, by ${who(event)}${because(event)}`
}

function who(event: Facts): string {
  return isOurs(event.actor) ? `the ${event.actor}` : event.actor
}

function isOurs(actor: string): boolean {
  return actor === 'executor' || actor === 'finalizer' || actor === 'rescuer'
}

function batch(event: Facts): string {
  const known = event.batchNumber ?? number(event, 'number')
  if (known === null) return 'a batch'
  const name = [event.details.configuration, event.details.type]
    .filter((part) => typeof part === 'string')
    .map((part) => brief(part, 60)) // each by itself: a long configuration must not hide the type
    .join(' / ')
    .concat(typeof event.details.range === 'string' ? ` ${event.details.range}` : '')
  return `#${known}${name === '' ? '' : ` ${brief(name, 160)}`}`
}

function job(event: Facts): string {
  const ordinal = event.jobOrdinal ?? number(event, 'ordinal')
  const input = event.details.input
  const named = typeof input === 'string' && input !== '' ? ` (${brief(input, 80)})` : ''
  return `job ${ordinal ?? event.jobId ?? '?'}${named} of ${batch(event)}`
}

function host(event: Facts): string {
  const kind = event.details.kind
  const words: Record<string, string> = {
    cli: 'the command line',
    web: 'the web panel',
    desktop: 'the desktop app',
    test: 'a test host',
  }
  const name = typeof kind === 'string' ? (words[kind] ?? kind) : 'a host'
  const pid = number(event, 'pid')
  return pid === null ? name : `${name} (process ${pid})`
}

function how(event: Facts): string {
  const { from, command } = event.origin ?? {}
  if (!command) return ''
  // The folder it was typed in stays in the event; the sentence goes without it.
  if (from === 'command-line') return ` with \`${brief(command, 120)}\``
  return from === 'panel' ? ` in the panel (${brief(command, 80)})` : ''
}

function away(event: Facts): string {
  const ms = number(event, 'awayMs') ?? 0
  return ms >= 1_000 ? ` while it stood still for ${duration(ms)}` : ''
}

function because(event: Facts): string {
  return event.reason === null || event.reason === '' ? '' : `: ${brief(event.reason, 300)}`
}

function place(event: Facts): string {
  const position = number(event, 'position')
  return position === null || position === 0 ? '' : ` at position ${position}`
}

function newPlace(event: Facts): string {
  const to = event.details.position ?? event.details.to
  return typeof to === 'number'
    ? ` to position ${to}`
    : typeof to === 'string'
      ? ` to the ${brief(to, 20)}`
      : ''
}

function attempt(event: Facts): string {
  const given = number(event, 'attempt')
  return given === null ? '' : ` in attempt ${given}`
}

function tally(event: Facts): string {
  const total = number(event, 'total')
  if (total === null) return ''
  const parts = [`${number(event, 'succeeded') ?? 0} of ${countOf(total, 'job')} succeeded`]
  for (const word of ['failed', 'cancelled']) {
    const n = number(event, word) ?? 0
    if (n > 0)
      parts.push(
        `${n} ${word === 'failed' ? word : n === 1 ? 'was not run to its end' : 'were not run to their end'}`,
      )
  }
  return ` (${listed(parts)})`
}

function rescued(event: Facts): string {
  const layer = event.details.closedBy
  if (layer === 'sweep') return ', closed by the finalizer’s sweep'
  return layer === 'demand' ? ', closed when its summary was requested' : ''
}

function continuing(event: Facts): string {
  const from = event.details.continues
  return typeof from === 'number' ? `, which continues #${from}` : ''
}

function action(event: Facts): string {
  return has(event, 'command') ? `a ${value(event, 'command')}` : 'an action'
}

function cleared(event: Facts): string {
  const n = number(event, 'count') ?? number(event, 'batches')
  if (n !== null) return countOf(n, 'finished batch')
  return event.batchNumber === null ? 'finished batches' : batch(event)
}

function conflict(event: Facts): string {
  const existing = event.details.existing
  const numbers = Array.isArray(existing) ? existing.filter((n) => typeof n === 'number') : []
  if (numbers.length > 0) return `: ${listed(numbers.slice(0, 5).map((n) => `#${n}`))}`
  return event.batchNumber === null ? '' : ` as ${batch(event)}`
}

function free(event: Facts): string {
  const left = number(event, 'freeBytes')
  return left === null ? '' : ` (${bytes(left)} free)`
}

function wasStatus(status: string | null): string {
  if (status === 'completed_with_errors') return 'had completed with errors'
  return status === 'cancelled' ? 'was cancelled' : `had ${status ?? 'ended'}`
}

function number(event: Facts, key: string): number | null {
  const found = event.details[key]
  return typeof found === 'number' && Number.isFinite(found) ? found : null
}

function has(event: Facts, key: string): boolean {
  return event.details[key] !== undefined
}

function value(event: Facts, key: string): string {
  const found = event.details[key]
  return brief(typeof found === 'string' ? found : JSON.stringify(found ?? null), 200)
}

/** ' from 0 to 5', ' to 5', or nothing. */
function span(event: Facts): string {
  const to = has(event, 'to') ? 'to' : 'value'
  if (!has(event, to)) return ''
  return `${has(event, 'from') ? ` from ${value(event, 'from')}` : ''} to ${value(event, to)}`
}

function flag(event: Facts, key: string): boolean {
  return event.details[key] === true
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
