/**
 * Owns what a folder looks like it wants to run: a shell's loop that does it now, else its script over the kind of data
 * file it has most of. Pure: it is given names and texts.
 */
import type { BatchDocument } from '../core/configuration/write.ts'
import { asTemplates } from './command-words.ts'

export type FolderGuess = { batch: BatchDocument; because: string }

const interpreters: Readonly<Record<string, string>> = {
  py: 'python3',
  R: 'Rscript',
  r: 'Rscript',
  jl: 'julia',
  sh: 'sh',
}
const dataExtensions = 'csv tsv parquet json jsonl nc tif tiff png jpg jpeg wav txt dat h5 fits xml'.split(
  ' ',
)

/** `files`: names relative to the folder, one level deep; `texts`: those of its shell scripts and its Makefile. */
export function guessBatch(files: readonly string[], texts: ReadonlyMap<string, string>): FolderGuess {
  for (const [file, text] of texts) {
    const loop = loopIn(text)
    if (loop) return { batch: { type: typeOf(file), ...loop }, because: `the loop in ${file}` }
  }
  const script = files.find((file) => !file.includes('/') && interpreterOf(file) !== undefined)
  const pattern = mostData(files)
  const run = script === undefined ? ['echo'] : [interpreterOf(script) ?? '', script]
  const batch = { type: typeOf(script ?? 'example'), run: pattern === undefined ? run : [...run, '{input}'] }
  if (pattern === undefined)
    return { batch, because: script ?? 'nothing that could be run: edit the command' }
  return { batch: { ...batch, over: { files: pattern } }, because: `${script ?? 'the data'} over ${pattern}` }
}

/** `for f in data/*.csv; do python3 edm.py "$f"; done`, also in a Makefile, with one simple command. */
function loopIn(text: string): Pick<BatchDocument, 'run' | 'over'> | undefined {
  const joined = text.replace(/\\\n/g, ' ').replace(/\$\$/g, '$')
  const loop = /\bfor\s+(\w+)\s+in\s+([^;\n$`]+?)\s*(?:;|\n)\s*do\s+([^;|&<>\n`]+?)\s*(?:;|\n)\s*done\b/.exec(
    joined,
  )
  const [, name = '', values = '', command = ''] = loop ?? []
  const words = command.match(/"[^"]*"|'[^']*'|\S+/g) ?? []
  const variable = new RegExp(`\\$\\{?${name}\\b\\}?`, 'g')
  if (loop === null || words.length === 0 || command.replace(variable, '').includes('$')) return undefined
  const literal = words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2').replace(variable, '{}'))
  const list = values.trim().split(/\s+/)
  const over = list.some((one) => /[*?[]/.test(one))
    ? { files: list.length === 1 ? list[0] : list }
    : { list }
  return { run: asTemplates(literal, { hasInput: true, verbatim: false }), over }
}

/** The pattern of the data files that are most, in the folder itself or one below it. */
function mostData(files: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const file of files) {
    const [, folder = '', extension = ''] = /^(.*\/)?[^/]*\.(\w+)$/.exec(file) ?? []
    if (!dataExtensions.includes(extension.toLowerCase())) continue
    const pattern = `${folder}*.${extension}`
    counts.set(pattern, (counts.get(pattern) ?? 0) + 1)
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b))[0]?.[0]
}

const interpreterOf = (file: string): string | undefined => interpreters[/\.(\w+)$/.exec(file)?.[1] ?? '']

/** A name that a batch type can have. */
function typeOf(file: string): string {
  const name = file.replace(/\.\w+$/, '').replace(/[^\p{L}\p{N}_-]+/gu, '-')
  return name.replace(/^-+/, '') || 'batch'
}
