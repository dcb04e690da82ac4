/**
 * Owns asking the core from a component: the latest question wins, an answer that comes too late is dropped, and
 * the last answer stays on the screen while a new one is on its way.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { CommandInput, CommandName, CommandOutput } from '../../contract/commands.ts'
import type { SlipwayError } from '../../contract/errors.ts'
import { ask } from '../api/current.ts'

export type Answer<T> = {
  value: T | undefined
  error: SlipwayError | undefined
  /** True until the first answer to this question. */
  waiting: boolean
  again: () => void
}

/**
 * Asks `name` with `input` whenever the question or `fresh` changes; `null` asks nothing. A changed question
 * forgets the old answer, a changed `fresh` keeps it until the new one is there.
 */
export function useAnswer<N extends CommandName>(
  name: N,
  input: CommandInput<N> | null,
  fresh: unknown = null,
): Answer<CommandOutput<N>> {
  type State = { question: string; value?: CommandOutput<N>; error?: SlipwayError }
  const question = input === null ? '' : JSON.stringify(input)
  const [state, setState] = useState<State>({ question: '' })
  const [turn, setTurn] = useState(0)
  const latest = useRef(0)

  // `fresh` and `turn` are reasons to ask again, not part of the question.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (question === '') return
    latest.current += 1
    const mine = latest.current
    void ask(name, JSON.parse(question) as CommandInput<N>).then((result) => {
      if (mine !== latest.current) return
      setState((before) => {
        if (result.ok) return { question, value: result.value }
        const kept = before.question === question ? before.value : undefined
        return { question, ...(kept === undefined ? {} : { value: kept }), error: result.error }
      })
    })
    return () => {
      latest.current += 1
    }
  }, [name, question, fresh, turn])

  const again = useCallback(() => setTurn((t) => t + 1), [])
  const current = state.question === question
  return {
    value: current ? state.value : undefined,
    error: current ? state.error : undefined,
    waiting: question !== '' && !current,
    again,
  }
}
