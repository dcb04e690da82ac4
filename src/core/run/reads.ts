/** Owns the states of the files that a job read. Must never throw: a file that can't be read now counts as unread. */
import { statSync } from 'node:fs'
import type { FileState } from '../queue/file-store.ts'

/**
 * The files as they are, if none changed since the attempt began (epoch ms): only then they are what it read. One that
 * changed, or is missing, is left out, and the job counts as changed.
 */
export function statesSince(files: readonly string[], beganAt: number): FileState[] {
  return files.flatMap((path) => {
    try {
      const stats = statSync(path, { throwIfNoEntry: false })
      if (!stats?.isFile() || stats.mtimeMs >= beganAt) return []
      return [{ path, size: stats.size, mtimeMs: stats.mtimeMs }]
    } catch {
      return []
    }
  })
}
