/**
 * Owns working and watching until a goal is reached or a signal came: the common heart of `run` and `work`.
 * Must never decide what is done with a batch: the core does.
 */
import type { SlipwayApi } from '../contract/api.ts'
import type { Batch } from '../contract/entities.ts'
import type { ChangeEvent } from '../contract/events.ts'
import { isActive, isFinal } from '../contract/states.ts'
import type { Core, Notice } from '../core/core.ts'
import type { Context } from './context.ts'
import { onInterrupt } from './interrupt.ts'
import { firstLook, openProgressView } from './progress-view.ts'

/** `batches`: until these are final. `empty`: until nothing is left that could run. `never`: until a signal. */
export type Goal = { kind: 'batches'; ids: string[] } | { kind: 'empty' } | { kind: 'never' }

export type Outcome = {
  /** For the goal `batches` these, as they are now; else those that ended while this host was the executor. */
  batches: Batch[]
  /** A signal came before the goal was reached. */
  interrupted: boolean
  /** Why batches that are left will not run by themselves, one sentence each. */
  blocked: string[]
}

const KEEP_ALIVE_MS = 1 << 30

/** Becomes the executor (or waits in line for it) and resolves when the goal is reached or after a signal. */
export async function workUntil(context: Context, core: Core, api: SlipwayApi, goal: Goal): Promise<Outcome> {
  const ids = new Set(goal.kind === 'batches' ? goal.ids : [])
  const view = await openProgressView(context, goal.kind === 'batches' ? (one) => ids.has(one.id) : undefined)
  const known = new Map<string, Batch>()
  const ended = new Map<string, Batch>()
  let worked = false
  let last: Pick<ChangeEvent, 'epoch' | 'seq'> | undefined
  let check: () => void = () => {}

  const take = (batches: readonly Batch[]): void => {
    for (const batch of batches) {
      if (isFinal(batch.status)) {
        const before = known.get(batch.id)
        if (worked && before !== undefined && isActive(before.status) && batch.startedAt !== null) {
          ended.set(batch.id, batch)
        }
      }
      known.set(batch.id, batch)
    }
  }
  const lookAgain = async (): Promise<void> => {
    const look = await firstLook(api)
    if (look === undefined) return
    take(look.batches)
    for (const id of known.keys()) {
      const shown = await api.invoke('show', { batch: id })
      if (shown.ok) take([shown.value.batch])
      else known.delete(id)
    }
    view.update({ ...look, batches: [...known.values()] })
  }
  const unsubscribe = api.subscribe((event) => {
    const gap = last !== undefined && (event.epoch !== last.epoch || event.seq !== last.seq + 1)
    last = event
    take(event.batches)
    for (const id of event.removed) known.delete(id)
    view.update(event)
    if (gap) void lookAgain().then(() => check())
    else check()
  })
  const stopNotices = core.onNotice((notice) => {
    if (notice.kind === 'working') worked = true
    const sentence = noticeSentence(notice)
    if (sentence !== undefined) view.say(sentence)
  })
  const interrupt = onInterrupt(core, view.say)
  // The core's timers don't keep a process alive; waiting for them is this command's business.
  const keepAlive = setInterval(() => {}, KEEP_ALIVE_MS)
  try {
    const reached = new Promise<string[]>((resolve) => {
      let looking = false
      check = () => {
        if (looking) return
        looking = true
        void goalReached(api, goal, known)
          .then((answer) => {
            if (answer !== undefined) resolve(answer)
          })
          .finally(() => {
            looking = false
          })
      }
    })
    for (const id of ids) {
      const shown = await api.invoke('show', { batch: id })
      if (shown.ok) take([shown.value.batch])
    }
    await lookAgain()
    core.startWorking()
    const safetyNet = setInterval(() => void lookAgain().then(() => check()), LOOK_AGAIN_MS)
    check()
    const blocked = await Promise.race([reached, interrupt.stopped.then(() => undefined)])
    clearInterval(safetyNet)
    if (blocked !== undefined) await core.stopWorking('finish')
    await lookAgain()
    const batches =
      goal.kind === 'batches'
        ? [...ids].flatMap((id) => known.get(id) ?? [])
        : [...ended.values()].sort((a, b) => (a.completedAt ?? 0) - (b.completedAt ?? 0))
    return { batches, interrupted: blocked === undefined, blocked: blocked ?? [] }
  } finally {
    clearInterval(keepAlive)
    unsubscribe()
    stopNotices()
    interrupt.dispose()
    view.stop()
  }
}

const LOOK_AGAIN_MS = 10_000

/** Undefined while the goal is not reached, else why what is left will not run by itself. */
async function goalReached(
  api: SlipwayApi,
  goal: Goal,
  known: ReadonlyMap<string, Batch>,
): Promise<string[] | undefined> {
  if (goal.kind === 'never') return undefined
  const open =
    goal.kind === 'batches'
      ? goal.ids.flatMap((id) => known.get(id) ?? []).filter((batch) => !isFinal(batch.status))
      : [...known.values()].filter((batch) => batch.status === 'queued' || batch.status === 'running')
  const blocked: string[] = []
  for (const batch of open) {
    if (batch.status !== 'queued' || batch.waitsFor === null) return undefined
    const shown = await api.invoke('show', { batch: batch.id })
    if (!shown.ok) continue
    const hopeless = shown.value.after.some(
      ({ satisfied, batch: before }) =>
        !satisfied && (before === null || isFinal(before.status) || before.status === 'paused'),
    )
    if (!hopeless && !open.some((one) => shown.value.after.some(({ batch: b }) => b?.id === one.id))) {
      return undefined
    }
    blocked.push(`#${batch.number} ${batch.waitsFor}`)
  }
  return blocked
}

function noticeSentence(notice: Notice): string | undefined {
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
