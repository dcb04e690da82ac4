/**
 * Owns the way from a file on disk to a validated configuration.
 * Must never look at inputs: which files, rows and programs exist is `plan.ts`'s question.
 */
import type { Checked } from './problem.ts'

/** A configuration whose every key is valid; its identity is (`specPath`, `projectPath`). */
export type Configuration = {
  name: string
  /** The real path of the file. */
  specPath: string
  /** The folder that relative paths are relative to. */
  projectPath: string
  variables: Record<string, string>
  batchTypes: BatchType[]
  /** 32 hex characters over the file's bytes and the variables. */
  digest: string
}

/** One entry of `batches`. */
export type BatchType = { type: string }

/** Reads and validates a configuration; reports every problem at once, throws only for a broken machine. */
export async function readConfiguration(
  file: string,
  _options: { variables?: Record<string, string> },
): Promise<Checked<Configuration>> {
  throw new Error(`reading ${file} is not built yet`)
}
