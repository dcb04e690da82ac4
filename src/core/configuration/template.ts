/**
 * Owns the template language: text with `{placeholder}`, where `{{` and `}}` stand for braces.
 * Must never change a byte of a value: what goes in for a placeholder comes out as it is.
 */
import { type Place, type Problems, shorten } from './problem.ts'
import type { Scalar } from './spec-tree.ts'

/** Literal text, or the name of a placeholder and where it stands. */
type TemplatePart = string | { name: string; place: Place }

/** A parsed text; `source` is what the user wrote. */
export type Template = { parts: TemplatePart[]; source: string; place: Place }

/** Parses a text; adds a problem for a brace without its partner, a NUL, or half a character. */
export function parseTemplate(scalar: Scalar, problems: Problems): Template {
  const { text, place } = scalar
  const parts: TemplatePart[] = []
  let literal = ''
  const token = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g
  let from = 0
  for (const match of text.matchAll(token)) {
    literal += text.slice(from, match.index)
    from = match.index + match[0].length
    if (match[0] === '{{' || match[0] === '}}') literal += match[0][0]
    else if (match[1] !== undefined) {
      if (literal !== '') parts.push(literal)
      literal = ''
      // Finding the place reads the source again, so it is done only for the first few.
      const nth = parts.length > 200 ? undefined : parts.filter((part) => isNamed(part, match[1])).length
      parts.push({ name: match[1], place: nth === undefined ? place : scalar.find(match[0], nth) })
    } else {
      problems.add(scalar.find(match[0]), {
        found: text,
        expected: `"${match[0]}${match[0]}" for a brace, or {placeholder}`,
        message: `a single "${match[0]}" in "${shorten(text)}"; write "${match[0]}${match[0]}" for a brace`,
      })
    }
  }
  literal += text.slice(from)
  if (literal !== '') parts.push(literal)
  checkExact(text, place, problems)
  return { parts, source: text, place }
}

const isNamed = (part: TemplatePart, name: string | undefined): boolean =>
  typeof part !== 'string' && part.name === name

/** Adds a problem for text that no program could receive exactly. */
export function checkExact(text: string, place: Place, problems: Problems): void {
  const expected = 'text without it'
  if (text.includes('\0')) {
    problems.add(place, { found: text, expected, message: "a NUL character can't be passed to a program" })
  }
  if (!text.isWellFormed()) {
    problems.add(place, {
      found: text,
      expected,
      message: "half of a surrogate pair can't be passed to a program",
    })
  }
}

/** The placeholders of a template, each time they stand there. */
export function placeholdersOf(template: Template): { name: string; place: Place }[] {
  return template.parts.filter((part) => typeof part !== 'string')
}

/** Where a placeholder's value is found: a text that is the same for every job, or a slot of its values. */
export type Binding = { text: string } | { slot: number }

/** A template whose placeholders are bound; `constant` is its text if no slot is needed. */
export type Bound = {
  constant: string | undefined
  slots: ReadonlySet<number>
  render(values: readonly string[]): string
}

/** How a value goes in at a part of a template; the shell quotes it, everything else leaves it. */
export type Insert = (value: string, part: number) => string

/** Binds a template. Every placeholder must be bound: unknown ones were reported before. */
export function bind(
  template: Template,
  bindings: ReadonlyMap<string, Binding>,
  insert: Insert = (value) => value,
): Bound {
  const pieces: (string | { slot: number; part: number })[] = []
  const slots = new Set<number>()
  template.parts.forEach((part, index) => {
    const binding = typeof part === 'string' ? { text: part } : bindings.get(part.name)
    if (binding === undefined) return
    if ('slot' in binding) {
      slots.add(binding.slot)
      pieces.push({ slot: binding.slot, part: index })
      return
    }
    const text = typeof part === 'string' ? part : insert(binding.text, index)
    const last = pieces.at(-1)
    if (typeof last === 'string') pieces[pieces.length - 1] = last + text
    else pieces.push(text)
  })
  const render = (values: readonly string[]): string => {
    let text = ''
    for (const piece of pieces) {
      text += typeof piece === 'string' ? piece : insert(values[piece.slot] ?? '', piece.part)
    }
    return text
  }
  return { constant: slots.size === 0 ? render([]) : undefined, slots, render }
}
