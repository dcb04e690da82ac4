/**
 * Owns a list of up to a million jobs as pages: any page at once while nothing is filtered (ordinals are dense),
 * and page after page where a filter or a search is set, since the core pages by keyset.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { shallow } from 'zustand/shallow'
import type { Batch, Job } from '../../../contract/entities.ts'
import type { SlipwayError } from '../../../contract/errors.ts'
import type { JobStatus } from '../../../contract/states.ts'
import { request } from '../../api/current.ts'
import { useOnReturn } from '../../ui/use-on-return.ts'

const pageSize = 200
const mostAtOnce = 10_000
const refreshMs = 700

export type JobPages = {
  /** How many jobs match. */
  total: number
  /** The job in a row, or `undefined` while its page is on its way. */
  at: (index: number) => Job | undefined
  /** Reports which rows are on the screen. */
  want: (first: number, last: number) => void
  waiting: boolean
  error: SlipwayError | null
  again: () => void
}

type Pages = {
  key: string
  pages: ReadonlyMap<number, readonly Job[]>
  /** Page -> the ordinal after which it begins. */
  starts: ReadonlyMap<number, number>
  matching: number
  error: SlipwayError | null
}

/** The jobs that read as before are the objects they were, so that their rows need not be drawn again. */
function unchangedKept(before: readonly Job[] | undefined, now: readonly Job[]): readonly Job[] {
  if (before === undefined) return now
  return now.map((job, index) => {
    const old = before[index]
    return old !== undefined && shallow(old, job) ? old : job
  })
}

/** The jobs of a batch; they are reloaded when the batch's counts change. */
export function useJobPages(batch: Batch, statuses: readonly JobStatus[], search: string): JobPages {
  const key = JSON.stringify([batch.id, statuses, search])
  const filtered = statuses.length > 0 || search !== ''
  const empty: Pages = { key, pages: new Map(), starts: new Map([[0, 0]]), matching: -1, error: null }
  const [state, setState] = useState<Pages>(empty)
  const current = state.key === key ? state : empty
  const latest = useRef(current)
  latest.current = current
  const wanted = useRef<[number, number]>([0, 0])
  const busy = useRef('')

  const load = useCallback(
    async (firstPage: number, lastPage: number, force: boolean) => {
      const before = latest.current
      let from = firstPage
      if (filtered) while (from > 0 && !before.starts.has(from)) from -= 1
      const missing = Array.from({ length: lastPage - from + 1 }, (_, i) => from + i).some(
        (page) => !before.pages.has(page),
      )
      const mark = `${key} ${from} ${lastPage} ${force}`
      if ((!missing && !force) || busy.current === mark) return
      busy.current = mark
      const [, wantedStatuses, wantedSearch] = JSON.parse(key) as [string, JobStatus[], string]
      const result = await request('jobs', {
        batch: batch.id,
        after: filtered ? (before.starts.get(from) ?? 0) : from * pageSize,
        limit: Math.min(mostAtOnce, (lastPage - from + 1) * pageSize),
        ...(wantedStatuses.length > 0 ? { status: wantedStatuses } : {}),
        ...(wantedSearch ? { search: wantedSearch } : {}),
      })
      if (busy.current === mark) busy.current = ''
      setState((old) => {
        const base = old.key === key ? old : before
        if (latest.current.key !== key) return old
        if (!result.ok) return { ...base, error: result.error }
        const { jobs, matching } = result.value
        const pages = new Map(base.pages)
        const starts = new Map(base.starts)
        for (let offset = 0; offset < jobs.length || offset === 0; offset += pageSize) {
          const page = from + offset / pageSize
          const slice = jobs.slice(offset, offset + pageSize)
          pages.set(page, unchangedKept(base.pages.get(page), slice))
          const last = slice.at(-1)
          if (filtered && last && slice.length === pageSize) starts.set(page + 1, last.ordinal)
        }
        return { key, pages, starts, matching, error: null }
      })
    },
    [batch.id, key, filtered],
  )

  const want = useCallback(
    (first: number, last: number) => {
      wanted.current = [Math.floor(first / pageSize), Math.floor(last / pageSize)]
      void load(wanted.current[0], wanted.current[1], false)
    },
    [load],
  )

  useEffect(() => {
    wanted.current = [0, 0]
    void load(0, 0, true)
  }, [load])

  const again = useCallback(() => void load(wanted.current[0], wanted.current[1], true), [load])
  useOnReturn(current.error !== null, again)

  const version = `${batch.jobs.pending} ${batch.jobs.running} ${batch.jobs.succeeded} ${batch.jobs.failed}`
  const shownVersion = useRef(version)
  useEffect(() => {
    if (shownVersion.current === version) return
    const timer = setTimeout(() => {
      shownVersion.current = version
      again()
    }, refreshMs)
    return () => clearTimeout(timer)
  }, [version, again])

  return {
    total: current.matching < 0 ? (filtered ? 0 : batch.jobs.total) : current.matching,
    at: (index) => current.pages.get(Math.floor(index / pageSize))?.[index % pageSize],
    want,
    waiting: current.matching < 0 && current.error === null,
    error: current.error,
    again,
  }
}
