/**
 * Owns noticing that another process committed. A file-system event on the write-ahead log triggers a check; a
 * slow poll covers missed events. The check itself is `PRAGMA data_version`, about 2 µs. Our own commits are events
 * too, and wake us once each, a hundred times a second at most. Never reads any table.
 */
import { type FSWatcher, watch } from 'node:fs'
import path from 'node:path'
import type { Db } from './db.ts'

/** Without any file-system event a change is seen within this time. */
const pollMs = 100
/** Where the kernel reports every write of any program, the poll only covers the unexpected. */
const netMs = 500
/** From an event to the check: the commit may still be in progress, and one check is enough for many events. */
const settleMs = 2
/** Calls `onChange` after another connection committed; returns the way to stop. */
export function watchDatabase(db: Db, onChange: () => void): () => void {
  const folder = path.dirname(db.path)
  const log = `${path.basename(db.path)}-wal`
  let version = db.dataVersion()
  let watcher: FSWatcher | null = null
  let soon: NodeJS.Timeout | null = null
  let net: NodeJS.Timeout | null = null

  const look = () => {
    const now = db.dataVersion()
    if (now === version) return
    version = now
    onChange()
  }
  const poll = (everyMs: number) => {
    if (net) clearInterval(net)
    net = setInterval(look, everyMs)
    net.unref()
  }
  try {
    watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name !== log || soon !== null) return
      soon = setTimeout(() => {
        soon = null
        look()
      }, settleMs)
      soon.unref()
    })
    watcher.on('error', () => {
      watcher?.close()
      watcher = null
      poll(pollMs)
    })
  } catch {
    watcher = null // no watching on this file system: the poll is enough, only slower
  }
  poll(watcher && process.platform === 'linux' ? netMs : pollMs)
  return () => {
    if (net) clearInterval(net)
    if (soon) clearTimeout(soon)
    watcher?.close()
    watcher = null
  }
}
