/**
 * Owns the facts about a batch that need no summary: when, how long, from which file, related to which other.
 */
import { isAdHoc } from '../../../contract/ad-hoc.ts'
import type { Batch } from '../../../contract/entities.ts'
import { fullMoment, moment } from '../../../contract/moments.ts'
import { duration } from '../../../contract/words.ts'
import { showNumber, usePanel } from '../../store/panel-store.ts'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { FilePath } from '../../ui/FilePath.tsx'

export function Facts({ batch }: { batch: Batch }) {
  const now = useNow()
  const cycle = useHourCycle()
  const when = (at: number) => (
    <time dateTime={new Date(at).toISOString()} title={fullMoment(at, cycle)}>
      {moment(at, now, cycle)}
    </time>
  )
  const related = batch.duplicateOf ?? batch.continues
  return (
    <dl className="facts tabular">
      <Fact name="Added">{when(batch.createdAt)}</Fact>
      {batch.startedAt !== null && <Fact name="Started">{when(batch.startedAt)}</Fact>}
      {batch.completedAt !== null && <Fact name="Ended">{when(batch.completedAt)}</Fact>}
      {batch.startedAt !== null && (
        <Fact name={batch.completedAt === null ? 'Elapsed' : 'Duration'}>
          {duration(Math.max(0, (batch.completedAt ?? now) - batch.startedAt))}
        </Fact>
      )}
      {batch.priority !== 0 && <Fact name="Priority">{batch.priority}</Fact>}
      {related !== null && (
        <Fact name={batch.duplicateOf ? 'Duplicate of' : 'Continues'}>
          <Related id={related} />
        </Fact>
      )}
      <Fact name={isAdHoc(batch) ? 'Folder' : 'File'} wide>
        <FilePath path={isAdHoc(batch) ? batch.projectPath : batch.specPath} />
      </Fact>
    </dl>
  )
}

function Fact({ name, wide = false, children }: { name: string; wide?: boolean; children: React.ReactNode }) {
  return (
    <div className={wide ? 'fact fact-wide' : 'fact'}>
      <dt className="dim">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Related({ id }: { id: string }) {
  const batch = usePanel((s) => s.server?.batches.get(id))
  if (!batch) return <span className="mono">{id.slice(0, 8)}</span>
  return (
    <button type="button" className="link-button" onClick={() => showNumber(batch.number)}>
      #{batch.number}
    </button>
  )
}
