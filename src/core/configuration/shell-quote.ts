/**
 * Owns how a value is put into a /bin/sh command (`shell: true`) so that it stays one word whatever it holds.
 * Must never let a value reach a spot where quotes don't protect it: such a template is refused, and the
 * safe way named, because a wrong guess here is somebody's command run by a file name.
 */
import type { Problems } from './problem.ts'
import type { Template } from './template.ts'

/** One word of /bin/sh that is exactly this value. */
export function quoteForSh(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}

/** What a placeholder stands in: nothing, or quotes that are closed before the value and reopened after it. */
export type QuoteContext = 'bare' | 'single' | 'double'

/** A value for its context; every result is the same single word to the shell. */
export function quoteInContext(value: string, context: QuoteContext): string {
  const quoted = quoteForSh(value)
  return context === 'bare' ? quoted : context === 'single' ? `'${quoted}'` : `"${quoted}"`
}

/**
 * The context of each placeholder, by the index of its part; where no quoting would be safe there is none, and
 * a problem is added.
 * Inside quotes only what could as well be one bare word is accepted (`"{out}/{stem}.txt"`): a longer quoted
 * text is often a command for a second interpreter (`ssh host "rm {x}"`), which would read the value again.
 */
export function quoteContexts(template: Template, problems: Problems): Map<number, QuoteContext> {
  const contexts = new Map<number, QuoteContext>()
  const scan = new ShellScan()
  let inQuotes: { part: number; name: string }[] = []
  const refuse = (part: number, name: string, why: string): void => {
    contexts.delete(part)
    const entry = template.parts[part]
    problems.add(entry === undefined || typeof entry === 'string' ? template.place : entry.place, {
      found: `{${name}} ${why}`,
      expected: `{${name}} as a separate word`,
      message: `{${name}} stands ${why}, where no quoting can keep its value from being read as code; set a variable first (v={${name}}; …) and use "$v" there`,
    })
  }
  template.parts.forEach((part, index) => {
    if (typeof part !== 'string') {
      const why = scan.unsafeHere()
      if (why !== undefined) refuse(index, part.name, why)
      else if (scan.quote === undefined) contexts.set(index, 'bare')
      else {
        contexts.set(index, scan.quote === "'" ? 'single' : 'double')
        inQuotes.push({ part: index, name: part.name })
      }
      scan.placeholder()
      return
    }
    for (const character of part) {
      const before = scan.quote
      scan.character(character)
      if (before !== undefined && scan.quote === undefined) {
        if (!scan.plainQuotes)
          for (const held of inQuotes) refuse(held.part, held.name, 'inside a longer quoted text')
        inQuotes = []
      }
    }
  })
  for (const held of inQuotes) refuse(held.part, held.name, 'inside quotes that are never closed')
  return contexts
}

/** Follows the text of a command as far as is needed to know what a placeholder stands in. */
class ShellScan {
  quote: "'" | '"' | undefined
  /** Whether the text inside the last quotes was a bare word. */
  plainQuotes = true
  #lost: string | undefined
  #escaped = false
  #comment = false
  #previous = ''

  character(c: string): void {
    const previous = this.#previous
    this.#previous = c
    if (this.#escaped) {
      this.#escaped = false
      this.#previous = 'x'
      if (this.quote === '"') this.plainQuotes = false
      return
    }
    if (this.#comment) {
      if (c === '\n') this.#comment = false
    } else if (this.quote === "'") {
      if (c === "'") this.quote = undefined
      else this.#inside(c)
    } else if (this.quote === '"') {
      if (c === '"') this.quote = undefined
      else if (c === '\\') this.#escaped = true
      else this.#inside(c)
      if (c === '`' || ((c === '(' || c === '{') && previous === '$'))
        this.#lost ??= 'after a substitution in quotes'
    } else this.#bare(c, previous)
  }

  #inside(c: string): void {
    if (!/[\w@%+=:,./-]/.test(c)) this.plainQuotes = false
  }

  #bare(c: string, previous: string): void {
    if (c === '\\') this.#escaped = true
    else if (c === "'" || c === '"') {
      if (previous === '$') this.#lost ??= `after $${c}`
      this.quote = c
      this.plainQuotes = true
    } else if (c === '`') this.#lost ??= 'after a backquote'
    else if (c === '#' && (previous === '' || /[\s;&|()]/.test(previous))) this.#comment = true
    else if (c === '{' && previous === '$') this.#lost ??= 'after ${'
    else if (c === '(' && previous === '(') this.#lost ??= 'after (('
    else if (c === '[' && previous === '$') this.#lost ??= 'after $['
    else if (c === '[' && previous === '[') this.#lost ??= 'after [['
    else if (c === '<' && previous === '<') this.#lost ??= 'after <<'
  }

  placeholder(): void {
    this.#previous = 'x'
    this.#escaped = false
  }

  unsafeHere(): string | undefined {
    if (this.#comment) return 'in a comment'
    if (this.#escaped) return 'after a backslash'
    if (this.#previous === '$') return 'after a dollar sign'
    return this.#lost
  }
}
