/**
 * Owns searching a log on disk: the core searches page by page, and this goes from match to match.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { request } from '../../api/current.ts'
import type { LogTarget } from './use-log.ts'

const pageSize = 500

export type LogSearch = {
  typed: string
  type: (text: string) => void
  /** What the shown matches are of; empty without a search. */
  shownQuery: string
  /** 1-based, 0 when there is none. */
  current: number
  found: number
  /** More may follow than were counted so far. */
  more: boolean
  /** The search could not be done to its end. */
  failed: boolean
  busy: boolean
  step: (by: 1 | -1) => void
}

type Found = { query: string; offsets: readonly number[]; next: number | null; failed: boolean }

const none: Found = { query: '', offsets: [], next: null, failed: false }

export function useLogSearch(target: LogTarget, show: (offset: number) => void): LogSearch {
  const [typed, setTyped] = useState('')
  const [found, setFound] = useState<Found>(none)
  const [current, setCurrent] = useState(0)
  const [busy, setBusy] = useState(false)
  const { batch, job, attempt } = target
  const latestShow = useRef(show)
  latestShow.current = show

  const searchFrom = useCallback(
    async (query: string, from: number) => {
      const result = await request('log-search', {
        batch,
        job,
        query,
        from,
        limit: pageSize,
        ...(attempt === null ? {} : { attempt }),
      })
      return result.ok
        ? { offsets: result.value.matches.map((m) => m.offset), next: result.value.next, failed: false }
        : { offsets: [], next: null, failed: true }
    },
    [batch, job, attempt],
  )

  useEffect(() => {
    const query = typed.trim()
    let stale = false
    if (query === '') {
      setFound(none)
      setCurrent(0)
      return
    }
    const timer = setTimeout(async () => {
      setBusy(true)
      const page = await searchFrom(query, 0)
      if (stale) return
      setBusy(false)
      setFound({ query, ...page })
      setCurrent(page.offsets.length > 0 ? 1 : 0)
      const [first] = page.offsets
      if (first !== undefined) latestShow.current(first)
    }, 250)
    return () => {
      stale = true
      setBusy(false)
      clearTimeout(timer)
    }
  }, [typed, searchFrom])

  const step = useCallback(
    (by: 1 | -1) => {
      const move = async () => {
        if (found.offsets.length === 0) return
        let { offsets } = found
        let to = current + by
        if (to > offsets.length && found.next !== null) {
          setBusy(true)
          const page = await searchFrom(found.query, found.next)
          setBusy(false)
          offsets = [...offsets, ...page.offsets]
          setFound({ ...page, query: found.query, offsets })
        }
        if (to > offsets.length) to = 1
        if (to < 1) to = offsets.length
        setCurrent(to)
        const offset = offsets[to - 1]
        if (offset !== undefined) latestShow.current(offset)
      }
      void move()
    },
    [found, current, searchFrom],
  )

  return {
    typed,
    type: setTyped,
    shownQuery: found.query,
    current,
    found: found.offsets.length,
    more: found.next !== null,
    failed: found.failed,
    busy,
    step,
  }
}
