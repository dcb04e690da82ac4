/**
 * Owns the step from YAML or JSON text to a tree in which every value knows its place and its source text.
 * Must never expand without bound: aliases, merge keys and nesting are counted.
 *
 * Our own small tree rather than JavaScript objects checked by a schema: `run: [sleep, 1.0]` has to reach the
 * program as `1.0`, and every problem has to name the line of the very value, also behind an alias.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
  type Scalar as YamlScalar,
} from 'yaml'
import { type Place, type Problems, shorten } from './problem.ts'

/** A scalar; `text` is the value of a text and the source of everything else (`007`, `1.0`, `true`). */
export type Scalar = {
  kind: 'text' | 'number' | 'boolean' | 'nothing'
  text: string
  place: Place
  /** The place of the n-th (from 0) such part of the text, where the source shows it; else that of the value. */
  find(part: string, nth?: number): Place
}
/** Keys are unique; a repeated key was reported. */
export type Mapping = { kind: 'mapping'; entries: Entry[]; place: Place }
/** A key of a mapping and its value. */
export type Entry = { key: string; keyPlace: Place; value: Value }
/** A list of values. */
type List = { kind: 'list'; items: Value[]; place: Place }
/** Anything that can be written in a configuration. */
export type Value = Scalar | Mapping | List

const ALIAS_LIMIT = 100
const ALIASED_VALUE_LIMIT = 10_000
const DEPTH_LIMIT = 32

/** Parses the text; undefined after having added the problems, if no tree can be made of it. */
export function parseSpec(text: string, file: string, problems: Problems): Value | undefined {
  const lineCounter = new LineCounter()
  const whole: Place = { file, path: '' }
  const at = (offset: number, path: string): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { file, path, line, column: col }
  }
  try {
    const document = parseDocument(text, {
      lineCounter,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    })
    const faults = [...document.errors, ...document.warnings]
    // The parser is recursive, and reports a stack overflow as an error of the text, which it is.
    if (faults.some(({ message }) => /call stack|stack overflow/i.test(message)))
      throw new RangeError('too deep')
    for (const fault of faults) {
      const { pos } = fault
      const found = lineAt(text, pos[0])
      problems.add(at(pos[0], ''), {
        found,
        expected: 'valid YAML or JSON',
        message: explain(fault, text.slice(...pos), found),
      })
    }
    if (document.errors.length > 0) return undefined
    if (document.contents === null) return undefined
    const builder = new Builder(text, at, problems, document)
    const tree = builder.build(document.contents)
    // The rest of such a file would only produce misleading problems.
    return builder.unusable ? undefined : tree
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    problems.add(whole, tooDeep('the whole file'))
    return undefined
  }
}

const tooDeep = (found: string) => ({
  found,
  expected: `at most ${DEPTH_LIMIT} levels`,
  message: `values are nested more than ${DEPTH_LIMIT} levels deep`,
})

function explain({ code, message }: YAMLError, place: string, line: string): string {
  if (code === 'TAG_RESOLVE_FAILED')
    return `${shorten(place)} begins with "!", which YAML takes for a tag: put it into quotes`
  if (code === 'MULTIPLE_DOCS') return 'the file holds more than one YAML document'
  const invalid = `not valid YAML: ${message.replace(/\s+/g, ' ')}`
  const unquoted = /(?:^|[:,[-]) *(\{[^{}:]*\}[^\s,}\]]+)/.exec(line)?.[1]
  return unquoted === undefined
    ? invalid
    : `${invalid}; a text that begins with "{" needs quotes: "${shorten(unquoted)}"`
}

const lineAt = (text: string, offset: number): string => {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1
  const end = text.indexOf('\n', start)
  return text.slice(start, Math.min(end < 0 ? text.length : end, start + 200)).trim()
}

class Builder {
  readonly #text: string
  readonly #at: (offset: number, path: string) => Place
  readonly #problems: Problems
  readonly #document: ReturnType<typeof parseDocument>
  #aliases = 0
  #aliased = 0
  /** Its aliases stand for nothing, or for more values than anybody writes. */
  unusable = false

  constructor(
    text: string,
    at: (offset: number, path: string) => Place,
    problems: Problems,
    document: ReturnType<typeof parseDocument>,
  ) {
    this.#text = text
    this.#at = at
    this.#problems = problems
    this.#document = document
  }

