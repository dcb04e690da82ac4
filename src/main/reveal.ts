/**
 * Owns showing files in the system's file manager: a path that the panel names, or the log of the job that it shows.
 * Shows only; must never open or run a file.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { shell } from 'electron'
import type { SlipwayApi } from '../contract/api.ts'

/** Shows an absolute path that exists; anything else is ignored. */
export function reveal(file: unknown): boolean {
  if (typeof file !== 'string' || !path.isAbsolute(file) || !existsSync(file)) return false
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
  if (log?.ok && reveal(log.value.path)) return
  reveal(otherwise)
}
