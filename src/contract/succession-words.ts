/**
 * Owns the sentences about what an enqueue or a retry left out, took over and left behind: the same on the command
 * line and in the panel. Pure.
 */
import type { CommandOutput } from './commands.ts'
import type { DoneCounts } from './outputs.ts'
import { amount, countOf, rangeWords } from './words.ts'

type Succession = Pick<CommandOutput<'enqueue'>, 'outside' | 'placed'>

/** '412 unchanged since #31; 38 changed, 5 outputs missing, 50 new'. */
export function doneSentence({ unchanged, changed, outputsMissing, new: fresh, since }: DoneCounts): string {
  const rest = [
    changed === 0 ? [] : `${amount(changed)} changed`,
    outputsMissing === 0 ? [] : countOf(outputsMissing, 'output missing', 'outputs missing'),
    fresh === 0 ? [] : `${amount(fresh)} new`,
  ].flat()
  const same = `${amount(unchanged)} unchanged${since === null ? '' : ` since #${since}`}`
  return rest.length === 0 ? same : `${same}; ${rest.join(', ')}`
}

/** The counts of several batches as one; null where there are none. */
export function sumDone(all: readonly DoneCounts[]): DoneCounts | null {
  const [first] = all
  if (!first) return null
  return all.slice(1).reduce(
    (sum, each) => ({
      unchanged: sum.unchanged + each.unchanged,
      changed: sum.changed + each.changed,
      outputsMissing: sum.outputsMissing + each.outputsMissing,
      new: sum.new + each.new,
      since: Math.max(sum.since ?? 0, each.since ?? 0) || null,
    }),
    first,
  )
}

/** What a batch took over from the one it closed: '#21 takes the place of #12 at position 1, priority 0'. */
export function placedSentences({ placed }: Pick<Succession, 'placed'>): string[] {
  return placed.map(({ number, of, position, priority }) => {
    const at = position === null ? '' : ` at position ${amount(position)}`
    return `#${number} takes the place of #${of}${at}, priority ${priority}`
  })
}

/** What of the closed batches is in no batch any more: '8 jobs of #12 will not run: 10-17 is outside the new range'. */
export function outsideSentences({ outside }: Pick<Succession, 'outside'>): string[] {
  return outside.map(
    ({ number, ranges, jobs }) =>
      `${countOf(jobs, 'job')} of #${number} will not run: ${ranges.map((range) => rangeWords(range)).join(', ')} is outside the new range`,
  )
}
