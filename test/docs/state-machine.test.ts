import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { batchTransitions, jobTransitions } from '../../src/contract/states.ts'
import * as batchEnding from '../../src/core/queue/batch-ending.ts'
import * as batchStore from '../../src/core/queue/batch-store.ts'
import * as jobStore from '../../src/core/queue/job-store.ts'

const page = readFileSync(new URL('../../docs/state-machine.md', import.meta.url), 'utf8')
const [, batchPart = '', jobPart = ''] = page.split(/^## /m)

const edgesOf = (transitions: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(transitions)
    .flatMap(([from, targets]) => targets.map((to) => `${from} ${to}`))
    .sort()

const drawn = (part: string): string[] =>
  [...part.matchAll(/^ {2}(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} ${to}`).sort()

const listed = (part: string): string[] =>
  [...part.matchAll(/^\| (\w+) \| (\w+) \|/gm)]
    .map(([, from, to]) => `${from} ${to}`)
    .filter((edge) => edge !== 'from to')
    .sort()

test.each([
  ['batch', batchPart, batchTransitions],
  ['job', jobPart, jobTransitions],
])('the page draws and lists exactly the legal edges of a %s', (_name, part, transitions) => {
  const edges = edgesOf(transitions)
  expect(edges.length).toBeGreaterThan(8)
  expect(drawn(part)).toEqual(edges)
  expect(listed(part)).toEqual(edges)
})

test('every function that the page names for an edge exists', async () => {
  const known = new Set([
    ...Object.keys(batchEnding),
    ...Object.keys(batchStore),
    ...Object.keys(jobStore),
    ...Object.keys(await import('../../src/core/commands/close.ts')),
    ...Object.keys(await import('../../src/core/run/closing.ts')),
  ])
  const named = [...page.matchAll(/^\|.*\|.*\|.*\| (.+) \|$/gm)]
    .flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)])
    .map(([, name = '']) => name)
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})
