/**
 * Owns what counts as wrong with Slipway itself, so that the badge and the health page agree. Pure.
 */

import type { LiveQueue } from '../../contract/queue-state.ts'
import { MB } from '../../contract/words.ts'

export type Trouble = { kind: 'disk' | 'host' | 'finalizer'; sentence: string }

/** What is wrong now; empty when all is well. */
export function troubles(server: LiveQueue): Trouble[] {
  const found: Trouble[] = []
  const least = server.settings['min-free-disk-mb'] * MB
  if (server.disk.freeBytes < Math.max(least * 2, server.disk.totalBytes * 0.01))
    found.push({ kind: 'disk', sentence: 'The disk that keeps the logs is almost full.' })
  for (const host of server.hosts)
    if (host.state === 'silent' || host.state === 'stopped')
      found.push({
        kind: 'host',
        sentence: `The ${host.kind} host (PID ${host.pid}) stopped sending heartbeats.`,
      })
  const { executor } = server.queue
  if (server.running && (executor === null || executor.state === 'gone'))
    found.push({
      kind: 'host',
      sentence: 'A batch was running when its host exited, and no host is running to continue it.',
    })
  const { lastSweepAt, intervalMs } = server.finalizer
  const now = Date.now() + server.clockOffsetMs
  // Only a working host sweeps; without one nothing is overdue.
  if (executor && lastSweepAt !== null && now - lastSweepAt > 3 * intervalMs + 60_000)
    found.push({ kind: 'finalizer', sentence: 'The finalizer is overdue.' })
  return found
}
