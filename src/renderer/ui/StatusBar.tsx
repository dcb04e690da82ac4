/**
 * Owns the status bar: connection, finalizer, disk, and which host runs the queue.
 */

import { ago, bytes, countOf } from '../../contract/words.ts'
import { goToView, usePanel } from '../store/panel-store.ts'
import { useNow } from './clock-hooks.ts'

export function StatusBar() {
  const state = usePanel((s) => s.link.state)
  const finalizer = usePanel((s) => s.server?.finalizer)
  const disk = usePanel((s) => s.server?.disk)
  const worker = usePanel((s) => {
    const executor = s.server?.queue.executor
    return executor ? `Running on ${executor.kind} host (PID ${executor.pid})` : 'No host running'
  })
  const unseen = usePanel((s) => s.server?.unseen ?? 0)
  const known = usePanel((s) => s.server !== null)
  const now = useNow()
  return (
    <footer className="status-bar tabular" aria-label="Status">
      <span className="status-link" data-state={state}>
        <span className="status-dot" aria-hidden />
        {state === 'live' && 'Connected'}
        {state === 'connecting' && 'Connecting…'}
        {state === 'lost' && 'Not connected'}
      </span>
      {known && (
        <button type="button" className="status-part" onClick={() => goToView('health')}>
          {worker}
        </button>
      )}
      {finalizer && (
        <button type="button" className="status-part" onClick={() => goToView('health')}>
          Finalizer:{' '}
          {finalizer.lastSweepAt === null ? 'no sweep yet' : `last sweep ${ago(finalizer.lastSweepAt, now)}`},{' '}
          {countOf(finalizer.rescues, 'rescue')}
        </button>
      )}
      <span style={{ flex: 1 }} />
      {unseen > 0 && (
        <button type="button" className="status-part" onClick={() => goToView('history')}>
          {unseen} new
        </button>
      )}
      {disk && <span className="status-part">{bytes(disk.freeBytes)} free</span>}
    </footer>
  )
}
