/**
 * Owns making text from outside safe to read: whatever is invisible, moves a cursor or turns the direction of writing is
 * shown as an escape, so that what is shown is what runs. Pure.
 */
import { isCmd } from './windows-command-line.ts'

const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }

const invisible = /[\p{Cc}\p{Bidi_Control}\u200b-\u200d\u2028\u2029\u2060\ufeff]/gu
const invisibleInLines = new RegExp(`(?![\\n\\t])${invisible.source}`, 'gu')
const colourOrControl = new RegExp(`${'\u001b'}\\[[0-9;:]*m|\\r(?=\\n)|(?![\\n\\t])\\p{Cc}`, 'gu')

/** Text on one line, every invisible character as an escape: `one\ntwo`. */
export function escaped(text: string): string {
  return text.toWellFormed().replace(invisible, escapeOf)
}

/** Text of several lines: as `escaped`, but line breaks and tabs stay. */
export function escapedLines(text: string): string {
  return text.toWellFormed().replace(invisibleInLines, escapeOf)
}

/** A line of a job's output in the panel: colours and tabs stay, and so do joiners, which scripts and emoji need. */
export function escapedLog(line: string): string {
  return line.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (char) =>
    '\u001b\t\r'.includes(char) ? char : escapeOf(char),
  )
}

/** A job's output on a terminal: colours, tabs and line ends stay, all other control is shown. */
export function escapedForTerminal(text: string): string {
  return text.replace(colourOrControl, (found) =>
    found.length > 1 || found === '\r' ? found : escapeOf(found),
  )
}

/**
 * Arguments as one would type them in a shell, so that spaces can be told from separate arguments: in /bin/sh, or, where
 * `path` (any absolute path of the machine they run on) is one of Windows, in cmd.exe and PowerShell.
 */
export function shellWords(argv: readonly string[], path: string): string {
  return argv.map(/^([a-z]:)?[\\/]{0,2}\\|^[a-z]:\//i.test(path) ? windowsWord : posixWord).join(' ')
}

function posixWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${escaped(word).replaceAll("'", `'\\''`)}'`
}

/** The text for `cmd.exe /d /s /c` as it is; what double quotes don't keep from being read again, as PowerShell has it. */
function windowsWord(word: string, at: number, argv: readonly string[]): string {
  if (at === 4 && isCmd(argv)) return escaped(word)
  if (/^[\w+=:./\\-]+$/.test(word)) return word
  if (!/["%!$`]|\\$/.test(word)) return `"${escaped(word)}"`
  return `'${escaped(word).replaceAll("'", "''")}'`
}

function escapeOf(char: string): string {
  return names[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
