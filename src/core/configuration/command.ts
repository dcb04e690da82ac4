/**
 * Owns the step from an input to the exact command of a job.
 * Must never change, trim or interpret a value, and never let one become shell code.
 */
import path from 'node:path'
import { windowsCommandLine } from '../../contract/windows-command-line.ts'
import { batchCommand, cmdCommand, cmdContexts, quoteForCmd } from './cmd-quote.ts'
import { hashText } from './command-hash.ts'
import type { BatchOptions, BatchType, Configuration } from './configuration.ts'
import type { Input } from './inputs/source.ts'
import { Problems } from './problem.ts'
import { findProgram, isBatchFile, isFile, pathOf, windows } from './program.ts'
import { bindings } from './scope.ts'
import { quoteContexts, quoteInContext } from './shell-quote.ts'
import { type Bound, bind, type Insert } from './template.ts'

/** An output that a job has to make; `fresh: false` accepts one that is older than the attempt. */
type ExpectedFile = { file: string; nonEmpty: boolean; fresh?: false }

/** One command over one input, exactly as it will be started. */
export type PlannedJob = {
  /** 1-based; `{number}` is the ordinal, `{index}` one less. */
  ordinal: number
  /** Its name for people: a file's path relative to the project folder, a row ('north, 2026'), a value. */
  input: string
  /** Exact; with `shell: true` the shell and one text in which every placeholder's value is quoted. */
  argv: string[]
  /** Only when it has placeholders (absolute); null means the batch's. */
  cwd: string | null
  /** Only the entries with placeholders, rendered; null when there are none. */
  env: Record<string, string> | null
  /** Files (absolute) without which a job that exits 0 has failed. */
  expect: ExpectedFile[]
  /** Files (absolute) that the job reads, beside those that all jobs of the batch read. */
  reads: string[]
  /** 32 hex characters; the same in another batch when everything but `{batch}` is the same. */
  commandHash: string
}

/** Makes the jobs of a batch type, all from one set of bound templates. */
export type CommandMaker = {
  options: BatchOptions
  make(input: Input, ordinal: number, batch: string): PlannedJob
  /** Values that were met and that the shell of this system can't be given safely. */
  unsafe: string[]
}

/** The longest command line of Windows, in UTF-16 units. */
const LINE_LIMIT = 32_766
/** The longest argument that Linux passes to a program, in bytes without its NUL. */
const ARGUMENT_LIMIT_BYTES = 131_071

// A NUL can't be in any argument, so this can't be mistaken for a real batch number.
const ANY_BATCH = '\0batch\0'

