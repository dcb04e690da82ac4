/**
 * Owns the check that a program, a working folder and the folder of an output exist.
 * Must never run anything.
 */
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { nearest } from '../../contract/nearest.ts'
import { type Fault, shorten } from './problem.ts'

/** Whether jobs run on Windows, with its rules for names, endings and quotes. */
export const windows = process.platform === 'win32'
/** What Windows can start, in the order in which it looks; the other endings of PATHEXT need a program of their own. */
const ENDINGS = ['.com', '.exe', '.bat', '.cmd']

/** Of a working folder, by CreateProcess. */
const LONGEST_FOLDER = 258

/** Whether a program is named by its path, which is then not looked up in PATH. */
export function hasFolder(program: string): boolean {
  return windows ? /[\\/:]/.test(program) : program.includes('/')
}

/** Whether a variable is PATH; on Windows Path is the same. */
export function isPath(name: string): boolean {
  return (windows ? name.toUpperCase() : name) === 'PATH'
}

/** A job's own PATH, or undefined. */
export function pathOf(env: Record<string, string>): string | undefined {
  return Object.entries(env).find(([name]) => isPath(name))?.[1]
}

/** Whether cmd.exe has to run it. */
export function isBatchFile(file: string): boolean {
  return /\.(bat|cmd)$/i.test(file)
}

/** Why a program can't be started from a folder with a PATH, or undefined. */
export function programFault(program: string, cwd: string, searchPath: string): Fault | undefined {
  const shown = shorten(program)
  if (hasFolder(program)) {
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
  const folders = searchPath.split(path.delimiter).map((folder) => path.resolve(cwd, unquoted(folder)))
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
  const here =
    look(path.resolve(cwd, program)) === 'program' ? `.${windows ? '\\' : '/'}${program}` : undefined
  return {
    found: program,
    expected: 'a program in PATH, or a path with a slash in it',
    message,
    suggestion: here ?? nearest(program, folders.flatMap(list)),
  }
}

/** The file that a program's name stands for, or undefined. */
export function findProgram(program: string, cwd: string, searchPath: string): string | undefined {
  const folders = hasFolder(program) ? [''] : searchPath.split(path.delimiter)
  const files = folders.flatMap((folder) => withEndings(path.resolve(cwd, unquoted(folder), program)))
  return files.find((file) => lookAt(file) === 'program') ?? (hasFolder(program) ? files[0] : undefined)
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
  if (windows && folder.length > LONGEST_FOLDER) {
    const message = `cwd ${shorten(folder)} is longer than the ${LONGEST_FOLDER} characters in which Windows starts a program`
    return { found: folder, expected: 'a shorter path', message }
  }
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
  const found = withEndings(file).map(lookAt)
  return (['program', 'not executable', 'folder'] as const).find((one) => found.includes(one)) ?? 'nothing'
}

/** The files that a name may stand for. */
function withEndings(file: string): string[] {
  return windows ? ['', ...ENDINGS].map((ending) => file + ending) : [file]
}

/** Windows' PATH may have quotes around a folder. */
function unquoted(folder: string): string {
  return windows ? folder.replace(/^"(.*)"$/, '$1') : folder
}

function lookAt(file: string): Found {
  try {
    if (!statSync(file).isFile()) return 'folder'
    if (windows) return ENDINGS.includes(path.extname(file).toLowerCase()) ? 'program' : 'not executable'
    accessSync(file, constants.X_OK)
    return 'program'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'not executable' : 'nothing'
  }
}

function sentence(program: string, found: Found, file: string): string {
  if (found === 'not executable' && windows)
    return `"${program}" (${file}) is not a program (${ENDINGS.join(', ')}); write the program that reads it in front`
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
