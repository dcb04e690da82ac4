/**
 * Finds the program of a job as execvp would, but relative to the job's folder and in the job's PATH, and reports
 * what is wrong with it. Starts nothing.
 */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import type { RefusalStage } from '../refusal.ts'

/** The raw material of `refusalMessage`. */
export type Refusal = { stage: RefusalStage; errno: string; hint: string; subject: string }

/** The file to run, or the reason why there is none. */
export function findProgram(
  name: string,
  cwd: string,
  path: string | undefined,
): { path: string; viaPath: boolean } | { refusal: Refusal } {
  const folder = folderTrouble(cwd)
  if (folder !== null) return { refusal: { stage: 'cwd', errno: folder, hint: '-', subject: cwd } }
  const viaPath = !name.includes('/')
  const folders = viaPath ? (path ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter) : ['']
  let worst: { errno: string; hint: string } = { errno: 'ENOENT', hint: viaPath ? 'path' : '-' }
  if (name === '') return { refusal: { stage: 'program', ...worst, subject: name } }
  for (const dir of folders) {
    const candidate = resolve(cwd, dir, name)
    const trouble = programTrouble(candidate)
    if (trouble === null) return { path: candidate, viaPath }
    if (!viaPath || trouble.errno === 'EACCES') worst = trouble
  }
  return { refusal: { stage: 'program', ...worst, subject: name } }
}

function folderTrouble(path: string): string | null {
  try {
    if (!statSync(path).isDirectory()) return 'ENOTDIR'
    accessSync(path, constants.X_OK)
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'EIO'
  }
}

function programTrouble(path: string): { errno: string; hint: string } | null {
  try {
    if (statSync(path).isDirectory()) return { errno: 'EACCES', hint: 'folder' }
    accessSync(path, constants.X_OK)
    return null
  } catch (error) {
    return { errno: (error as NodeJS.ErrnoException).code ?? 'EIO', hint: '-' }
  }
}
