/** Owns the list of findings during an examination. */
import type { Finding } from '../../contract/entities.ts'

export class Examination {
  readonly findings: Finding[] = []
  readonly #mayRepair: boolean

  constructor(mayRepair: boolean) {
    this.#mayRepair = mayRepair
  }

  /** Nothing wrong here. */
  fine(check: string, message: string): void {
    this.note(check, 'ok', message)
  }

  /** Something a person should know. */
  note(check: string, level: Finding['level'], message: string): void {
    this.findings.push({ check, level, message, repaired: null })
  }

  /**
   * Something that can be repaired safely: `repair` does it if it may and returns what it did, or null when it
   * could not. A disk or database that refuses is part of the finding.
   */
  mend(check: string, level: Finding['level'], message: string, repair: () => string | null): void {
    if (!this.#mayRepair) return this.note(check, level, message)
    try {
      this.findings.push({ check, level, message, repaired: repair() })
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      this.note(check, level, `${message} The repair failed: ${why}.`)
    }
  }
}

/** "#3, #5 and 7 more". */
export function batchList(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 10).map((number) => `#${number}`)
  if (numbers.length > 10) return `${shown.join(', ')} and ${numbers.length - 10} more`
  const last = shown.pop() ?? ''
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`
}
