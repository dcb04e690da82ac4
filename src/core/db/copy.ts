/**
 * Owns copying a live database into a new file: whole, checked and on the disk, or not at all. Uses a
 * connection of its own, held to one view of the data, so that no writer makes the copy start over.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'

/** What a copy is called until it is whole; a killed one leaves a file of this name beside its target. */
export const unfinishedCopy = /\.slipway-copy-[0-9a-f]+\.partial(-journal|-wal|-shm)?$/

const pagesPerStep = 2_000

/**
 * Copies `source` to `target`, which must not exist (EEXIST). Resolves to the copy's size in bytes when it has
 * been checked and is durable; rejects with what the system or SQLite threw, and nothing is left behind.
 */
export async function copyDatabase(source: string, target: string, onStep: () => void): Promise<number> {
  const partial = `${target}.slipway-copy-${randomBytes(6).toString('hex')}.partial`
  closeSync(openSync(partial, 'wx', 0o600))
  try {
    await copyPages(source, partial, onStep)
    finish(partial)
    flush(partial)
    publish(partial, target)
    flushFolder(path.dirname(target))
    return statSync(target).size
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(partial + end, { force: true })
  }
}

async function copyPages(source: string, partial: string, onStep: () => void): Promise<void> {
  const reader = new Database(source, { fileMustExist: true, timeout: 30_000 })
  try {
    reader.exec('BEGIN; SELECT count(*) FROM sqlite_master') // one view until the end
    await reader.backup(partial, {
      progress() {
        onStep()
        return pagesPerStep
      },
    })
  } finally {
    reader.close()
  }
}

/** A single file without a WAL beside it, without a host that uses it, and every page of it sound. */
function finish(partial: string): void {
  const copy = new Database(partial)
  try {
    copy.pragma('journal_mode = DELETE')
    // The hosts of the original are none of the copy's: nobody must wait there for what they do.
    copy.exec('UPDATE hosts SET executor = 0, ended_at = heartbeat_at WHERE ended_at IS NULL')
    const verdict = copy.pragma('integrity_check(1)', { simple: true })
    if (verdict !== 'ok') throw new Error(`the copy is damaged: ${verdict}`)
  } finally {
    copy.close()
  }
}

function flush(file: string): void {
  const fd = openSync(file, 'r+')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Whether anything has this name, a link into nothing too. */
export function isThere(target: string): boolean {
  return lstatSync(target, { throwIfNoEntry: false }) !== undefined
}

/** A link never replaces a file that appeared meanwhile; file systems without links get the next best. */
function publish(partial: string, target: string): void {
  try {
    linkSync(partial, target)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST' || isThere(target)) throw cause
    renameSync(partial, target)
  }
}

function flushFolder(folder: string): void {
  if (process.platform === 'win32') return // there a folder can't be opened, and NTFS journals its entries
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
