/**
 * Owns how a fault in a configuration is described: where it is, what was found, what would be right.
 * Must never throw for a fault of the user's; a fault is a value, and all of them are reported together.
 */

/** One fault that a person can mend. `path` is the place inside the file, as `batches[0].over.files`. */
export type ConfigurationProblem = {
  /** Absolute; for a row of a table or a line of a list of lines, that file. */
  file: string
  /** 1-based, where known. */
  line?: number
  /** 1-based, where known. */
  column?: number
  path: string
  /** What was found, shortened to a readable length. */
  found: string
  /** What would be right. */
  expected: string
  /** The nearest valid key, placeholder or type. */
  suggestion?: string
  /** One sentence for people, without the position. */
  message: string
}

/** Either a value that is wholly valid, or every problem that was found (never an empty list). */
export type Checked<T> = { ok: true; value: T } | { ok: false; problems: ConfigurationProblem[] }

/** The most problems that are reported at once; a last one then counts the rest. */
export const PROBLEM_LIMIT = 50

/** One line for a terminal: `flood.slipway.yaml:7:5: unknown key "timout" …; did you mean "timeout"?` */
export function formatProblem(problem: ConfigurationProblem): string {
  const { line, column, suggestion } = problem
  const position = line === undefined ? '' : column === undefined ? `:${line}` : `:${line}:${column}`
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`
  return `${problem.file}${position}: ${problem.message}${hint}`
}
