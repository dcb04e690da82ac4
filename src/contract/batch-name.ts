/**
 * Owns how a batch is named to people, the same for every host. Pure. It takes the words as they are: whoever shows
 * them on a terminal or in a report makes them harmless there.
 */
import type { Batch } from './entities.ts'

/** '0-9', and '-5..-3' as '-5--3' could not be read: both ends are in it. `queries.ts` says the same in SQL. */
export function rangeWords({ start, end }: NonNullable<Batch['range']>): string {
  return start < 0 ? `${start}..${end}` : `${start}-${end}`
}

/** 'evolve 0-9', 'portfolio': what runs, without the configuration. */
export function typeAndRange({ type, range }: Pick<Batch, 'type' | 'range'>): string {
  return range === null ? type : `${type} ${rangeWords(range)}`
}

/** What a batch's name is made of. */
export type NamedBatch = Pick<Batch, 'number' | 'configuration' | 'type' | 'range'>

/** '#12 flood-2026 / evolve 0-9'; the panel, and what is said at its top, have a dot between. */
export function batchName(batch: NamedBatch, between: '/' | '·' = '/'): string {
  return `#${batch.number} ${batch.configuration} ${between} ${typeAndRange(batch)}`
}
