/**
 * Owns notifying a person of what happened while the window is not in front; many ends within a moment become one
 * notification.
 */
import { Notification } from 'electron'
import type { Snapshot } from '../contract/commands.ts'
import type { Batch } from '../contract/entities.ts'
import type { Settings } from '../contract/settings.ts'
import { isAttentionReported, isEndReported, type Words, wordsFor } from './notice-words.ts'

/** Ends within this time become one notification. */
const gatherMs = 1_000

export type NotifierOptions = {
  settings: () => Settings
  isInFront: () => boolean
  /** Number of an active batch or undefined. */
  numberOf: (batchId: string) => number | undefined
  open: (batch: number | null) => void
}

export class Notifier {
  readonly #options: NotifierOptions
  #ended: Batch[] = []
  #timer: NodeJS.Timeout | null = null
  /** Kept while shown: a garbage-collected notification loses its click handler. */
  readonly #shown = new Set<Notification>()

  constructor(options: NotifierOptions) {
    this.#options = options
  }

  /** Batches that became final. */
  finished(batches: readonly Batch[]): void {
    const reported = batches.filter((batch) => isEndReported(batch, this.#options.settings()))
    if (reported.length === 0) return
    this.#ended.push(...reported)
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs)
  }

  /** Things that need a person. */
  attention(news: Snapshot['attention']): void {
    const reported = news.filter((one) => isAttentionReported(one.kind, this.#options.settings()))
    const [first] = reported
    if (first === undefined) return
    const number = first.batchId === null ? null : (this.#options.numberOf(first.batchId) ?? null)
    const more = reported.length > 1 ? ` (and ${reported.length - 1} more)` : ''
    this.#show({ title: 'Slipway needs attention', body: `${first.sentence}${more}`, batch: number })
  }

  /** Shows a sentence of the app itself. */
  notify(title: string, body: string): void {
    this.#show({ title, body, batch: null })
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    for (const one of this.#shown) one.close()
    this.#shown.clear()
  }

  #flush(): void {
    this.#timer = null
    const words = wordsFor(this.#ended)
    this.#ended = []
    if (words !== null) this.#show(words)
  }

  #show(words: Words): void {
    if (this.#options.isInFront() || !Notification.isSupported()) return
    const notification = new Notification({ title: words.title, body: words.body })
    this.#shown.add(notification)
    notification.on('click', () => this.#options.open(words.batch))
    notification.on('close', () => this.#shown.delete(notification))
    notification.show()
  }
}
