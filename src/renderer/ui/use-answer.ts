/**
 * Owns requests to the core from a component: the latest one wins, a late answer is dropped, and the last answer
 * stays on the screen while a new one is pending.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { CommandInput, CommandName, CommandOutput } from '../../contract/commands.ts'
import type { SlipwayError } from '../../contract/errors.ts'
import { request } from '../api/current.ts'
import { useOnReturn } from './use-on-return.ts'

export type Answer<T> = {
  value: T | undefined
  error: SlipwayError | undefined
  /** True until the first answer to this input. */
  waiting: boolean
  again: () => void
}

/**
 * Invokes `name` with `input` whenever the input or `fresh` changes; `null` invokes nothing. A changed input drops
 * the old answer, a changed `fresh` keeps it until the new one arrives.
 */
export function useAnswer<N extends CommandName>(
  name: N,
  input: CommandInput<N> | null,
  fresh: unknown = null,
): Answer<CommandOutput<N>> {
  type State = { key: string; value?: CommandOutput<N>; error?: SlipwayError }
  const key = input === null ? '' : JSON.stringify(input)
  const [state, setState] = useState<State>({ key: '' })
  const [turn, setTurn] = useState(0)
  const latest = useRef(0)

  // `fresh` and `turn` are reasons to repeat the request, not part of it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (key === '') return
    latest.current += 1
    const mine = latest.current
    void request(name, JSON.parse(key) as CommandInput<N>).then((result) => {
      if (mine !== latest.current) return
      setState((before) => {
        if (result.ok) return { key, value: result.value }
        const kept = before.key === key ? before.value : undefined
        return { key, ...(kept === undefined ? {} : { value: kept }), error: result.error }
      })
    })
    return () => {
      latest.current += 1
    }
  }, [name, key, fresh, turn])

  const again = useCallback(() => setTurn((t) => t + 1), [])
  useOnReturn(state.error !== undefined, again)
  const current = state.key === key
  return {
    value: current ? state.value : undefined,
    error: current ? state.error : undefined,
    waiting: key !== '' && !current,
    again,
  }
}
