/**
 * Owns how a value is put into a command of cmd.exe (`shell: true`, and batch files) so that it stays one word.
 * Must never pretend: cmd.exe has no quoting for some characters, so a value with one of them is refused.
 */
import path from 'node:path'
import type { Problems } from './problem.ts'
import { placeholdersOf, type Template } from './template.ts'

/** What a placeholder stands in: nothing, or double quotes that the template has opened. */
export type CmdContext = 'bare' | 'quoted'

/** A value as one word for cmd.exe, or undefined if it can't be passed without being read as code. */
export function quoteForCmd(value: string, context: CmdContext = 'bare'): string | undefined {
  // A double quote toggles cmd's quoting, % and ! expand inside quotes, a newline ends the command, and a
  // backslash before the closing quote would escape it for the program.
  if (/["%!\r\n\0]/.test(value) || value.endsWith('\\')) return undefined
  return context === 'bare' ? `"${value}"` : value
}

/**
 * The context of each placeholder, by the index of its part; where no quoting would be safe there is none, and a
 * problem is added.
 */
export function cmdContexts(template: Template, problems: Problems): Map<number, CmdContext> {
  const contexts = new Map<number, CmdContext>()
  let quoted = false
  let before = ''
  const refuse = (found: string, expected: string, message: string) =>
    problems.add(template.place, { found, expected, message })
  template.parts.forEach((part, index) => {
    if (typeof part !== 'string') {
      if (/[\^%!]$/.test(before))
        refuse(
          `${before.slice(-1)}{${part.name}}`,
          `{${part.name}} as a separate word`,
          `cmd.exe reads "${before.slice(-1)}" before {${part.name}} together with its value`,
        )
      else contexts.set(index, quoted ? 'quoted' : 'bare')
      before = ''
      return
    }
    // Outside quotes a caret takes its meaning from the next character.
    for (const token of part.match(/\^?./gs) ?? [])
      if (quoted ? token.endsWith('"') : token === '"') quoted = !quoted
    before = part
  })
  if (quoted && placeholdersOf(template).length > 0) {
    refuse('an open quote', 'a closing quote', 'a double quote in this command is never closed')
    contexts.clear()
  }
  if (/[\r\n]/.test(template.source.trim())) {
    const expected = 'one line, its commands joined by &&, or a .cmd file'
    refuse('several lines', expected, `cmd.exe runs only the first line of a command; write ${expected}`)
    contexts.clear()
  }
  return contexts
}

/** The arguments with which cmd.exe runs one command. */
export function cmdCommand(script: string): string[] {
  const system = process.env.SystemRoot ?? 'C:\\Windows'
  return [`${system}\\System32\\cmd.exe`, '/d', '/s', '/c', `"${script.trim()}"`]
}

/**
 * A batch file is run by cmd.exe, which would read its arguments as code (the holes known as BatBadBut): each is quoted for
 * it. The first that can't be is returned as `unsafe`.
 */
export function batchCommand(
  file: string,
  args: readonly string[],
  folder: string,
): { argv: string[] } | { unsafe: string } {
  const words: string[] = []
  // From the job's folder, as a folder above it may have a name that can't be quoted.
  const inside = path.relative(folder, file)
  const isInside = !inside.startsWith('..') && !path.isAbsolute(inside)
  for (const word of [isInside ? `.${path.sep}${inside}` : file, ...args]) {
    const quoted = quoteForCmd(word)
    if (quoted === undefined) return { unsafe: word }
    words.push(quoted)
  }
  return { argv: cmdCommand(words.join(' ')) }
}
