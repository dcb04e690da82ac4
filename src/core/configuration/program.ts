/**
 * Owns the check that a program, a working folder and the folder of an output exist.
 * Must never run anything.
 */
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { nearest } from '../../contract/nearest.ts'
import { type Fault, shorten } from './problem.ts'

const windows = process.platform === 'win32'

/** Why a program can't be started from a folder with a PATH, or undefined. */
export function programFault(program: string, cwd: string, searchPath: string): Fault | undefined {
  const shown = shorten(program)
  if (program.includes('/') || (windows && program.includes('\\'))) {
    const file = path.resolve(cwd, program)
    const found = look(file)
    if (found === 'program') return undefined
    return {
      found: program,
      expected: 'a program that exists',
      message: sentence(shown, found, file),
      suggestion: sibling(file, program),
    }
  }
  const folders = searchPath.split(path.delimiter).map((folder) => path.resolve(cwd, folder))
  let refused: { file: string; found: Found } | undefined
  for (const folder of folders) {
    const file = path.join(folder, program)
    const found = look(file)
    if (found === 'program') return undefined
    if (found === 'not executable') refused ??= { file, found }
  }
  const message =
    refused === undefined
      ? `the program "${shown}" is not found; looked in ${searchPath === '' ? 'an empty PATH' : shorten(folders.join(path.delimiter), 300)}`
      : sentence(shown, refused.found, refused.file)
  const here = look(path.resolve(cwd, program)) === 'program' ? `./${program}` : undefined
  return {
    found: program,
    expected: 'a program in PATH, or a path with a slash in it',
    message,
    suggestion: here ?? nearest(program, folders.flatMap(list)),
  }
}

/** The file that a program's name stands for, or undefined. */
export function findProgram(program: string, cwd: string, searchPath: string): string | undefined {
  if (program.includes('/') || (windows && program.includes('\\'))) return path.resolve(cwd, program)
  const folders = searchPath.split(path.delimiter).map((folder) => path.resolve(cwd, folder))
  return folders.map((folder) => path.join(folder, program)).find((file) => look(file) === 'program')
}

/** Whether there is a regular file. */
export function isFile(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    return false
  }
}

/** Why a folder can't be worked in, or undefined. */
export function folderFault(folder: string): Fault | undefined {
  const expected = 'a folder that exists'
  try {
    if (!statSync(folder).isDirectory())
      return { found: folder, expected, message: `cwd ${folder} is not a folder` }
    accessSync(folder, constants.X_OK)
    return undefined
  } catch (error) {
    const denied = error instanceof Error && 'code' in error && error.code === 'EACCES'
    const message = denied
      ? `cwd ${folder} can't be entered: permission denied`
      : `cwd ${folder} does not exist`
    return { found: folder, expected, message, suggestion: denied ? undefined : sibling(folder, folder) }
  }
}

/** Why no file can be written into a folder, or undefined; with `create` it may be missing, but must be creatable. */
export function outputFolderFault(folder: string, create: boolean): Fault | undefined {
  const stats = statSync(folder, { throwIfNoEntry: false })
  const parent = path.dirname(folder)
  if (stats === undefined && create && parent !== folder) return outputFolderFault(parent, true)
  const expected = 'a folder that exists, or make-folders: true'
  if (stats === undefined) {
    const message = `the folder of this expected file does not exist: ${folder}; create it, or write make-folders: true`
    return { found: folder, expected, message, suggestion: sibling(folder, folder) }
  }
  if (!stats.isDirectory()) {
    const message = `an expected file can't be in ${folder}, which is not a folder`
    return { found: folder, expected, message }
  }
  return undefined
}

type Found = 'program' | 'not executable' | 'folder' | 'nothing'

function look(file: string): Found {
  const endings = windows ? ['', ...(process.env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';')] : ['']
  let worst: Found = 'nothing'
  for (const ending of endings) {
    try {
      const stats = statSync(file + ending)
      if (!stats.isFile()) {
        worst = 'folder'
        continue
      }
      accessSync(file + ending, constants.X_OK)
      return 'program'
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EACCES') worst = 'not executable'
    }
  }
  return worst
}

function sentence(program: string, found: Found, file: string): string {
  if (found === 'not executable')
    return `the program "${program}" (${file}) is not executable; chmod +x makes it so`
  if (found === 'folder') return `the program "${program}" is a folder (${file})`
  return `the program "${program}" is not found; looked for ${file}`
}

/** A name like this one beside it, put in its place. */
function sibling(file: string, written: string): string | undefined {
  const near = nearest(path.basename(file), list(path.dirname(file)))
  return near === undefined ? undefined : written.slice(0, written.length - path.basename(file).length) + near
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
