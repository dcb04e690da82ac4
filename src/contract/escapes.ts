/**
 * Owns making text safe to read: whatever is invisible, or turns the direction of writing, is shown as an escape, so
 * that what is shown is what runs. Pure.
 */
const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }

const invisible = /[\p{Cc}\p{Bidi_Control}\u200b-\u200d\u2028\u2029\u2060\ufeff]/gu

/** Text on one line, every invisible character as an escape: `one\ntwo`. */
export function escaped(text: string): string {
  return text.replace(invisible, escapeOf)
}

/** A line of a job's output: colours and tabs stay, and so do joiners, which scripts and emoji need. */
export function escapedLog(line: string): string {
  return line.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (char) =>
    '\u001b\t\r'.includes(char) ? char : escapeOf(char),
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
