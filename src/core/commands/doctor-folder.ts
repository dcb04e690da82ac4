/** Owns the doctor's checks of the data folder: who may read it, how full it is, what was left in it. */

import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  opendirSync,
  readdirSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import prettyBytes from 'pretty-bytes'
import { countOf, MB } from '../../contract/words.ts'
import { freeBytes } from '../host/disk-guard.ts'
import { backupFolders, checkpoint, isUnfinishedCopy } from '../queue/doctor-queries.ts'
import { readSetting } from '../queue/settings-store.ts'
import type { Scope } from './command.ts'
import type { Examination } from './doctor-examination.ts'

const hugeWalBytes = 256 * MB
const manyLogBytes = 20_000_000_000
/** The walk over logs ends after this many files: the doctor has to answer quickly. */
const walkedFiles = 20_000

/** `sound`: the tables can be read. */
export function checkFolder(scope: Scope, examination: Examination, sound: boolean): void {
  if (process.platform !== 'win32') checkModes(scope, examination)
  checkLogs(scope, examination)
  if (!sound) return
  checkDisk(scope, examination)
  checkWal(scope, examination)
  checkCopies(scope, examination)
}

/** Which launcher would start jobs: 'native', 'node', or 'none'. */
export function launcherKind(launcherDir: string): string {
  try {
    if (process.platform !== 'win32') {
      accessSync(path.join(launcherDir, 'slipway-launcher'), constants.X_OK)
      return 'native'
    }
  } catch {
    // Not built on this machine: the Node launcher does the same.
  }
  const built = ['js', 'ts'].some((end) => existsSync(path.join(launcherDir, `node-launcher.${end}`)))
  return built ? 'node' : 'none'
}

function checkModes({ home, db }: Scope, examination: Examination): void {
  const places = [
    home,
    db.path,
    `${db.path}-wal`,
    `${db.path}-shm`,
    path.join(home, 'logs'),
    path.join(home, 'run'),
  ]
  let open = 0
  for (const place of places) {
    const look = statSync(place, { throwIfNoEntry: false })
    if (!look || (look.mode & 0o077) === 0) continue
    open += 1
    const mode = (look.mode & 0o777).toString(8)
    const message = `${place} can be reached by other users (mode ${mode}).`
    if (place === home && !isOurs(home))
      examination.note(
        'modes',
        'warning',
        `${message} Other things are kept there too: choose a folder of Slipway's own.`,
      )
    else
      examination.mend('modes', 'warning', message, () => {
        chmodSync(place, look.mode & 0o700)
        return `mode ${(look.mode & 0o700).toString(8)}`
      })
  }
  if (open === 0) examination.fine('modes', 'Only you can reach the data folder.')
}

/** A folder that somebody else uses too keeps its mode. */
function isOurs(home: string): boolean {
  return readdirSync(home).every((name) => /^(slipway\.|(logs|run|inputs|desktop)$)/.test(name))
}

function checkDisk({ db, home }: Scope, examination: Examination): void {
  const { free, total } = freeBytes(home)
  const least = readSetting(db, 'min-free-disk-mb') * MB
  const words = `${prettyBytes(free)} of ${prettyBytes(total)} are free`
  if (free < least)
    examination.note('disk', 'warning', `Only ${words}; the queue pauses itself below ${prettyBytes(least)}.`)
  else if (free < 2 * least)
    examination.note('disk', 'notice', `${words}; the queue pauses itself below ${prettyBytes(least)}.`)
  else examination.fine('disk', `${words}.`)
}

function checkWal({ db }: Scope, examination: Examination): void {
  const bytes = statSync(`${db.path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  if (bytes <= hugeWalBytes) return examination.fine('wal', `The write-ahead log has ${prettyBytes(bytes)}.`)
  const message = `The write-ahead log has grown to ${prettyBytes(bytes)}: some reader holds an old view.`
  examination.mend('wal', 'warning', message, () => (checkpoint(db) ? 'written back and emptied' : null))
}

function checkLogs({ home }: Scope, examination: Examination): void {
  const folder = path.join(home, 'logs')
  const found = { files: 0, bytes: 0 }
  if (existsSync(folder)) addUp(folder, found)
  const atLeast = found.files >= walkedFiles ? 'at least ' : ''
  const words = `The logs have ${atLeast}${prettyBytes(found.bytes)} in ${countOf(found.files, 'file')}`
  if (found.bytes < manyLogBytes) examination.fine('logs', `${words}.`)
  else examination.note('logs', 'notice', `${words}; the setting log-retention-days removes old ones.`)
}

function addUp(folder: string, found: { files: number; bytes: number }): void {
  const entries = opendirSync(folder)
  try {
    for (let entry = entries.readSync(); entry && found.files < walkedFiles; entry = entries.readSync()) {
      const at = path.join(folder, entry.name)
      if (entry.isDirectory()) addUp(at, found)
      else {
        found.files += 1
        found.bytes += lstatSync(at, { throwIfNoEntry: false })?.size ?? 0
      }
    }
  } finally {
    entries.closeSync()
  }
}

function checkCopies({ db, home }: Scope, examination: Examination): void {
  const folders = new Set([home, ...backupFolders(db).map((file) => path.dirname(file))])
  const left = [...folders].filter(existsSync).flatMap((folder) =>
    readdirSync(folder)
      .filter(isUnfinishedCopy)
      .map((name) => path.join(folder, name)),
  )
  if (left.length === 0) return examination.fine('copies', 'No half-made copy of the database was left.')
  examination.note(
    'copies',
    'notice',
    `Half-made copies of the database, which may be removed unless one is being made now: ${left.join(', ')}.`,
  )
}
