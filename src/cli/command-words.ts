/**
 * Owns what the words of a command behind `--` mean: GNU parallel's `{}` and `:::`, placeholders by name, and braces that
 * are nothing but braces. Pure.
 */

/** The command without its inputs, and what `:::` (values), several of them (`lists`) or `::::` (a file of lines) bring. */
export type CommandWords = { words: string[]; values?: string[]; lists?: string[][]; linesFile?: string }

/** Splits at `:::`; undefined for what only GNU parallel can do: `:::+`, and files beside other inputs. */
export function splitInputs(command: readonly string[]): CommandWords | undefined {
  const marks = command.flatMap((word, i) => (/^:{3,4}\+?$/.test(word) ? [i] : []))
  const [at] = marks
  if (at === undefined) return { words: [...command] }
  const words = command.slice(0, at)
  const rest = command.slice(at + 1)
  if (marks.length > 1) {
    const lists = marks.map((mark, i) => command.slice(mark + 1, marks[i + 1]))
    return marks.every((mark) => command[mark] === ':::') ? { words, lists } : undefined
  }
  if (command[at]?.endsWith('+')) return undefined
  if (command[at] === ':::') return { words, values: rest }
  const [linesFile, more] = rest
  return linesFile === undefined || more !== undefined ? undefined : { words, linesFile }
}

/** GNU parallel's replacement strings that are parts of a file's name. */
const FILE_PARTS: Readonly<Record<string, string>> = {
  '.': '{dir}/{stem}',
  '/': '{name}',
  '//': '{dir}',
  '/.': '{stem}',
}

/** Whether the words take a file's name apart, so that the inputs have to be files. */
export function takesFilesApart(words: readonly string[]): boolean {
  return words.some((word) => Object.keys(FILE_PARTS).some((part) => word.includes(`{${part}}`)))
}

/**
 * The words as a configuration has them: `{}` is `{input}`, and braces around anything that can't be a name (as in
 * `awk '{print $1}'`) are meant literally. Without a source nothing stands for an input. `verbatim`: the names are those
 * of columns, which may be anything.
 */
export function asTemplates(
  words: readonly string[],
  { hasInput, verbatim }: { hasInput: boolean; verbatim: boolean },
): string[] {
  return words.map((word) =>
    word.replace(/\{\{[^{}]*\}\}|\{([^{}]*)\}|[{}]/g, (whole, name: string | undefined) => {
      if (whole.startsWith('{{')) return whole
      if (name === undefined) return whole + whole
      if (name === '#') return '{number}'
      if (hasInput && (name === '' || (name === '1' && !verbatim))) return '{input}'
      if (hasInput && FILE_PARTS[name] !== undefined) return FILE_PARTS[name]
      return verbatim || /^[\p{L}_][\p{L}\p{N}_. -]*$/u.test(name) ? whole : `{{${name}}}`
    }),
  )
}

/** All combinations of several lists as a CSV table, whose columns are `1`, `2`, …; the last list changes fastest. */
export function combinations(lists: readonly string[][]): string {
  const rows = lists.reduce<string[][]>(
    (begun, list) => begun.flatMap((row) => list.map((value) => [...row, value])),
    [[]],
  )
  return [lists.map((_, i) => `${i + 1}`), ...rows]
    .map((row) => `${row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')}\n`)
    .join('')
}

/** With several lists `{}` is all of their values: words of their own, or with spaces between them within a word. */
export function withAllInputs(words: readonly string[], lists: readonly string[][]): string[] {
  const all = lists.map((_, i) => `{${i + 1}}`)
  const filled = words.flatMap((word) => (word === '{}' ? all : [word.replaceAll('{}', all.join(' '))]))
  return hasPlaceholder(filled) ? filled : [...filled, ...all]
}

/** Whether any placeholder stands in these templates. */
export function hasPlaceholder(templates: readonly string[]): boolean {
  return templates.some((template) => /\{[^{}]+\}/.test(template.replace(/\{\{|\}\}/g, '')))
}

const LONGEST_NAME = 100

/** What a batch is called that has no name: its command's words, as far as a name may have them. */
export function nameOfCommand(words: readonly string[], hash: (text: string) => string): string {
  const text = words.join(' ')
  const name = text
    .replace(/[^\p{L}\p{N} ._-]+/gu, (_, at: number) => (/[\p{L}\p{N}]/u.test(text[at - 1] ?? '') ? '-' : ''))
    .replace(/-(?= |$|\.)/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^[^\p{L}\p{N}_]+/u, '')
    .trim()
  if (name.length === 0) return hash(text)
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 9).trimEnd()} ${hash(text)}`
}
