/**
 * Owns the status bar: connection, disk, which host runs the queue, and the finalizer where it had to step in.
 */

import { bytes, countOf } from '../../contract/words.ts'
import { goToView, usePanel } from '../store/panel-store.ts'

export function StatusBar() {
  const state = usePanel((s) => s.link.state)
  const rescues = usePanel((s) => s.server?.finalizer.rescues ?? 0)
  const disk = usePanel((s) => s.server?.disk)
  const worker = usePanel((s) => {
    const executor = s.server?.queue.executor
    return executor ? `Running on ${executor.kind} host (PID ${executor.pid})` : 'No host running'
  })
  const unseen = usePanel((s) => s.server?.unseen ?? 0)
  const known = usePanel((s) => s.server !== null)
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
      {rescues > 0 && (
        <button type="button" className="status-part warn" onClick={() => goToView('health')}>
          Finalizer: {countOf(rescues, 'rescue')}
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
