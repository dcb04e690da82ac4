/**
 * Owns the panel's sense of time: the core's clock, ticking once a second for all that show it, and the reader's
 * hour cycle.
 */
import { useSyncExternalStore } from 'react'
import type { HourCycle } from '../../contract/moments.ts'
import { usePanel } from '../store/panel-store.ts'

let second = Math.floor(Date.now() / 1_000)
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    second = Math.floor(Date.now() / 1_000)
    for (const each of listeners) each()
  }, 1_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The core's time in milliseconds, renewed once a second. */
export function useNow(): number {
  const local = useSyncExternalStore(subscribe, () => second) * 1_000
  return local + usePanel((s) => Math.round((s.server?.clockOffsetMs ?? 0) / 1_000) * 1_000)
}

/** How clock times are written for this reader. */
export function useHourCycle(): HourCycle {
  return usePanel((s) => s.server?.settings['hour-cycle'] ?? 'system')
}