  build(node: unknown, path = '', depth = 0, behindAlias = false): Value | undefined {
    const [start = 0, end = 0] = (node as Node | null)?.range ?? []
    const place = this.#at(start, path)
    if (depth > DEPTH_LIMIT) {
      this.#problems.add(place, tooDeep(path))
      return undefined
    }
    if (behindAlias) this.#aliased += 1
    if (isAlias(node)) {
      this.#aliases += 1
      if (this.#aliases > ALIAS_LIMIT || this.#aliased > ALIASED_VALUE_LIMIT) return this.#bomb(place)
      const meant = node.resolve(this.#document)
      if (meant === undefined) return this.#noAlias(node.source, place)
      return this.build(meant, path, depth + 1, true)
    }
    if (this.#aliased > ALIASED_VALUE_LIMIT) return this.#bomb(place)
    if (isMap(node)) {
      return { kind: 'mapping', entries: this.#entries(node.items, path, depth, behindAlias), place }
    }
    if (isSeq(node)) {
      const items = node.items
        .map((item, i) => this.build(item, `${path}[${i}]`, depth + 1, behindAlias))
        .filter((item) => item !== undefined)
      return { kind: 'list', items, place }
    }
    if (!isScalar(node)) return { kind: 'nothing', text: '', place, find: () => place }
    const { value, source } = node
    const find = (part: string, nth = 0): Place => {
      const written = this.#text.slice(start, end)
      let offset = written.indexOf(part)
      for (let left = nth; left > 0 && offset >= 0; left -= 1) offset = written.indexOf(part, offset + 1)
      return offset < 0 ? place : this.#at(start + offset, path)
    }
    if (typeof value === 'string') return { kind: 'text', text: value, place, find }
    const kind = typeof value === 'boolean' ? 'boolean' : value === null ? 'nothing' : 'number'
    return { kind, text: source ?? '', place, find }
  }

  #entries(pairs: Pair[], path: string, depth: number, behindAlias: boolean): Entry[] {
    const own = new Map<string, Entry>()
    const merged: Entry[] = []
    for (const { key: keyNode, value: valueNode } of pairs) {
      const keyPlace = this.#at((keyNode as Node | null)?.range?.[0] ?? 0, path)
      const key = isScalar(keyNode) ? keyText(keyNode) : undefined
      if (key === undefined) {
        const expected = 'a word'
        this.#problems.add(keyPlace, {
          found: 'a list or mapping',
          expected,
          message: 'a key must be a word',
        })
        continue
      }
      const keyPath = path === '' ? key : `${path}.${key}`
      const value = this.build(valueNode, keyPath, depth + 1, behindAlias)
      if (value === undefined) continue
      const first = own.get(key)
      if (key === '<<') merged.push(...mergedEntries(value))
      else if (first === undefined) own.set(key, { key, keyPlace: { ...keyPlace, path: keyPath }, value })
      else {
        this.#problems.add(
          { ...keyPlace, path: keyPath },
          {
            found: key,
            expected: 'each key once',
            message: `the key "${shorten(key)}" is already given in line ${first.keyPlace.line}`,
          },
        )
      }
    }
    for (const entry of merged) if (!own.has(entry.key)) own.set(entry.key, entry)
    return [...own.values()]
  }

  /** A pattern such as *.csv without quotes: YAML reads it as an alias. */
  #noAlias(name: string, place: Place): undefined {
    const found = `*${name}`
    const message = `${shorten(found)} without quotes is what YAML calls an alias, and nothing has that name; write ${shorten(JSON.stringify(found))}`
    this.#problems.add(place, { found, expected: JSON.stringify(found), message })
    this.unusable = true
    return undefined
  }

  #bomb(place: Place): undefined {
    if (this.unusable) return undefined
    this.unusable = true
    this.#problems.add(
      { ...place, path: '' },
      {
        found: 'too many aliases',
        expected: `at most ${ALIAS_LIMIT} aliases that stand for ${ALIASED_VALUE_LIMIT} values`,
        message: 'the aliases of this file expand to too many values',
      },
    )
    return undefined
  }
}

const keyText = ({ value, source }: YamlScalar): string =>
  typeof value === 'string' ? value : (source ?? String(value))

const mergedEntries = (value: Value): Entry[] =>
  value.kind === 'mapping'
    ? value.entries
    : value.kind === 'list'
      ? value.items.flatMap((item) => (item.kind === 'mapping' ? item.entries : []))
      : []
