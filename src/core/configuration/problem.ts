/**
 * Owns how a fault in a configuration is described: where it is, what was found, what would be right.
 * Must never throw for a fault of the user's; a fault is a value, and all of them are reported together.
 */

/** A spot in a file; `path` is the place inside the configuration, as `batches[0].over.files`. */
export type Place = {
  /** Absolute; for a row of a table or a line of a list of lines, that file. */
  file: string
  /** 1-based, where known. */
  line?: number
  /** 1-based, where known. */
  column?: number
  path: string
}

/** One fault that a person can mend. */
export type ConfigurationProblem = Place & {
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

/** The most problems that are reported at once; one more then counts the rest. */
export const PROBLEM_LIMIT = 50

/** One line for a terminal: `flood.slipway.yaml:7:5: unknown key "timout" …; did you mean "timeout"?` */
export function formatProblem(problem: ConfigurationProblem): string {
  const { line, column, suggestion } = problem
  const position = line === undefined ? '' : column === undefined ? `:${line}` : `:${line}:${column}`
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`
  return `${problem.file}${position}: ${problem.message}${hint}`
}

/** Cuts a found text to a length that fits into a sentence, with control characters made visible. */
export function shorten(text: string, limit = 80): string {
  const shown = JSON.stringify(text.slice(0, limit)).slice(1, -1).replaceAll('\\"', '"')
  return text.length > limit ? `${shown}…` : shown
}

/** Control characters made visible: a file's name may not move the cursor of somebody's terminal. */
const visible = (text: string): string =>
  text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** What a problem says beside its place. */
export type Fault = { found: string; expected: string; message: string; suggestion?: string | undefined }

/** Collects problems, drops repeated ones, and keeps only as many as a person would read. */
export class Problems {
  readonly #kept: ConfigurationProblem[] = []
  readonly #seen = new Set<string>()
  #count = 0

  /** Adds a fault at its place; the same fault at the same place counts once. */
  add(place: Place, fault: Fault): void {
    const { suggestion, ...rest } = fault
    const { file, path, line, column } = place
    const key = JSON.stringify([file, line, column, path, rest.message])
    if (this.#seen.has(key)) return
    this.#count += 1
    if (this.#count > PROBLEM_LIMIT) return
    this.#seen.add(key)
    this.#kept.push({
      file,
      path,
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
      found: shorten(rest.found),
      expected: visible(rest.expected),
      message: visible(rest.message),
      ...(suggestion === undefined ? {} : { suggestion: visible(suggestion) }),
    })
  }

  /** How many were added so far, kept or not. */
  get count(): number {
    return this.#count
  }

  /** True once enough were found that searching on would only cost time. */
  get full(): boolean {
    return this.#count > PROBLEM_LIMIT
  }

  /** File by file in the order of their lines, with one last entry that counts what was left out. */
  list(): ConfigurationProblem[] {
    const files = [...new Set(this.#kept.map(({ file }) => file))]
    const sorted = [...this.#kept].sort(
      (a, b) =>
        files.indexOf(a.file) - files.indexOf(b.file) ||
        (a.line ?? 0) - (b.line ?? 0) ||
        (a.column ?? 0) - (b.column ?? 0),
    )
    const first = sorted[0]
    const rest = this.#count - sorted.length
    if (first === undefined || rest === 0) return sorted
    const message = `and at least ${rest} more ${rest === 1 ? 'problem' : 'problems'}, not shown`
    return [...sorted, { file: first.file, path: '', found: `${rest} more`, expected: 'none', message }]
  }
}
