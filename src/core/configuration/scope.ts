/**
 * Owns which placeholders a batch type may use, and what each is bound to.
 * Must never choose between two meanings of a name: that is reported.
 */

import { nearest } from '../../contract/nearest.ts'
import { cmdContexts } from './cmd-quote.ts'
import type { BatchType, Over } from './configuration.ts'
import { type Problems, shorten } from './problem.ts'
import { windows } from './program.ts'
import { quoteContexts } from './shell-quote.ts'
import { type Binding, placeholdersOf, type Template } from './template.ts'

/** The placeholders that every job has, after those of its input. */
const JOB_PLACEHOLDERS = ['index', 'number', 'batch'] as const

/** What only an input can give. */
const INPUT_WORDS = new Set(['input', 'name', 'stem', 'ext', 'dir', 'value', 'generation'])

/** The placeholders of a source's inputs; undefined for a table, whose header has to be read first. */
export function sourcePlaceholders(over: Over): string[] | undefined {
  switch (over.kind) {
    case 'once':
      return []
    case 'files':
      return ['input', 'name', 'stem', 'ext', 'dir']
    case 'list':
    case 'lines':
      return ['input', 'value']
    case 'range': {
      const names = ['generation', 'value', 'input', 'start', 'end']
      return over.as === null || names.includes(over.as) ? names : [...names, over.as]
    }
    case 'table':
      return undefined
  }
}

/** Every template of a batch type. */
export function templatesOf(batchType: BatchType): Template[] {
  const { run, env, expect, reads, cwd } = batchType
  return [
    ...run,
    ...env.map(({ value }) => value),
    ...expect.map(({ file }) => file),
    ...reads,
    ...(cwd ? [cwd] : []),
  ]
}

/**
 * Adds a problem for each unknown or ambiguous placeholder; returns true if there was none. `columns` are those
 * of the table; without them a table's batch is only checked for its quoting.
 */
export function checkPlaceholders(
  batchType: BatchType,
  variables: Record<string, string>,
  problems: Problems,
  columns?: readonly string[],
): boolean {
  let valid = true
  const given = columns ?? sourcePlaceholders(batchType.over)
  if (batchType.shell) {
    for (const template of batchType.run) {
      const contexts = windows ? cmdContexts(template, problems) : quoteContexts(template, problems)
      valid &&= contexts.size === placeholdersOf(template).length
    }
  }
  if (given === undefined) return valid
  const origin = batchType.over.kind === 'table' ? 'a column of the table' : 'a placeholder of the input'
  const names = [
    ...new Set([...given.filter((name) => name !== ''), ...JOB_PLACEHOLDERS, ...Object.keys(variables)]),
  ]
  for (const { name, place } of templatesOf(batchType).flatMap(placeholdersOf)) {
    const meanings = [
      ...given.filter((other) => other === name && name !== '').map(() => origin),
      ...(Object.hasOwn(variables, name) ? ['a variable'] : []),
      ...(JOB_PLACEHOLDERS.some((other) => other === name) ? ['a placeholder of every job'] : []),
    ]
    if (meanings.length === 1) continue
    valid = false
    const found = `{${name}}`
    if (meanings.length > 1) {
      const which = new Set(meanings).size === 1 ? 'two columns of the table' : meanings.join(' and ')
      const message = `${shorten(found)} has two meanings: ${which}; rename one of them`
      problems.add(place, { found, expected: 'a name with one meaning', message })
      continue
    }
    if (batchType.over.kind === 'once' && INPUT_WORDS.has(name)) {
      const message = `${found} stands for an input, but this batch has no "over"`
      problems.add(place, {
        found,
        expected: 'over: { files: "data/*.csv" }, or table, lines, list, range',
        message,
      })
      continue
    }
    const unknown =
      batchType.over.kind === 'table'
        ? `${shorten(found)} is no column of the table, no variable and no placeholder of every job`
        : `unknown placeholder ${shorten(found)}`
    const message = `${unknown}; write {{ and }} for braces that are meant literally`
    problems.add(place, {
      found,
      expected: `one of ${names.map((known) => `{${known}}`).join(' ')}`,
      message: `${message}; known are ${shorten(names.map((known) => `{${known}}`).join(' '), 300)}`,
      suggestion: nearest(name, names),
    })
  }
  return valid
}

/** What each placeholder is bound to: variables to their text, everything else to a slot of a job's values. */
export function bindings(names: readonly string[], variables: Record<string, string>): Map<string, Binding> {
  const bound = new Map<string, Binding>()
  for (const [name, text] of Object.entries(variables)) bound.set(name, { text })
  for (const [slot, name] of [...names, ...JOB_PLACEHOLDERS].entries()) {
    if (name !== '') bound.set(name, { slot })
  }
  return bound
}
