/**
 * Owns noticing that another process committed. A file-system event on the write-ahead log says "look"; a slow
 * poll is the net beneath it. The look itself is `PRAGMA data_version`, about 2 µs; what costs is to be woken for it,
 * as our own commits are events too. Never reads any table.
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
/** The same while event after event is of our own commits. */
const ownMs = 10
const ownAfter = 3

/** Calls `onChange` after another connection committed; returns the way to stop. */
export function watchDatabase(db: Db, onChange: () => void): () => void {
  let version = db.dataVersion()
  let soon: NodeJS.Timeout | null = null
  /** Looks in a row that an event asked for and that found nothing of others. */
  let fruitless = 0
  const look = (): boolean => {
    const now = db.dataVersion()
    if (now === version) return false
    version = now
    onChange()
    return true
  }
  let watcher: FSWatcher | null = null
  let net: NodeJS.Timeout
  const poll = (everyMs: number) => {
    net = setInterval(() => {
      if (soon === null) fruitless = 0 // no event is waiting for its look: the flow has ended
      look()
    }, everyMs)
    net.unref()
  }
  try {
    const log = `${path.basename(db.path)}-wal`
    watcher = watch(path.dirname(db.path), { persistent: false }, (_event, name) => {
      if (name !== log || soon !== null) return
      soon = setTimeout(
        () => {
          soon = null
          fruitless = look() ? 0 : fruitless + 1
        },
        fruitless < ownAfter ? settleMs : ownMs,
      )
      soon.unref()
    })
    watcher.on('error', () => {
      watcher?.close()
      clearInterval(net)
      poll(pollMs)
    })
  } catch {
    // No watching on this file system: the poll is enough, only slower.
  }
  poll(watcher && process.platform === 'linux' ? netMs : pollMs)
  return () => {
    clearInterval(net)
    if (soon) clearTimeout(soon)
    watcher?.close()
  }
}
