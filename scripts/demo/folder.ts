/**
 * Owns the demo's folder: fresh at each run, and never anybody else's. A marker says that the demo made it;
 * without the marker nothing is deleted, and not while the process named in it is alive.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MARKER = '.made-by-slipway-demo'

/** Empties or makes the folder and marks it; returns why not, in a sentence, when it isn't the demo's. */
export function takeFolder(folder: string): string | undefined {
  const marker = join(folder, MARKER)
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    if (!existsSync(marker)) {
      return `${folder} has files in it that the demo didn't make, so it is left alone. Name another folder: npm run demo -- FOLDER`
    }
    const owner = Number(readFileSync(marker, 'utf8'))
    if (owner !== process.pid && isAlive(owner)) {
      return `Another demo (process ${owner}) is at work in ${folder}. Wait for it, or name another folder.`
    }
    rmSync(folder, { recursive: true })
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(marker, String(process.pid))
  return undefined
}

/** Says that the demo is over, so that the next one may begin. */
export function leaveFolder(folder: string): void {
  writeFileSync(join(folder, MARKER), '0')
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}
