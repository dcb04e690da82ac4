/** Owns requesting again what failed while the connection was away, as soon as it is back. */
import { useEffect, useRef } from 'react'
import { usePanel } from '../store/panel-store.ts'

/** Calls `again` when the connection comes back while `failed` is true; `again` must stay the same function. */
export function useOnReturn(failed: boolean, again: () => void): void {
  const isLive = usePanel((s) => s.link.state === 'live')
  const latest = useRef(failed)
  latest.current = failed
  useEffect(() => {
    if (isLive && latest.current) again()
  }, [isLive, again])
}
