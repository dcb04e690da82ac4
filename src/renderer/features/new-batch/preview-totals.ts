/**
 * Owns how much a preview would add: batches, jobs, and what is left out as done. Pure.
 */
import type { CommandOutput } from '../../../contract/commands.ts'
import { doneSentence, sumDone } from '../../../contract/succession-words.ts'
import { countOf, listed } from '../../../contract/words.ts'

type PreviewType = CommandOutput<'preview'>['types'][number]
type PreviewBatch = PreviewType['batches'][number]

/** Jobs that would be queued: without those that are done and unchanged. */
const jobsLeft = ({ jobs, done }: PreviewBatch) => jobs - (done?.unchanged ?? 0)

const isLater = (batch: PreviewBatch) => batch.expands === 'when-claimed'

/** 'about 120 jobs' where the inputs are looked up later. */
export function jobsWords(batches: readonly PreviewBatch[]): string {
  const jobs = batches.reduce((sum, batch) => sum + jobsLeft(batch), 0)
  return `${batches.some(isLater) ? 'about ' : ''}${countOf(jobs, 'job')}`
}

/** How many batches would be created, in words with their jobs, and why some are left out. */
export function previewTotals(types: readonly PreviewType[]): {
  batches: number
  words: string
  done: string | null
} {
  const all = types.flatMap((type) => type.batches)
  const created = all.filter((batch) => isLater(batch) || jobsLeft(batch) > 0)
  const done = sumDone(all.flatMap((batch) => batch.done ?? []))
  return {
    batches: created.length,
    words: `${countOf(created.length, 'batch')}, ${jobsWords(all)}`,
    done: done && doneSentence(done),
  }
}

/** Why the commands of a type are only an estimate; null where they are what will run. */
export function estimateSentence({ after, batches }: PreviewType): string | null {
  if (!batches.some(isLater)) return null
  const when =
    after.length === 0 ? 'it starts' : `${listed(after)} ${after.length === 1 ? 'has' : 'have'} completed`
  return `Estimate: inputs are looked up when ${when}.`
}
