/**
 * Owns the check of a job's expected files: they exist, aren't empty if that is required, and were made by
 * this attempt. Must never write, nor throw for what the file system refuses to show.
 */
import { type Stats, statSync } from 'node:fs'
import type { JobCommand } from '../queue/stored.ts'

type Expected = NonNullable<JobCommand['expect']>[number]

/** A file gets the time of the kernel's last tick, up to 16 ms behind the clock. */
const tickMs = 20
/** FAT stores even seconds, HFS+ and older NFS whole ones: such a time is up to 2 s behind. */
const coarseMs = 2_000

/** Why an expected file does not count, for the first one that doesn't; null if all do. `beganAt`: epoch ms. */
export function missingOutput(expected: readonly Expected[], beganAt: number): string | null {
  for (const { file, nonEmpty, fresh } of expected) {
    const stats = look(file)
    if (stats === undefined) return `exit code 0, but the expected file ${file} is not there`
    if (nonEmpty && stats.size === 0) return `exit code 0, but the expected file ${file} is empty`
    if (fresh !== false && stats.isFile() && isOlder(stats, beganAt))
      return `exit code 0, but the expected file ${file} is older than this attempt`
  }
  return null
}

function look(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch {
    return undefined // a file in a folder that can't be entered doesn't exist for us
  }
}

/** The later of content and inode times: `cp -p` and `tar` set the first to the past; nothing sets the second. */
function isOlder({ mtimeMs, ctimeMs }: Stats, beganAt: number): boolean {
  const changedAt = Math.max(mtimeMs, ctimeMs)
  return changedAt < beganAt - (changedAt % 1_000 === 0 ? coarseMs : tickMs)
}
