/**
 * Owns how arguments become the one text that Windows passes to a program. The only place that quotes for
 * CommandLineToArgvW, by which nearly every program takes that text apart again. Pure.
 */

/** A text that is taken apart into exactly these arguments. What `cmd.exe /d /s /c "…"` is given stays as it is. */
export function windowsCommandLine(argv: readonly string[]): string {
  const [program = '', ...args] = argv
  const text = args[3] ?? ''
  const head = /^[^\s"]+$/.test(program) ? program : `"${program}"`
  if (isCmd(argv) && /^".*"$/s.test(text)) return `${head} /d /s /c ${text}`
  return [head, ...args.map(quoted)].join(' ')
}

function quoted(argument: string): string {
  return /^[^\s"]+$/.test(argument) ? argument : inWindowsQuotes(argument)
}

/** Backslashes count only before a quote, where each stands for itself when doubled. */
export function inWindowsQuotes(argument: string): string {
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`
}

/** Whether cmd.exe is given one text to run. */
export function isCmd([program = '', ...args]: readonly string[]): boolean {
  return (
    args.length === 4 && args.slice(0, 3).join(' ') === '/d /s /c' && /(^|[\\/])cmd(\.exe)?$/i.test(program)
  )
}
