/**
 * Owns the line at the bottom: connection, finalizer, disk, and who works.
 */
import { goToView, usePanel } from '../store/panel-store.ts'
import { useHourCycle, useNow } from './clock-hooks.ts'
import { bytes, counted } from './format-count.ts'
import { ago, clock } from './format-time.ts'

export function StatusBar() {
  const link = usePanel((s) => s.link)
  const finalizer = usePanel((s) => s.server?.finalizer)
  const disk = usePanel((s) => s.server?.disk)
  const worker = usePanel((s) => {
    const executor = s.server?.queue.executor
    return executor ? `Worked by ${executor.kind} host ${executor.pid}` : 'No host is working'
  })
  const unseen = usePanel((s) => s.server?.unseen ?? 0)
  const known = usePanel((s) => s.server !== null)
  const now = useNow()
  const cycle = useHourCycle()
  return (
    <footer className="status-bar tabular" aria-label="Status">
      <span className="status-link" data-state={link.state}>
        <span className="status-dot" aria-hidden />
        {link.state === 'live' && 'Connected'}
        {link.state === 'connecting' && 'Connecting…'}
        {link.state === 'lost' && `Connection lost since ${clock(link.since, cycle)}, trying again`}
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
          {counted(finalizer.rescues, 'rescue')}
        </button>
      )}
      <span style={{ flex: 1 }} />
      {unseen > 0 && (
        <button type="button" className="status-part" onClick={() => goToView('history')}>
          {unseen} finished since you last looked
        </button>
      )}
      {disk && <span className="status-part">{bytes(disk.freeBytes)} free</span>}
    </footer>
  )
}
