/**
 * Owns adding what was previewed: trust first, then enqueue, and the duplicate question on a conflict.
 */
import { notifications } from '@mantine/notifications'
import type { CommandOutput } from '../../../contract/commands.ts'
import type { Conflict } from '../../../contract/entities.ts'
import { doneSentence, placedSentences, sumDone } from '../../../contract/succession-words.ts'
import { amount, batchName, countOf } from '../../../contract/words.ts'
import { act, showError, tryCommand } from '../../store/act.ts'
import { announce, confirmDuplicates, type DuplicateChoice, showBatch } from '../../store/panel-store.ts'
import { warnOutside } from '../../store/warnings.ts'
import { rememberFile } from './recent-files.ts'

export type AddRequest = {
  file: string
  types: string[]
  variables: Readonly<Record<string, string>>
  hold: boolean
  skipDone: boolean
  priority?: number
}

const placedAtMost = 2

/** 'added' when it is done, 'left' when the person left it, 'changed' when it must be looked at again. */
export async function addBatches(
  preview: CommandOutput<'preview'>,
  wanted: AddRequest,
): Promise<'added' | 'left' | 'changed'> {
  if (preview.trust !== 'known') {
    const trusted = await act('trust', { file: wanted.file, digest: preview.digest })
    if (!trusted) return 'changed'
  }
  const enqueue = (choice: DuplicateChoice | null) =>
    tryCommand('enqueue', {
      ...wanted,
      variables: { ...wanted.variables },
      ...choice,
      digest: preview.digest,
    })
  let result = await enqueue(null)
  if (!result.ok && result.error.code === 'duplicate' && result.error.conflicts?.length) {
    const choice = await confirmDuplicates(
      `Add ${preview.configuration}`,
      result.error.conflicts as readonly Conflict[],
    )
    if (choice === null) return 'left'
    result = await enqueue(choice)
  }
  if (!result.ok) {
    showError(result.error)
    return 'changed'
  }
  rememberFile(wanted.file)
  announceAdded(result.value)
  return 'added'
}

function announceAdded(answer: CommandOutput<'enqueue'>): void {
  const { created, existing, closed, placed, skipped } = answer
  const left = skipped.reduce((sum, each) => sum + each.jobs, 0)
  const done = sumDone(skipped.flatMap((each) => each.done ?? []))
  const [first] = created
  const [there] = existing
  const parts = [
    created.length === 1 && first ? `Added ${batchName(first)}` : '',
    created.length > 1 ? `Added ${countOf(created.length, 'batch', 'batches')}` : '',
    closed.length > 0 ? `ended ${closed.map((b) => `#${b.number}`).join(', ')}` : '',
    ...(placed.length <= placedAtMost
      ? placedSentences(answer)
      : [`${amount(placed.length)} of them keep the places of those they replace`]),
    left > 0 || done !== null
      ? `skipped ${countOf(left, 'job')}${done ? `: ${doneSentence(done)}` : ''}`
      : '',
    created.length + existing.length === 0 ? 'nothing left to add' : '',
    created.length === 0 && there ? `${batchName(there)} was already queued` : '',
  ].filter((part) => part !== '')
  const sentence = parts.join('; ')
  if (sentence) notifications.show({ message: sentence, withBorder: true })
  announce(sentence)
  warnOutside(answer)
  const shown = first ?? there
  if (shown) showBatch(shown)
}
