/**
 * Owns making text from outside safe to read: whatever is invisible, moves a cursor or turns the direction of writing is
 * shown as an escape, so that what is shown is what runs. Pure.
 */
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

/** Arguments as one would type them in a shell, so that a space within an argument is recognisable. */
export function shellWords(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${escaped(word).replaceAll("'", `'\\''`)}'`))
    .join(' ')
}

function escapeOf(char: string): string {
  return names[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
