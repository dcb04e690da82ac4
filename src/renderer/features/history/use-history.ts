/**
 * Owns the pages of the history: newest first, more as one scrolls, reloaded when something finishes.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import type { SlipwayError } from '../../../contract/errors.ts'
import type { BatchStatus, FinalBatchStatus } from '../../../contract/states.ts'
import { finalBatchStatuses } from '../../../contract/states.ts'
import { request } from '../../api/current.ts'
import { usePanel } from '../../store/panel-store.ts'
import { useOnReturn } from '../../ui/use-on-return.ts'

const pageSize = 200

export type HistoryFilter = { statuses: readonly FinalBatchStatus[]; search: string; cleared: boolean }

export type History = {
  batches: readonly Batch[]
  counts: Partial<Record<BatchStatus, number>>
  more: boolean
  waiting: boolean
  error: SlipwayError | null
  loadMore: () => void
  again: () => void
}

type Loaded = {
  key: string
  batches: readonly Batch[]
  counts: History['counts']
  next: number | null
  error: SlipwayError | null
}

export function useHistory(filter: HistoryFilter): History {
  const key = JSON.stringify(filter)
  const [loaded, setLoaded] = useState<Loaded>({ key: '', batches: [], counts: {}, next: null, error: null })
  const latest = useRef(loaded)
  latest.current = loaded
  const busy = useRef(false)
  // What finished, was reopened, cleared or seen: each is a reason to reload.
  const finished = usePanel((s) => s.server?.finished)
  const counts = usePanel((s) => (s.server ? JSON.stringify(s.server.counts) : ''))
  const unseen = usePanel((s) => s.server?.unseen)

  const load = useCallback(
    async (before: number | null, limit: number) => {
      const wanted = JSON.parse(key) as HistoryFilter
      const result = await request('list', {
        all: true,
        status: [...(wanted.statuses.length > 0 ? wanted.statuses : finalBatchStatuses)],
        cleared: wanted.cleared,
        limit,
        ...(wanted.search ? { search: wanted.search } : {}),
        ...(before === null ? {} : { before }),
      })
      setLoaded((old) => {
        const kept = old.key === key ? old : { ...old, batches: [], next: null }
        if (!result.ok) return { ...kept, key, error: result.error }
        const { batches, counts: found, nextBefore } = result.value
        return {
          key,
          batches: before === null ? batches : [...kept.batches, ...batches],
          counts: found,
          next: nextBefore,
          error: null,
        }
      })
    },
    [key],
  )

  const again = useCallback(() => {
    const have = latest.current.key === key ? latest.current.batches.length : 0
    void load(null, Math.max(pageSize, have))
  }, [load, key])
  useOnReturn(loaded.error !== null, again)

  // biome-ignore lint/correctness/useExhaustiveDependencies: these are the reasons to reload
  useEffect(() => {
    const isFirst = latest.current.key !== key || latest.current.batches.length === 0
    const timer = setTimeout(again, isFirst ? 0 : 150)
    return () => clearTimeout(timer)
  }, [again, finished, counts, unseen])

  const loadMore = useCallback(() => {
    const { next } = latest.current
    if (next === null || busy.current) return
    busy.current = true
    void load(next, pageSize).finally(() => {
      busy.current = false
    })
  }, [load])

  return {
    batches: loaded.batches,
    counts: loaded.counts,
    more: loaded.next !== null,
    waiting: loaded.key !== key,
    error: loaded.key === key ? loaded.error : null,
    loadMore,
    again,
  }
}
