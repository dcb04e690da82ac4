/**
 * Owns what `run` and `work` know of batches while they watch: as they are now, and which ended meanwhile.
 * Must never wait or print.
 */
import type { SlipwayApi } from '../contract/api.ts'
import type { Batch } from '../contract/entities.ts'
import type { ChangeEvent } from '../contract/events.ts'
import { isActive, isFinal } from '../contract/states.ts'
import { waitSentence } from '../contract/waits.ts'

export type BatchesSeen = {
  /** By id, as they are now. */
  readonly now: ReadonlyMap<string, Batch>
  /** Batches that had run and became final while `counting` was on, in the order of their end. */
  readonly ended: readonly Batch[]
  take(batches: readonly Batch[]): void
  forget(ids: readonly string[]): void
  /** From now on batches that end are counted as ours. */
  count(): void
  /** Reads again all batches that were active and are not in `active`; used after a gap. */
  refresh(api: SlipwayApi, active: readonly Batch[]): Promise<void>
}

/** Starts with nothing seen. */
export function batchesSeen(): BatchesSeen {
  const now = new Map<string, Batch>()
  const ended = new Map<string, Batch>()
  let counting = false
  const take = (batches: readonly Batch[]): void => {
    for (const batch of batches) {
      const before = now.get(batch.id)
      const hasEnded = isFinal(batch.status) && before !== undefined && isActive(before.status)
      // One that failed at its turn never started; one that was cancelled before its start is not ours.
      const hasRun = batch.startedAt !== null || batch.status === 'failed'
      if (hasEnded && counting && hasRun) ended.set(batch.id, batch)
      now.set(batch.id, batch)
    }
  }
  return {
    now,
    get ended() {
      return [...ended.values()]
    },
    take,
    forget(ids) {
      for (const id of ids) now.delete(id)
    },
    count() {
      counting = true
    },
    async refresh(api, active) {
      const there = new Set(active.map((batch) => batch.id))
      for (const batch of [...now.values()]) {
        if (!isActive(batch.status) || there.has(batch.id)) continue
        const shown = await api.invoke('show', { batch: batch.id })
        if (shown.ok) take([shown.value.batch])
        else now.delete(batch.id)
      }
      take(active)
    },
  }
}

/** `batches`: until these are final. `empty`: until nothing is left that could run. `never`: until a signal. */
export type Goal = { kind: 'batches'; ids: string[] } | { kind: 'empty' } | { kind: 'never' }

/** Only Slipway's own fills are sure to be sealed; a batch made with SQL may stay open forever. */
function waitsForSeal(batch: Batch): string | undefined {
  if (batch.waitsFor?.unsealed) return `#${batch.number} ${waitSentence(batch.waitsFor)}`
  if (batch.sealed || batch.expands === 'when-claimed') return undefined
  const { pending, running } = batch.jobs
  return batch.status === 'running' && pending + running === 0
    ? `#${batch.number} has run all its jobs and waits to be sealed by whoever adds them`
    : undefined
}

/** Undefined while the goal is ahead, else why what is left can't run now: one sentence each, none when all is done. */
export async function goalReached(
  api: SlipwayApi,
  goal: Goal,
  now: ReadonlyMap<string, Batch>,
  state: Pick<ChangeEvent, 'queue' | 'running'> | undefined,
  seesAll = goal.kind === 'batches',
): Promise<string[] | undefined> {
  if (goal.kind === 'never') return undefined
  const open =
    goal.kind === 'batches'
      ? goal.ids.flatMap((id) => now.get(id) ?? []).filter((batch) => !isFinal(batch.status))
      : [...now.values()].filter((batch) => batch.status === 'queued' || batch.status === 'running')
  if (open.length > 0 && state?.queue.paused && state.running === null) return [state.queue.sentence]
  const openNumbers = new Set(open.map((batch) => batch.number))
  const blocked: string[] = []
  for (const batch of open) {
    const unsealed = waitsForSeal(batch)
    if (unsealed !== undefined) {
      blocked.push(unsealed)
      continue
    }
    if (batch.status === 'paused' && batch.cause?.code === 'unreadable') {
      blocked.push(`#${batch.number} is set aside: ${batch.reason}`)
      continue
    }
    if (batch.status !== 'queued' || batch.waitsFor === null) return undefined
    const { batches, types } = batch.waitsFor
    // One predecessor that won't complete by itself is enough; an open one is checked in its turn.
    const waitsInVain =
      types.length > 0 ||
      batches.some(
        ({ number, status }) =>
          isFinal(status) || status === 'paused' || status === 'initiated' || openNumbers.has(number),
      )
    if (!waitsInVain) return undefined
    blocked.push(`#${batch.number} ${waitSentence(batch.waitsFor)}`)
  }
  if (blocked.length === 0 || seesAll) return blocked
  // A snapshot has only the head of a long queue: a batch further down may be able to run.
  const all = await api.invoke('list', {})
  if (!all.ok) return undefined
  return goalReached(api, goal, new Map(all.value.batches.map((batch) => [batch.id, batch])), state, true)
}
