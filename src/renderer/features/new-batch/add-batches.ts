/**
 * Owns adding what was previewed: trust first, then enqueue, and the duplicate question when one stands in the way.
 */
import { notifications } from '@mantine/notifications'
import type { CommandOutput } from '../../../contract/commands.ts'
import type { Conflict, IfExists } from '../../../contract/entities.ts'
import { batchName, countOf } from '../../../contract/words.ts'
import { request } from '../../api/current.ts'
import { act, showError } from '../../store/act.ts'
import { announce, confirmDuplicates, showBatch } from '../../store/panel-store.ts'
import { rememberFile } from './recent-files.ts'

export type AddRequest = {
  file: string
  types: string[]
  variables: Readonly<Record<string, string>>
  hold: boolean
  skipDone: boolean
  priority?: number
}

/** 'added' when it is done, 'left' when the person left it, 'changed' when it must be looked at again. */
export async function addBatches(
  preview: CommandOutput<'preview'>,
  wanted: AddRequest,
): Promise<'added' | 'left' | 'changed'> {
  if (preview.trust !== 'known') {
    const trusted = await act('trust', { file: wanted.file, digest: preview.digest })
    if (!trusted) return 'changed'
  }
  const enqueue = (ifExists: IfExists) =>
    request('enqueue', { ...wanted, variables: { ...wanted.variables }, ifExists, digest: preview.digest })
  let result = await enqueue('fail')
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

function announceAdded({ created, existing, closed, skipped }: CommandOutput<'enqueue'>): void {
  const left = skipped.reduce((sum, each) => sum + each.jobs, 0)
  const [first] = created
  const [there] = existing
  const parts = [
    created.length === 1 && first ? `Added ${batchName(first)}` : '',
    created.length > 1 ? `Added ${countOf(created.length, 'batch', 'batches')}` : '',
    closed.length > 0 ? `ended ${closed.map((b) => `#${b.number}`).join(', ')}` : '',
    left > 0 ? `skipped ${countOf(left, 'job')} that already succeeded` : '',
    created.length === 0 && there ? `${batchName(there)} was already queued` : '',
  ].filter((part) => part !== '')
  const sentence = parts.join('; ')
  if (sentence) notifications.show({ message: sentence, withBorder: true })
  announce(sentence)
  const shown = first ?? there
  if (shown) showBatch(shown)
}
