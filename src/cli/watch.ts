/**
 * Owns working and watching until a goal is reached or a signal came: what `run`, `work` and `wait` share.
 * Must never decide what happens to a batch: the core does.
 */
import type { SlipwayApi } from '../contract/api.ts'
import type { Batch, Summary } from '../contract/entities.ts'
import { escaped } from '../contract/escapes.ts'
import type { ChangeEvent } from '../contract/events.ts'
import { isFinal } from '../contract/states.ts'
import { amount, batchName } from '../contract/words.ts'
import type { Core, Notice } from '../core/core.ts'
import { type BatchesSeen, batchesSeen, type Goal, goalReached } from './batches-seen.ts'
import type { Context } from './context.ts'
import { onInterrupt } from './interrupt.ts'
import { openProgressView, type ProgressView } from './progress-view.ts'

export type Outcome = {
  /** For the goal `batches` these, as they are now; else those that ended while this host was the executor. */
  batches: Batch[]
  /** A signal came before the goal was reached. */
  interrupted: boolean
  /** Why batches that are left can't run now, one sentence each. */
  blocked: string[]
}

/** The core's timers don't keep a process alive; this command has to wait for them. */
const SAFETY_NET_MS = 10_000

/** Becomes the executor (or stands by while another host is) and resolves when the goal is reached or after a signal. */
export async function workUntil(context: Context, core: Core, api: SlipwayApi, goal: Goal): Promise<Outcome> {
  const watch = await openWatch(context, api, goal, (now, state) => goalReached(api, goal, now, state))
  const { seen, view, look } = watch
  const mine = new Set(goal.kind === 'batches' ? goal.ids : [])
  const unsubscribeNotices = core.onNotice((notice) => {
    if (notice.kind === 'working') seen.count()
    const sentence = sentenceOf(notice)
    if (sentence !== undefined) view.log(sentence)
  })
  const interrupt = onInterrupt(core, view.log)
  try {
    // Known before anything runs, so that what ends at once is noticed; shown once we are the executor.
    const before = await api.invoke('snapshot', {})
    if (before.ok) seen.take(before.value.active)
    core.startWorking(goal.kind === 'batches' ? goal.ids : undefined)
    await look()
    const blocked = await Promise.race([watch.reached, interrupt.stopped.then(() => undefined)])
    if (blocked !== undefined) {
      const other = [...seen.now.values()].find((one) => one.status === 'running' && !mine.has(one.id))
      if (other !== undefined && seen.now.size > 0) {
        view.log(
          `Waiting for the running jobs of ${batchName(other)} to end; press Ctrl-C twice to stop them.`,
        )
      }
      await core.stopWorking('finish')
    }
    await look()
    const batches =
      goal.kind === 'batches' ? goal.ids.flatMap((id) => seen.now.get(id) ?? []) : [...seen.ended]
    return { batches, interrupted: blocked === undefined, blocked: blocked ?? [] }
  } finally {
    unsubscribeNotices()
    interrupt.dispose()
    watch.close()
  }
}

/** Watches these batches, whoever runs them, until all are final or the time is over; answers them as they are then. */
export async function watchUntilFinal(
  context: Context,
  api: SlipwayApi,
  ids: string[],
  timeoutMs: number | undefined,
): Promise<Batch[]> {
  const batchesOf = (now: ReadonlyMap<string, Batch>) => ids.flatMap((id) => now.get(id) ?? [])
  const watch = await openWatch(context, api, { kind: 'batches', ids }, async (now) =>
    batchesOf(now).every(({ status }) => isFinal(status)) ? true : undefined,
  )
  const timer = Promise.withResolvers<void>()
  const timeout = timeoutMs === undefined ? undefined : setTimeout(timer.resolve, timeoutMs)
  try {
    await watch.look()
    await Promise.race([watch.reached, timer.promise])
    await watch.look()
    return batchesOf(watch.seen.now)
  } finally {
    clearTimeout(timeout)
    watch.close()
  }
}

