/**
 * Owns the notices about what an action left as it was, or left behind.
 */
import { notifications } from '@mantine/notifications'
import type { CommandOutput } from '../../contract/commands.ts'
import type { RefusedBatch } from '../../contract/errors.ts'
import { outsideSentences } from '../../contract/succession-words.ts'
import { countOf } from '../../contract/words.ts'

const namedAtMost = 3

/** Names the batches that were not changed, with the reason of each. */
export function warnRefused(refused: readonly RefusedBatch[]): void {
  const verb = refused.length === 1 ? 'was' : 'were'
  warn(
    `${countOf(refused.length, 'batch')} ${verb} not changed`,
    refused.map((each) => each.message),
    10_000,
  )
}

/** Names jobs that are in no batch any more; it stays until it is closed, for nothing else reports them. */
export function warnOutside(answer: Pick<CommandOutput<'enqueue'>, 'outside'>): void {
  warn(
    'Some jobs will not run',
    outsideSentences(answer).map((each) => `${each}.`),
    false,
  )
}

function warn(title: string, sentences: readonly string[], autoClose: number | false): void {
  if (sentences.length === 0) return
  const more = sentences.length - namedAtMost
  notifications.show({
    color: 'orange',
    title,
    message: [...sentences.slice(0, namedAtMost), ...(more > 0 ? [`and ${more} more`] : [])].join(' '),
    autoClose,
    withBorder: true,
  })
}
