/**
 * Owns how arguments become the one text that Windows passes to a program. The only place that quotes for
 * CommandLineToArgvW, by which nearly every program takes that text apart again. Pure.
 */

/** A text that is taken apart into exactly these arguments. What `cmd.exe /d /s /c "…"` is given stays as it is. */
export function windowsCommandLine(argv: readonly string[]): string {
  const [program = '', ...args] = argv
  const [d, s, c, text] = args
  const head = /^[^\s"]+$/.test(program) ? program : `"${program}"`
  if (args.length === 4 && `${d} ${s} ${c}` === '/d /s /c' && isCmd(program) && /^".*"$/s.test(text ?? ''))
    return `${head} /d /s /c ${text}`
  return [head, ...args.map(quoted)].join(' ')
}

/** Backslashes count only before a quote, where each stands for itself when doubled. */
function quoted(argument: string): string {
  if (/^[^\s"]+$/.test(argument)) return argument
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`
}

function isCmd(program: string): boolean {
  return /(^|[\\/])cmd(\.exe)?$/i.test(program)
}
