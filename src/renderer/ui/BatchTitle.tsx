/**
 * Owns a batch's name in a row. Where there is no room for all of it the configuration gives way first: the type tells
 * the rows of one configuration apart.
 */
import { batchName, type NamedBatch, typeAndRange } from '../../contract/words.ts'

/** Up to so many letters a configuration's name is never cut. */
const shortEnough = 16

export function BatchTitle({ batch, className }: { batch: NamedBatch; className?: string }) {
  return (
    <span className={`batch-title ${className ?? ''}`} title={batchName(batch)}>
      <span className="dim num">#{batch.number} </span>
      <span className="clip" data-gives-way={batch.configuration.length > shortEnough}>
        {batch.configuration}
      </span>
      <span className="dim"> / </span>
      <b className="clip">{typeAndRange(batch)}</b>
    </span>
  )
}
