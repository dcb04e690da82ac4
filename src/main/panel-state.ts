/**
 * Owns what the tray, the dock and the notifications know of the queue: a snapshot kept up to date by changes. Pure
 * except for `followCore`, which asks and listens. Must never steer anything.
 */
import type { SlipwayApi } from '../contract/api.ts'
import type { Snapshot } from '../contract/commands.ts'
import type { Batch } from '../contract/entities.ts'
import type { ChangeEvent } from '../contract/events.ts'
import type { Settings } from '../contract/settings.ts'
import { isActive, isFinal } from '../contract/states.ts'

export type PanelState = {
  queue: Snapshot['queue']
  running: Snapshot['running']
  active: ReadonlyMap<string, Batch>
  /** When each known final batch ended. */
  ended: ReadonlyMap<string, number>
  unseenFailures: ReadonlySet<string>
  attention: Snapshot['attention']
  hosts: Snapshot['hosts']
  settings: Settings
}

/** What a change brought: the new state, batches that became final, and attention that is new. */
export type Step = {
  before: PanelState
  state: PanelState
  finished: Batch[]
  attention: Snapshot['attention']
}

/** The state as a snapshot tells it. */
export function fromSnapshot(snapshot: Snapshot): PanelState {
  return {
    queue: snapshot.queue,
    running: snapshot.running,
    active: new Map(snapshot.active.map((batch) => [batch.id, batch])),
    ended: new Map(snapshot.recent.map((batch) => [batch.id, batch.completedAt ?? 0])),
    unseenFailures: new Set(snapshot.recent.filter(isUnseenFailure).map((batch) => batch.id)),
    attention: snapshot.attention,
    hosts: snapshot.hosts,
    settings: snapshot.settings,
  }
}

/** Applies a change; `since` is when this app began to look: what ended before is no news. */
export function step(before: PanelState, event: ChangeEvent, since: number): Step {
  const active = new Map(before.active)
  const ended = new Map(before.ended)
  const unseenFailures = new Set(before.unseenFailures)
  const finished: Batch[] = []
  for (const batch of event.batches) {
    if (isActive(batch.status)) active.set(batch.id, batch)
    else active.delete(batch.id)
    if (isUnseenFailure(batch)) unseenFailures.add(batch.id)
    else unseenFailures.delete(batch.id)
    const at = batch.completedAt
    if (!isFinal(batch.status) || at === null || ended.get(batch.id) === at) continue
    if (at >= since) finished.push(batch)
    ended.set(batch.id, at)
  }
  for (const id of event.removed) active.delete(id)
  const known = new Set(before.attention.map(keyOf))
  return {
    before,
    state: {
      queue: event.queue,
      running: event.running,
      active,
      ended,
      unseenFailures,
      attention: event.attention,
      hosts: event.hosts,
      settings: event.settings ?? before.settings,
    },
    finished,
    attention: event.attention.filter((one) => !known.has(keyOf(one))),
  }
}

/** The queued batches in order. */
export function inLine(state: PanelState): Batch[] {
  return [...state.active.values()]
    .filter((batch) => batch.status === 'queued')
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
}

/** True while a job runs anywhere. */
export function isBusy(state: PanelState): boolean {
  return state.running !== null && state.running.batch.jobs.running > 0
}

function keyOf(one: Snapshot['attention'][number]): string {
  // Sentences carry times and amounts that change: the same trouble is told once.
  return `${one.kind} ${one.batchId ?? ''}`
}

function isUnseenFailure(batch: Batch): boolean {
  return !batch.seen && (batch.status === 'failed' || batch.status === 'completed_with_errors')
}

export type Follower = {
  state(): PanelState
  stop(): void
}

/** Keeps a state up to date and tells each step; a gap or another epoch leads to a new snapshot. */
export async function followCore(
  api: SlipwayApi,
  now: () => number,
  onStep: (step: Step) => void,
): Promise<Follower> {
  const since = now()
  let place: { epoch: string; seq: number } | null = null
  let state: PanelState | null = null
  let early: ChangeEvent[] = []
  const take = (event: ChangeEvent) => {
    if (state === null || place === null) {
      early.push(event)
      return
    }
    if (event.epoch === place.epoch && event.seq <= place.seq) return
    place = { epoch: event.epoch, seq: event.seq }
    const next = step(state, event, since)
    state = next.state
    onStep(next)
  }
  const stop = api.subscribe(take)
  const answer = await api.invoke('snapshot', {})
  if (!answer.ok) throw new Error(`no snapshot: ${answer.error.message}`)
  place = { epoch: answer.value.epoch, seq: answer.value.seq }
  state = fromSnapshot(answer.value)
  const first = state
  const waiting = early
  early = []
  for (const event of waiting) take(event)
  return { state: () => state ?? first, stop }
}
