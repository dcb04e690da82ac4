/**
 * Owns showing files in the system's file manager: a path that the panel names, or the log of the job that it shows.
 * Shows only; must never open or run a file.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { shell } from 'electron'
import type { SlipwayApi } from '../contract/api.ts'

/**
 * Whether a path that the panel names may be shown: absolute, without `..`, and on another machine's share only below
 * `known` folders (accessing a share logs on to it, so no page may choose one).
 */
export function mayReveal(
  file: unknown,
  known: readonly string[],
  platform: NodeJS.Platform = process.platform,
): file is string {
  if (typeof file !== 'string' || file.includes('\0')) return false
  const { isAbsolute, resolve, relative } = platform === 'win32' ? path.win32 : path.posix
  if (!isAbsolute(file)) return false
  if (platform !== 'win32' || !/^[\\/]{2}/.test(file)) return true
  // What is left begins with \\: a share, or a device such as \\.\pipe.
  if (/^[\\/]{2}[.?]/.test(file)) return false
  return known.some((folder) => {
    const inside = relative(resolve(folder), resolve(file))
    return !isAbsolute(inside) && inside.split(/[\\/]/)[0] !== '..'
  })
}

/** Shows a file or folder that may be shown and exists; true when it did. */
export function reveal(file: unknown, known: readonly string[] = []): boolean {
  if (!mayReveal(file, known) || !existsSync(file)) return false
  shell.showItemInFolder(path.normalize(file))
  return true
}

/** The batch and job that an address of the panel shows. */
export function placeOf(address: string): { batch: number; job: number } | null {
  const query = address.split('#')[1]?.split('?')[1]
  if (query === undefined) return null
  const params = new URLSearchParams(query)
  const batch = Number(params.get('batch'))
  const job = Number(params.get('job') ?? 1)
  return Number.isInteger(batch) && batch > 0 && Number.isInteger(job) && job > 0 ? { batch, job } : null
}

/** Shows the log of what the panel shows, else the folder `otherwise`. */
export async function revealLog(api: SlipwayApi, address: string, otherwise: string): Promise<void> {
  const place = placeOf(address)
  const log = place === null ? null : await api.invoke('log', { ...place, from: 0, length: 1 })
  if (log?.ok && reveal(log.value.path, [otherwise])) return
  reveal(otherwise, [otherwise])
}
