/**
 * Owns the one banner while the connection to the host is away: since when, why, and the way to try at once.
 */
import { Button } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useEffect } from 'react'
import { clock } from '../../contract/moments.ts'
import { reconnect } from '../api/current.ts'
import { closeUnreachable } from '../store/act.ts'
import { announce, usePanel } from '../store/panel-store.ts'
import { useHourCycle } from './clock-hooks.ts'

export function ConnectionBanner() {
  const link = usePanel((s) => s.link)
  const cycle = useHourCycle()
  const since = link.state === 'lost' ? clock(link.since, cycle) : null
  useEffect(() => {
    if (since === null) return
    announce(`No connection to Slipway since ${since}.`)
    return () => {
      closeUnreachable()
      announce('The connection is back.')
    }
  }, [since])
  if (link.state !== 'lost') return null
  return (
    <section className="connection-banner" aria-label="Connection">
      <IconPlugConnectedX size={18} aria-hidden />
      <span className="clip">
        <b>No connection to Slipway since {since}.</b> {link.error ?? 'What you see is from then.'} Actions
        are refused until it is back.
      </span>
      <span className="connection-tried tabular">last tried {clock(link.triedAt, cycle, true)}</span>
      <Button size="compact-sm" variant="default" onClick={reconnect}>
        Retry now
      </Button>
    </section>
  )
}
