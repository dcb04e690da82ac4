/**
 * Owns making untrusted text (inputs, errors, names) safe to print. Control characters and direction overrides are
 * written as escapes, so no input can move the cursor.
 */

const HARMFUL = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu
const HARMFUL_IN_LINES = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu
/** In logs colours (SGR) and line ends stay. */
const HARMFUL_IN_LOG = new RegExp(`${'\\u001b'}\\[[0-9;:]*m|\\r(?=\\n)|(?![\\n\\t])\\p{Cc}`, 'gu')

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }

const escaped = (char: string): string =>
  NAMED[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** One line: every control character is visible. */
export function escapeText(text: string): string {
  return text.replace(HARMFUL, escaped)
}

/** Several lines: as `plain`, with line breaks and tabs kept. */
export function escapeLines(text: string): string {
  return text.replace(HARMFUL_IN_LINES, escaped)
}

/** A job's output on a terminal: colours, tabs and line ends are kept, all other control is visible. */
export function escapeLog(text: string): string {
  return text.replace(HARMFUL_IN_LOG, (found) =>
    found.length > 1 || found === '\r' ? found : escaped(found),
  )
}
