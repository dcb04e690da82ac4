/**
 * Owns the shape of a problem in a configuration: where it is, what was found, what was expected.
 * Must never throw for an error in the user's file: a problem is a value, and all of them are reported together.
 */

/** A place in a file; `path` is the place inside the configuration, as `batches[0].over.files`. */
export type Place = {
  /** Absolute; for a row of a table or a line of a list of lines, that file. */
  file: string
  /** 1-based, where known. */
  line?: number
  /** 1-based, where known. */
  column?: number
  path: string
}

/** One problem that a person can fix. */
export type ConfigurationProblem = Place & {
  /** What was found, shortened to a readable length. */
  found: string
  /** What was expected. */
  expected: string
  /** The nearest valid key, placeholder or type. */
  suggestion?: string
  /** One sentence for people, without the position. */
  message: string
}

/** Either a valid value, or every problem that was found (never an empty list). */
export type Checked<T> = { ok: true; value: T } | { ok: false; problems: ConfigurationProblem[] }

/** The most problems that are reported at once; one more then counts the rest. */
const PROBLEM_LIMIT = 50

/** One line for a terminal: `flood.slipway.yaml:7:5: unknown key "timout" …; did you mean "timeout"?` */
export function formatProblem(problem: ConfigurationProblem): string {
  const { line, column, suggestion } = problem
  const position = line === undefined ? '' : column === undefined ? `:${line}` : `:${line}:${column}`
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`
  return `${problem.file}${position}: ${problem.message}${hint}`
}

/** Cuts a text to a length that fits into a sentence and escapes control characters. */
export function shorten(text: string, limit = 80): string {
  const shown = JSON.stringify(text.slice(0, limit)).slice(1, -1).replaceAll('\\"', '"')
  return text.length > limit ? `${shown}…` : shown
}

/** Escapes control characters: a file's name must not move the cursor of a terminal. */
const escapeControl = (text: string): string =>
  text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** A problem without its place. */
export type Fault = { found: string; expected: string; message: string; suggestion?: string | undefined }

/** Collects problems, drops repeated ones, and keeps only as many as a person would read. */
export class Problems {
  readonly #kept: ConfigurationProblem[] = []
  readonly #seen = new Set<string>()
  #count = 0

  /** Adds a problem at its place; the same problem at the same place counts once. */
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
      expected: escapeControl(rest.expected),
      message: escapeControl(rest.message),
      ...(suggestion === undefined ? {} : { suggestion: escapeControl(suggestion) }),
    })
  }

  /** How many were added so far, kept or not. */
  get count(): number {
    return this.#count
  }

  /** True once more were found than are reported: searching on only costs time. */
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
