/**
 * Owns loading the pages of the queue that are on the screen, and reading them again after the queue has changed.
 */
import { useCallback, useEffect, useRef } from 'react'
import { queueHead } from '../../../contract/queue-state.ts'
import { request } from '../../api/current.ts'
import { setQueuePages, usePanel } from '../../store/panel-store.ts'
import { pageSize, type QueuePages } from '../../store/queue-pages.ts'

const refreshMs = 700

/** Returns the function that reports which places (0-based) of the queue are on the screen. */
export function useQueuePages(): (first: number, last: number) => void {
  const seq = usePanel((s) => (s.pages.size === 0 ? 0 : (s.server?.seq ?? 0)))
  const wanted = useRef<readonly number[]>([])
  const loading = useRef('')

  const load = useCallback(async (force: boolean) => {
    const { pages } = usePanel.getState()
    const numbers = wanted.current
    const mark = `${numbers.join()} ${force}`
    if (numbers.length === 0 || loading.current === mark) return
    if (!force && numbers.every((number) => pages.has(number))) return
    loading.current = mark
    const first = numbers[0] ?? 0
    const answer = await request('queue-page', { skip: first * pageSize, limit: numbers.length * pageSize })
    if (loading.current === mark) loading.current = ''
    if (!answer.ok) return
    const { batches } = answer.value
    // What is no longer on the screen is not kept: it would be old when somebody comes back to it.
    const next: QueuePages = new Map(
      numbers.map((number) => {
        const from = (number - first) * pageSize
        return [number, batches.slice(from, from + pageSize)]
      }),
    )
    setQueuePages(next)
  }, [])

  // Not put off by what comes meanwhile: while jobs run, something always does.
  const timer = useRef<number | undefined>(undefined)
  useEffect(() => {
    if (seq === 0 || timer.current !== undefined) return
    timer.current = window.setTimeout(() => {
      timer.current = undefined
      void load(true)
    }, refreshMs)
  }, [seq, load])
  useEffect(
    () => () => {
      window.clearTimeout(timer.current)
      setQueuePages(new Map())
    },
    [],
  )

  return useCallback(
    (first: number, last: number) => {
      // One page more at either end: keys step from row to row.
      const from = Math.max(Math.floor(queueHead / pageSize), Math.floor(first / pageSize) - 1)
      const until = Math.floor(last / pageSize) + 1
      wanted.current =
        last + pageSize / 2 < queueHead
          ? []
          : Array.from({ length: Math.max(0, until - from + 1) }, (_, index) => from + index)
      void load(false)
    },
    [load],
  )
}
