/**
 * Owns how a value is put into a cmd.exe command on Windows (`shell: true`).
 * Must never pretend: cmd.exe has no quoting for some characters, so a value with one of them is refused.
 */

/** One word for cmd.exe in double quotes, or undefined if the value can't be passed without being read as code. */
export function quoteForCmd(value: string): string | undefined {
  // A double quote toggles cmd's quoting, % and ! expand inside quotes, a newline ends the command, and a
  // backslash before the closing quote would escape it for the program.
  if (/["%!\r\n\0]/.test(value) || value.endsWith('\\')) return undefined
  return `"${value}"`
}
