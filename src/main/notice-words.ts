/**
 * Owns the text of notifications: which ends are reported, and when several become one. Pure.
 */

import type { Batch } from '../contract/entities.ts'
import type { Settings } from '../contract/settings.ts'
import { batchName, resultWords } from '../contract/words.ts'

export type Words = { title: string; body: string /** Number to show on a click. */; batch: number | null }

/** Ends to report, according to the settings; a cancelled batch was ended by somebody on purpose. */
export function isEndReported(batch: Batch, settings: Settings): boolean {
  if (batch.status === 'completed') return settings['notify-completed']
  if (batch.status === 'failed' || batch.status === 'completed_with_errors') return settings['notify-failed']
  return false
}

/** Attention to report, according to the settings. Bad ends are reported as ends. */
export function isAttentionReported(kind: string, settings: Settings): boolean {
  if (kind === 'ended-badly') return false
  const own = {
    duplicate: 'notify-duplicate',
    disk: 'notify-disk',
    predecessor: 'notify-predecessor',
  } as const
  return settings[Object.hasOwn(own, kind) ? own[kind as keyof typeof own] : 'notify-attention']
}

/** One notification for all of these, null for none. */
export function wordsFor(batches: readonly Batch[]): Words | null {
  const [only] = batches
  if (only === undefined) return null
  if (batches.length === 1)
    return { title: batchName(only), body: capital(resultWords(only)), batch: only.number }
  const bad = batches.filter((batch) => batch.status !== 'completed')
  const good = batches.length - bad.length
  const parts = [
    good > 0 ? `${good} completed` : '',
    bad.length > 0 ? `${bad.length} failed or ended with errors` : '',
  ]
  const names = batches.slice(0, 3).map((batch) => `#${batch.number}`)
  const more = batches.length > 3 ? ` and ${batches.length - 3} more` : ''
  return {
    title: `${batches.length} batches finished`,
    body: `${parts.filter(Boolean).join(', ')}: ${names.join(', ')}${more}`,
    batch: (bad[0] ?? only).number,
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
