/**
 * Owns noticing that another process committed. A file-system event on the write-ahead log says "look"; a slow
 * poll is the net beneath it. The look itself is `PRAGMA data_version`, about 2 µs. Never reads any table.
 */
import { type FSWatcher, watch } from 'node:fs'
import path from 'node:path'
import type { Db } from './db.ts'

/** Without any file-system event a change is seen within this time. */
const pollMs = 100

/** Calls `onChange` after another connection committed; returns the way to stop. */
export function watchDatabase(db: Db, onChange: () => void): () => void {
  let version = db.dataVersion()
  let second: NodeJS.Timeout | null = null
  const look = () => {
    const now = db.dataVersion()
    if (now === version) return
    version = now
    onChange()
  }
  let watcher: FSWatcher | null = null
  try {
    const log = `${path.basename(db.path)}-wal`
    watcher = watch(path.dirname(db.path), { persistent: false }, (_event, name) => {
      if (name !== log) return
      look()
      // The event may come while the commit is being written: one more look a moment later.
      second ??= setTimeout(() => {
        second = null
        look()
      }, 2)
      second.unref()
    })
    watcher.on('error', () => watcher?.close()) // the poll goes on
  } catch {
    // No watching on this file system: the poll is enough, only slower.
  }
  const timer = setInterval(look, pollMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    if (second) clearTimeout(second)
    watcher?.close()
  }
}