type Watch<T> = {
  seen: BatchesSeen
  view: ProgressView
  /** Takes a snapshot in. */
  look(): Promise<void>
  /** What `decide` found at last. */
  reached: Promise<T>
  close(): void
}

/** Shows what changes, and asks `decide` after every change until it finds something. */
async function openWatch<T>(
  context: Context,
  api: SlipwayApi,
  goal: Goal,
  decide: (
    now: ReadonlyMap<string, Batch>,
    state: Pick<ChangeEvent, 'queue' | 'running'> | undefined,
  ) => Promise<T | undefined>,
): Promise<Watch<T>> {
  const mine = new Set(goal.kind === 'batches' ? goal.ids : [])
  const view = await openProgressView(context, {
    mine: (batch) => goal.kind !== 'batches' || mine.has(batch.id),
    reportIdle: goal.kind === 'never',
  })
  const seen = batchesSeen()
  let state: Pick<ChangeEvent, 'queue' | 'running'> | undefined
  const reached = oneAtATime(() => decide(seen.now, state))
  const look = async (): Promise<void> => {
    const snapshot = await api.invoke('snapshot', {})
    if (!snapshot.ok) return
    const { active, queue, running, doneBy, now } = snapshot.value
    state = { queue, running }
    await seen.refresh(api, active)
    view.update({ batches: [...seen.now.values()], queue, running, doneBy, now })
    reached.check()
  }
  let last: Pick<ChangeEvent, 'epoch' | 'seq'> | undefined
  const unsubscribe = api.subscribe((event) => {
    const gap = last !== undefined && (event.epoch !== last.epoch || event.seq !== last.seq + 1)
    last = event
    state = event
    seen.take(event.batches)
    seen.forget(event.removed)
    view.update(event)
    if (gap) void look()
    else reached.check()
  })
  const safetyNet = setInterval(() => void look(), SAFETY_NET_MS)
  for (const id of mine) {
    const shown = await api.invoke('show', { batch: id })
    if (shown.ok) seen.take([shown.value.batch])
  }
  return {
    seen,
    view,
    look,
    reached: reached.answer,
    close() {
      clearInterval(safetyNet)
      unsubscribe()
      view.stop()
    },
  }
}

/** The summaries of final batches, for programs. */
export async function summariesOf(api: SlipwayApi, batches: readonly Batch[]): Promise<Summary[]> {
  const summaries: Summary[] = []
  for (const { id } of batches) {
    const found = await api.invoke('summary', { batch: id })
    if (found.ok && found.value.state === 'ready') summaries.push(found.value.summary)
  }
  return summaries
}

/** So many reasons are printed; the rest are counted. */
const REASONS = 20

/** Reports on stderr why what is left can't run now. */
export function reportBlocked(context: Context, blocked: readonly string[]): void {
  if (blocked.length === 0) return
  const more = blocked.length - REASONS
  const lines = blocked.slice(0, REASONS).map((one) => `  ${escaped(one)}\n`)
  if (more > 0) lines.push(`  and ${amount(more)} more\n`)
  context.io.err(`Nothing can run now:\n${lines.join('')}`)
}

/** Checks again whenever something changed, but never twice at once, and never misses the last change. */
export function oneAtATime<T>(look: () => Promise<T | undefined>): { check(): void; answer: Promise<T> } {
  let busy = false
  let again = false
  let settle: (value: T) => void = () => {}
  let refuse: (cause: unknown) => void = () => {}
  const answer = new Promise<T>((resolve, reject) => {
    settle = resolve
    refuse = reject
  })
  const check = (): void => {
    again = true
    if (busy) return
    busy = true
    void (async () => {
      while (again) {
        again = false
        const found = await look()
        if (found !== undefined) return settle(found)
      }
      busy = false
    })().catch(refuse)
  }
  return { check, answer }
}

/** What a notice is logged as; none for what the bars show. */
export function sentenceOf(notice: Notice): string | undefined {
  switch (notice.kind) {
    case 'standby':
    case 'claim-lost':
    case 'crash-found':
    case 'attention':
      return notice.sentence
    case 'working':
    case 'finished':
      return undefined
  }
}
