/**
 * Owns reading a job's log: the end first, neighbours when they are scrolled to, and what is new while it grows.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { CommandOutput } from '../../../contract/commands.ts'
import type { SlipwayError } from '../../../contract/errors.ts'
import { request } from '../../api/current.ts'
import { showError } from '../../store/act.ts'
import { append, chunkBytes, emptyWindow, type LogWindow, openAt, prepend } from './log-window.ts'

const followMs = 400

export type LogTarget = { batch: string; job: number; attempt: number | null }

export type OpenLog = {
  window: LogWindow
  path: string
  attempt: number | null
  open: boolean
  gap: CommandOutput<'log'>['gap']
  error: SlipwayError | null
  loading: boolean
  /** Lines that the last reading added above, so that the view can stay where it was. */
  addedAbove: { lines: number; turn: number }
  earlier: () => void
  later: () => void
  /** Reads around a byte offset instead. */
  jump: (offset: number) => Promise<LogWindow | null>
  toEnd: () => void
}

type State = Omit<OpenLog, 'earlier' | 'later' | 'jump' | 'toEnd'>

const nothing: State = {
  window: emptyWindow,
  path: '',
  attempt: null,
  open: false,
  gap: null,
  error: null,
  loading: true,
  addedAbove: { lines: 0, turn: 0 },
}

/** `follow` reads what is new while the attempt runs. */
export function useLog(target: LogTarget, follow: boolean): OpenLog {
  const [state, setState] = useState<State>(nothing)
  const latest = useRef(state)
  latest.current = state
  const busy = useRef(false)
  const { batch, job, attempt } = target
  const generation = useRef(0)

  const read = useCallback(
    async (from: number, length: number) => {
      const mine = generation.current
      const result = await request('log', {
        batch,
        job,
        from,
        length,
        ...(attempt === null ? {} : { attempt }),
      })
      return mine === generation.current ? result : undefined
    },
    [batch, job, attempt],
  )

  const put = useCallback((value: CommandOutput<'log'>, window: LogWindow, linesAbove = 0) => {
    setState((before) => ({
      window,
      path: value.path,
      attempt: value.attempt,
      open: value.open,
      gap: value.gap,
      error: null,
      loading: false,
      addedAbove:
        linesAbove > 0 ? { lines: linesAbove, turn: before.addedAbove.turn + 1 } : before.addedAbove,
    }))
  }, [])

  const toEnd = useCallback(async () => {
    const result = await read(-chunkBytes, chunkBytes)
    if (!result) return
    if (result.ok) put(result.value, openAt(result.value, result.value.size))
    else setState({ ...nothing, loading: false, error: result.error })
  }, [read, put])

  useEffect(() => {
    generation.current += 1
    setState(nothing)
    void toEnd()
  }, [toEnd])

  const once = useCallback(async (work: () => Promise<void>) => {
    if (busy.current) return
    busy.current = true
    try {
      await work()
    } finally {
      busy.current = false
    }
  }, [])

  const earlier = useCallback(
    () =>
      void once(async () => {
        const { window } = latest.current
        if (window.from <= 0) return
        const from = Math.max(0, window.from - chunkBytes)
        const result = await read(from, window.from - from)
        if (!result?.ok || result.value.bytes === 0) return
        const { window: next, added } = prepend(latest.current.window, result.value, result.value.size)
        put(result.value, next, added)
      }),
    [once, read, put],
  )

  const later = useCallback(
    () =>
      void once(async () => {
        const { window } = latest.current
        const result = await read(window.to, chunkBytes)
        if (!result?.ok) return
        put(result.value, append(latest.current.window, result.value, result.value.size))
      }),
    [once, read, put],
  )

  const jump = useCallback(
    async (offset: number) => {
      const from = Math.max(0, Math.floor(offset) - chunkBytes / 4)
      const result = await read(from, chunkBytes)
      if (result?.ok === false) showError(result.error)
      if (!result?.ok) return null
      const window = openAt(result.value, result.value.size)
      put(result.value, window)
      return window
    },
    [read, put],
  )

  useEffect(() => {
    if (!follow || !(state.open || state.error)) return
    // A job that has not started has no log yet: read until there is one.
    const timer = setInterval(() => (latest.current.error ? void toEnd() : later()), followMs)
    return () => clearInterval(timer)
  }, [follow, state.open, state.error, later, toEnd])

  return { ...state, earlier, later, jump, toEnd: () => void toEnd() }
}
