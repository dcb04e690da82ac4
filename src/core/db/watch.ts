/**
 * Owns noticing that another process committed. A file-system event on the write-ahead log says "look"; a slow
 * poll is the net beneath it. The look itself is `PRAGMA data_version`, about 2 µs; what costs is to be woken for it,
 * as our own commits are events too, so it stops listening while only they come. Never reads any table.
 */
import { type FSWatcher, watch } from 'node:fs'
import path from 'node:path'
import type { Db } from './db.ts'

/** Without any file-system event a change is seen within this time. */
const pollMs = 100
/** Where the kernel tells of every write of any program, the poll is for what nobody expects. */
const netMs = 500
/** From an event to the look: the commit may still be being written, and one look is enough for many events. */
const settleMs = 2
/** So many looks in a row found nothing of others: our own commits are what the kernel tells of. */
const ownAfter = 3
/** While it is so, nobody tells us anything: a look every 10 ms costs less than to be woken by each commit. */
const ownMs = 10
const mutedLooks = 25

/** Calls `onChange` after another connection committed; returns the way to stop. */
export function watchDatabase(db: Db, onChange: () => void): () => void {
  const folder = path.dirname(db.path)
  const log = `${path.basename(db.path)}-wal`
  let version = db.dataVersion()
  let watcher: FSWatcher | null = null
  let soon: NodeJS.Timeout | null = null
  let often: NodeJS.Timeout | null = null
  let net: NodeJS.Timeout | null = null
  let idleLooks = 0

  const look = (): boolean => {
    const now = db.dataVersion()
    if (now === version) return false
    version = now
    onChange()
    return true
  }
  const poll = (everyMs: number) => {
    if (net) clearInterval(net)
    net = setInterval(() => {
      if (soon === null) idleLooks = 0 // no event is waiting for its look: the flow has ended
      look()
    }, everyMs)
    net.unref()
  }
  const listen = () => {
    try {
      watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name !== log || soon !== null || watcher === null) return
        soon = setTimeout(() => {
          soon = null
          idleLooks = look() ? 0 : idleLooks + 1
          if (idleLooks >= ownAfter) mute()
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
  }
  const mute = () => {
    watcher?.close()
    watcher = null
    let left = mutedLooks
    often = setInterval(() => {
      left -= 1
      if (left === 0) {
        if (often) clearInterval(often)
        often = null
        idleLooks = ownAfter - 1 // the next event decides
        listen() // before the look, so that no commit is between the two
      }
      look()
    }, ownMs)
    often.unref()
  }

  listen()
  return () => {
    for (const timer of [net, often]) if (timer) clearInterval(timer)
    if (soon) clearTimeout(soon)
    watcher?.close()
    watcher = null
  }
}
