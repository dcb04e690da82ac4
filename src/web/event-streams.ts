/**
 * Owns `GET /api/events`: every change sent to every open panel as server-sent events, from one subscription to
 * the core and one serialisation. A panel that does not read fast enough is cut off once its share of memory is
 * used up; it comes back and takes a new snapshot.
 */
import type { ServerResponse } from 'node:http'
import type { SlipwayApi } from '../contract/api.ts'
import type { ChangeEvent } from '../contract/events.ts'
import { strictHeaders } from './reply.ts'

export type EventStreamOptions = {
  api: SlipwayApi
  /** Where the feed stands now. */
  place: () => { epoch: string; seq: number }
  /** A panel that gets nothing for more than twice this time opens a new stream. */
  heartbeatMs: number
  /** What may wait in memory for one panel, in bytes. */
  bufferBytes: number
  maxStreams: number
}

/** How long the subscription is kept after the last panel has gone or a snapshot was taken. */
const lingerMs = 10_000

export class EventStreams {
  readonly #options: EventStreamOptions
  readonly #streams = new Set<ServerResponse>()
  #unsubscribe: (() => void) | null = null
  #lingering: NodeJS.Timeout | null = null
  #last: { text: string; epoch: string } | null = null
  readonly #heartbeat: NodeJS.Timeout

  constructor(options: EventStreamOptions) {
    this.#options = options
    this.#heartbeat = setInterval(() => this.#sendAll('event: alive\ndata: {}\n\n'), options.heartbeatMs)
    this.#heartbeat.unref()
  }

  /** Number of open panels. */
  get size(): number {
    return this.#streams.size
  }

  /** Turns a response into a stream; false when there are too many already. */
  open(response: ServerResponse): boolean {
    if (this.#streams.size >= this.#options.maxStreams) return false
    this.listenForAWhile()
    response.writeHead(200, {
      ...strictHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    })
    response.on('close', () => {
      this.#streams.delete(response)
      this.listenForAWhile()
    })
    response.on('error', () => response.destroy())
    this.#streams.add(response)
    const { epoch, seq } = this.#options.place()
    response.write(`event: hello\ndata: ${JSON.stringify({ epoch, seq })}\n\n`)
    // A change between a panel's snapshot and this moment shows itself as a gap in `seq` or is applied.
    if (this.#last?.epoch === epoch) response.write(this.#last.text)
    return true
  }

  /**
   * The core counts changes only while somebody listens. Called before a snapshot is taken, so that the stream
   * which is opened next has what changed in between.
   */
  listenForAWhile(): void {
    this.#unsubscribe ??= this.#options.api.subscribe((event) => this.#send(event))
    if (this.#lingering) clearTimeout(this.#lingering)
    this.#lingering = setTimeout(() => {
      if (this.#streams.size > 0) return
      this.#unsubscribe?.()
      this.#unsubscribe = null
      this.#last = null
    }, lingerMs)
    this.#lingering.unref()
  }

  /** Ends all streams and the subscription. */
  close(): void {
    clearInterval(this.#heartbeat)
    if (this.#lingering) clearTimeout(this.#lingering)
    this.#unsubscribe?.()
    this.#unsubscribe = null
    for (const stream of this.#streams) stream.end()
    this.#streams.clear()
  }

  #send(event: ChangeEvent): void {
    const text = `data: ${JSON.stringify(event)}\n\n`
    this.#last = { text, epoch: event.epoch }
    this.#sendAll(text)
  }

  #sendAll(text: string): void {
    for (const stream of this.#streams) {
      if (stream.writableLength > this.#options.bufferBytes) {
        this.#streams.delete(stream)
        stream.destroy()
      } else stream.write(text)
    }
  }
}
