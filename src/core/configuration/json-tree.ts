/**
 * Owns the step from a document that no file holds to the tree that configurations are read from. Places are the
 * keys of its only batch, as there are no lines. Must never be the way of a file: its numbers would lose their text.
 */
import type { Place } from './problem.ts'
import type { Scalar, Value } from './spec-tree.ts'

/** As deep as a configuration can be meant. */
const DEPTH_LIMIT = 32

/** The tree of a JSON value; undefined for what is no configuration at all, or nested too deep. */
export function jsonTree(document: unknown, file: string): Value | undefined {
  try {
    return build(document, '', file, 0)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function build(value: unknown, path: string, file: string, depth: number): Value {
  if (depth > DEPTH_LIMIT) throw new RangeError('too deep')
  const place: Place = { file, path: path.replace(/^batches\[0\]\.?/, '') }
  if (Array.isArray(value))
    return {
      kind: 'list',
      items: value.map((item, i) => build(item, `${path}[${i}]`, file, depth + 1)),
      place,
    }
  if (typeof value !== 'object' || value === null) return scalar(value, place)
  const entries = Object.entries(value).map(([key, one]) => {
    const child = build(one, path === '' ? key : `${path}.${key}`, file, depth + 1)
    return { key, keyPlace: child.place, value: child }
  })
  return { kind: 'mapping', entries, place }
}

function scalar(value: unknown, place: Place): Scalar {
  const find = () => place
  if (typeof value === 'string') return { kind: 'text', text: value, place, find }
  if (typeof value === 'number') return { kind: 'number', text: String(value), place, find }
  if (typeof value === 'boolean') return { kind: 'boolean', text: String(value), place, find }
  return { kind: 'nothing', text: '', place, find }
}
