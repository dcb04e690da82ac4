/**
 * Owns a job's arguments as one line to paste into a shell: exactly these arguments, for each of three shells. What is
 * only shown is `shellWords` in escapes.ts. Pure.
 */

import { inWindowsQuotes } from './windows-command-line.ts'

export const shells = ['POSIX', 'cmd', 'PowerShell'] as const
export type Shell = (typeof shells)[number]

const needsNoQuotes = /^[\w@+=:,./\\-]+$/

const quotes: Readonly<Record<Shell, (word: string) => string>> = {
  POSIX: (word) =>
    needsNoQuotes.test(word) && !word.includes('\\') ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  cmd: (word) => (needsNoQuotes.test(word) ? word : inWindowsQuotes(word)),
  // It parts what begins with a dash at a full stop or a colon.
  PowerShell: (word) =>
    needsNoQuotes.test(word) && !/^@|^-.*[.:]|,/.test(word) ? word : `'${word.replaceAll("'", "''")}'`,
}

/** The line for this shell. */
export function commandLine(argv: readonly string[], shell: Shell): string {
  const line = argv.map(quotes[shell]).join(' ')
  // A quoted word at the beginning is a string in PowerShell, unless it is called.
  return shell === 'PowerShell' && line.startsWith("'") ? `& ${line}` : line
}