/** Binds the templates of a batch type; its placeholders must have been checked. */
export function commandMaker(
  batchType: BatchType,
  configuration: Pick<Configuration, 'projectPath' | 'variables' | 'searchPath'>,
  names: readonly string[],
): CommandMaker {
  const { projectPath, variables } = configuration
  const bound = bindings(names, variables)
  const batchSlot = names.length + 2
  const unsafe: string[] = []
  const run = batchType.run.map((template) =>
    bind(template, bound, batchType.shell ? shellInsert(batchType, unsafe) : undefined),
  )
  const env = batchType.env.map(({ name, value }) => ({ name, value: bind(value, bound) }))
  const expect = batchType.expect.map(({ file, nonEmpty, fresh }) => ({
    file: bind(file, bound),
    nonEmpty,
    fresh,
  }))
  const reads = batchType.reads.map((template) => bind(template, bound))
  const readsInput = batchType.over.kind === 'files'
  const cwd = batchType.cwd ? bind(batchType.cwd, bound) : undefined
  const fixedEnv = Object.fromEntries(
    env.flatMap(({ name, value }) => (value.constant === undefined ? [] : [[name, value.constant]])),
  )
  const movingEnv = env.filter(({ value }) => value.constant === undefined)
  const options: BatchOptions = {
    parallel: batchType.parallel,
    place: batchType.jobPlace,
    timeoutMs: batchType.timeoutMs,
    retries: batchType.retries,
    stopOnFailure: batchType.stopOnFailure,
    logLimitBytes: batchType.logLimitBytes,
    priority: batchType.priority,
    cwd: path.resolve(projectPath, cwd?.constant ?? ''),
    env: fixedEnv,
    shell: batchType.shell,
    reads: [],
  }
  const searchPath = pathOf(options.env) ?? configuration.searchPath ?? process.env.PATH ?? ''
  if (!batchType.shell) options.reads = programAndScript(run, options.cwd, searchPath)
  const everything: Bound[] = [
    ...run,
    ...movingEnv.map(({ value }) => value),
    ...expect.map(({ file }) => file),
  ]
  if (cwd !== undefined) everything.push(cwd)
  const usesBatch = everything.some(({ slots }) => slots.has(batchSlot))
  const fixedEnvJson = JSON.stringify(Object.entries(fixedEnv).sort())

  function render(values: string[], input: string, ordinal: number): PlannedJob {
    const words = run.map((each) => each.constant ?? each.render(values))
    const jobCwd =
      cwd === undefined || cwd.constant !== undefined ? null : path.resolve(projectPath, cwd.render(values))
    return {
      ordinal,
      input,
      argv: batchType.shell ? shellCommand(words[0] ?? '') : throughCmd(words, jobCwd ?? options.cwd),
      cwd: jobCwd,
      env:
        movingEnv.length === 0
          ? null
          : Object.fromEntries(movingEnv.map(({ name, value }) => [name, value.render(values)])),
      expect: expect.map(({ file, nonEmpty, fresh }) => ({
        file: path.resolve(projectPath, file.render(values)),
        nonEmpty,
        // Left out where it is the default, so that the hash of a command stays that of earlier versions.
        ...(fresh ? {} : { fresh }),
      })),
      reads: [
        ...(readsInput ? [path.resolve(projectPath, values[0] ?? '')] : []),
        ...reads.map((file) => path.resolve(projectPath, file.render(values))),
      ],
      commandHash: '',
    }
  }

  let lookedUp: { key: string; file: string | undefined } = { key: '', file: undefined }

  /** On Windows a batch file is run by cmd.exe; everything else as it is. */
  function throughCmd(words: string[], folder: string): string[] {
    if (!windows) return words
    const key = `${folder}\0${words[0]}`
    if (key !== lookedUp.key) lookedUp = { key, file: findProgram(words[0] ?? '', folder, searchPath) }
    const { file } = lookedUp
    if (file === undefined || !isBatchFile(file)) return words
    const command = batchCommand(file, words.slice(1), folder)
    if ('argv' in command) return command.argv
    unsafe.push(command.unsafe)
    return words
  }

  function identify({ argv, cwd: jobCwd, env: jobEnv, expect: files }: PlannedJob): string {
    const envJson =
      jobEnv === null ? fixedEnvJson : JSON.stringify(Object.entries({ ...fixedEnv, ...jobEnv }).sort())
    return hashText(
      `[${JSON.stringify(argv)},${JSON.stringify(jobCwd ?? options.cwd)},${envJson},${JSON.stringify(files)}]`,
    )
  }

  return {
    options,
    unsafe,
    make(input, ordinal, batch) {
      const inputValues =
        names.length === input.values.length ? input.values : input.values.slice(0, names.length)
      const values = [...inputValues, String(ordinal - 1), String(ordinal), batch]
      const job = render(values, input.label, ordinal)
      if (usesBatch) values[batchSlot] = ANY_BATCH
      job.commandHash = identify(usesBatch ? render(values, input.label, ordinal) : job)
      return job
    },
  }
}

/** The program, and its first argument if that is a file as well: the script that an interpreter is given. */
function programAndScript([program, script]: readonly Bound[], cwd: string, searchPath: string): string[] {
  const found = program?.constant === undefined ? undefined : findProgram(program.constant, cwd, searchPath)
  const argument = script?.constant
  const file = argument === undefined || argument.startsWith('-') ? undefined : path.resolve(cwd, argument)
  return [found, file !== undefined && isFile(file) ? file : undefined].filter((one) => one !== undefined)
}

function shellInsert({ run }: BatchType, unsafe: string[]): Insert {
  const [script] = run
  if (windows) {
    const contexts = script ? cmdContexts(script, new Problems()) : new Map()
    return (value, part) => {
      const quoted = quoteForCmd(value, contexts.get(part))
      if (quoted === undefined) unsafe.push(value)
      return quoted ?? '""'
    }
  }
  // Placeholders without a safe context were reported when the file was read; bare is the strictest quoting.
  const contexts = script ? quoteContexts(script, new Problems()) : new Map()
  return (value, part) => quoteInContext(value, contexts.get(part) ?? 'bare')
}

function shellCommand(script: string): string[] {
  return windows ? cmdCommand(script) : ['/bin/sh', '-c', script]
}

/** Why this job could not be started exactly as it is, or undefined. */
export function impossible({ argv, cwd, env, expect }: PlannedJob): string | undefined {
  for (const text of [...argv, ...Object.values(env ?? {}), cwd ?? '', ...expect.map(({ file }) => file)]) {
    if (text.includes('\0')) return "a NUL character can't be passed to a program"
    if (text.length * 3 > ARGUMENT_LIMIT_BYTES && Buffer.byteLength(text) > ARGUMENT_LIMIT_BYTES) {
      return `an argument has ${Buffer.byteLength(text)} bytes, more than the ${ARGUMENT_LIMIT_BYTES} that can be passed`
    }
  }
  if (windows && windowsCommandLine(argv).length > LINE_LIMIT)
    return `its command line is longer than the ${LINE_LIMIT} characters that Windows passes`
  return argv[0] === '' ? 'the name of the program is empty' : undefined
}
