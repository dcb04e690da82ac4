/**
 * Owns the checks that a job can be started and can write its outputs: arguments, program, working folder, and the
 * folders of expected files. Must never run or create anything.
 */
import path from 'node:path'
import { isCmd } from '../../contract/windows-command-line.ts'
import { type CommandMaker, impossible, type PlannedJob } from './command.ts'
import type { BatchType } from './configuration.ts'
import { type Place, type Problems, shorten } from './problem.ts'
import {
  folderFault,
  hasFolder,
  isPath,
  outputFolderFault,
  pathOf,
  programFault,
  windows,
} from './program.ts'
import { placeholdersOf, type Template } from './template.ts'

/** Adds a problem, at the place of its input, for a job that can't be started. */
export type StartCheck = (job: PlannedJob, place: Place, problems: Problems) => void

const usesBatch = (template: Template | null | undefined): boolean =>
  template ? placeholdersOf(template).some(({ name }) => name === 'batch') : false

/** Checks each job, and each distinct program and folder once; what needs the batch's number can't be known yet. */
export function startCheck(batchType: BatchType, maker: CommandMaker, systemPath: string | null): StartCheck {
  const { run, cwd, env, shell } = batchType
  const { options } = maker
  const checked = new Set<string>()
  const movingPath = env.some(({ name }) => isPath(name)) && pathOf(options.env) === undefined
  const searchPath = pathOf(options.env) ?? systemPath ?? process.env.PATH ?? ''
  const knownFolder = !usesBatch(cwd)
  const knownProgram = run.length > 0 && !usesBatch(run[0]) && !shell
  const checkFolders = outputFolderCheck(batchType)
  return (job, place, problems) => {
    const why = impossible(job)
    if (why !== undefined) {
      const which = job.input === '' ? 'the job' : `the job for "${shorten(job.input)}"`
      const message = `${which} can't be started: ${why}`
      problems.add(place, { found: job.input, expected: 'arguments that a program can be given', message })
      return
    }
    const unsafe = maker.unsafe.pop()
    if (unsafe !== undefined) {
      const by = shell ? 'cmd.exe' : 'a batch file (cmd.exe runs it)'
      const message = `"${shorten(unsafe)}" can't be passed through ${by} without being read as code`
      const expected = shell ? 'run as a list, without shell: true' : 'a program that is not a batch file'
      problems.add(place, { found: unsafe, expected, message })
    }
    checkFolders(job, problems)
    const folder = job.cwd ?? options.cwd
    const program = job.argv[0] ?? ''
    if (windows && folder.startsWith('\\\\') && (shell || isCmd(job.argv))) {
      const message = `cmd.exe can't work in ${folder}, and would run the command elsewhere`
      problems.add(cwd?.place ?? batchType.place, {
        found: folder,
        expected: 'a folder with a drive letter',
        message,
      })
      return
    }
    const key = `${folder}\0${program}`
    if (checked.has(key) || (shell && checked.has(folder))) return
    // Bounded: with a program for each input it is cheaper to check again than to remember a million.
    if (checked.size > 10_000) checked.clear()
    checked.add(key).add(folder)
    const wrongFolder = knownFolder ? folderFault(folder) : undefined
    if (wrongFolder !== undefined) problems.add(cwd?.place ?? batchType.place, wrongFolder)
    else if (knownProgram && (knownFolder || !hasFolder(program)) && !(movingPath && !hasFolder(program))) {
      const wrongProgram = programFault(program, folder, searchPath)
      if (wrongProgram !== undefined) problems.add(run[0]?.place ?? batchType.place, wrongProgram)
    }
  }
}

/**
 * Checks what has to be there already although the inputs are not: a program that is found by its name. One with a path,
 * and a folder, may be made by what runs before.
 */
export function checkProgramName(
  { run, env, shell, cwd, place }: BatchType,
  projectPath: string,
  systemPath: string | null,
  problems: Problems,
): void {
  const program = run[0]?.source ?? ''
  const named = run[0] !== undefined && !shell && placeholdersOf(run[0]).length === 0
  if (!named || /[/\\]/.test(program) || cwd !== null || env.some(({ name }) => isPath(name))) return
  const fault = programFault(program, projectPath, systemPath ?? process.env.PATH ?? '')
  if (fault !== undefined) problems.add(run[0]?.place ?? place, fault)
}

/** Checks each folder of an expected file once; of several missing ones the first is reported. */
function outputFolderCheck(
  batchType: BatchType,
): (job: Pick<PlannedJob, 'expect'>, problems: Problems) => void {
  const { expect, makeFolders } = batchType
  const checked = new Set<string>()
  const open = new Set(expect.flatMap(({ file }, i) => (usesBatch(file) ? [] : [i])))
  return (job, problems) => {
    for (const i of open) {
      const folder = path.dirname(job.expect[i]?.file ?? '')
      if (checked.has(folder)) continue
      if (checked.size > 10_000) checked.clear()
      checked.add(folder)
      const fault = outputFolderFault(folder, makeFolders)
      if (fault === undefined) continue
      problems.add(expect[i]?.file.place ?? batchType.place, fault)
      open.delete(i)
    }
  }
}
