/**
 * Finds what is left of a job: members of its group or session, and strays that carry its marker. Used by the
 * Node launcher, which never learns of strays from the kernel; the native one is their subreaper.
 */
import { readFileSync } from 'node:fs'
import { listPids, readMarker, readStat } from '../../process/linux.ts'
import { findMarked } from '../../process/processes.ts'

/** The job whose processes are looked for. `pid` is also its group's and session's number. */
export type JobToFind = { pid: number; attempt: string; runDir: string; startedMs: number }

/** A process that is left. Without `inGroup` it has to be signalled by itself. */
export type Remaining = { pid: number; startedAt: string; inGroup: boolean }

const YOUNG_JOB_MS = 1000

/**
 * Live processes of a job whose main process has ended. Cheap where nothing is left of a short job: only
 * processes younger than it can be its own, and the kernel numbers them in sequence.
 */
export function remainingProcesses(job: JobToFind): Remaining[] {
  const groupEmpty = !groupExists(job.pid)
  if (process.platform !== 'linux') {
    const strays = findMarked(job.runDir, job.attempt).map((p) => ({ ...p, inGroup: false }))
    return groupEmpty ? strays : [{ pid: job.pid, startedAt: '', inGroup: true }, ...strays]
  }
  const pids =
    groupEmpty && performance.now() - job.startedMs < YOUNG_JOB_MS ? youngerThan(job.pid) : listPids()
  return pids.flatMap((pid) => {
    const stat = readStat(pid)
    if (stat === null || stat.state === 'zombie' || pid === process.pid) return []
    const inGroup = stat.group === job.pid
    const own = inGroup || stat.session === job.pid || isMarked(pid, job)
    return own ? [{ pid, startedAt: stat.startedAt, inGroup }] : []
  })
}

function groupExists(pid: number): boolean {
  try {
    process.kill(-pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function isMarked(pid: number, job: JobToFind): boolean {
  const marker = readMarker(pid)
  return marker !== null && marker.attempt === job.attempt && marker.runDir === job.runDir
}

/** Pids given out after this one; the numbers may have started over meanwhile. */
function youngerThan(pid: number): number[] {
  const last = Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ').at(-1))
  if (last === pid) return []
  const all = listPids()
  return last > pid ? all.filter((p) => p > pid) : all.filter((p) => p > pid || p <= last)
}
