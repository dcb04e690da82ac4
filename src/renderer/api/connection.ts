/**
 * Owns when the panel is drawn anew: many events become one state per frame.
 */
import { followQueue, type QueueSink } from '../../contract/follow-queue.ts'
import type { PanelApi } from './panel-api.ts'

/** Keeps `sink` up to date with the host until the returned function is called. */
export function connect(api: PanelApi, sink: QueueSink): () => void {
  return followQueue(api, sink, { soon: nextFrame })
}

function nextFrame(work: () => void): void {
  // A hidden tab gets no frames, but its title and badge should stay true.
  if (document.hidden) setTimeout(work, 250)
  else requestAnimationFrame(work)
}
