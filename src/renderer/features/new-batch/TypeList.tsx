/**
 * Owns the batch types of a configuration and the commands that each would run: the first, the last, and how many.
 */

import { Checkbox } from '@mantine/core'
import type { CommandOutput } from '../../../contract/commands.ts'
import { shellWords } from '../../../contract/escapes.ts'
import { doneSentence } from '../../../contract/succession-words.ts'
import { countOf, rangeWords } from '../../../contract/words.ts'
import { estimateSentence, jobsWords } from './preview-totals.ts'

type Preview = CommandOutput<'preview'>
type Type = Preview['types'][number]
type PlannedBatch = Type['batches'][number]

const batchesShown = 3

export function TypeList({
  preview,
  onTypes,
}: {
  preview: Preview
  onTypes: (types: readonly string[]) => void
}) {
  const toggle = (type: string, on: boolean) =>
    onTypes(preview.types.filter((t) => (t.type === type ? on : t.selected)).map((t) => t.type))
  return (
    <section aria-label="What would run">
      <h3 className="section-title">What would run</h3>
      <ul className="plain types">
        {preview.types.map((type) => (
          <li key={type.type} data-off={!type.selected}>
            <div className="type-head">
              <Checkbox
                label={<b>{type.type}</b>}
                checked={type.selected}
                onChange={(event) => toggle(type.type, event.currentTarget.checked)}
              />
              {type.after.length > 0 && <span className="dim">after {type.after.join(', ')}</span>}
              <span style={{ flex: 1 }} />
              <span className="dim tabular">{typeWords(type)}</span>
            </div>
            {type.selected && <Estimate type={type} />}
            {type.selected &&
              type.batches
                .slice(0, batchesShown)
                .map((batch) => (
                  <Commands key={batch.range?.start ?? 'all'} batch={batch} specPath={preview.specPath} />
                ))}
            {type.selected && type.batches.length > batchesShown && (
              <p className="dim type-more">
                and {countOf(type.batches.length - batchesShown, 'more batch', 'more batches')}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function typeWords(type: Type): string {
  const batches = type.batches.length > 1 ? `${countOf(type.batches.length, 'batch', 'batches')}, ` : ''
  return `${batches}${jobsWords(type.batches)}`
}

function Estimate({ type }: { type: Type }) {
  const sentence = estimateSentence(type)
  return sentence === null ? null : <p className="dim type-more">{sentence}</p>
}

function Commands({ batch, specPath }: { batch: PlannedBatch; specPath: string }) {
  const { commands, jobs, range } = batch
  const first = commands.filter((c, i) => i === 0 || c.ordinal === (commands[i - 1]?.ordinal ?? 0) + 1)
  const gapAfter = commands.findIndex((c, i) => i > 0 && c.ordinal !== (commands[i - 1]?.ordinal ?? 0) + 1)
  return (
    <div className="commands">
      {range && (
        <div className="dim commands-range">
          {rangeWords(range)}, {jobsWords([batch])}
        </div>
      )}
      {batch.done && <div className="dim commands-range">{doneSentence(batch.done)}</div>}
      <ol className="plain mono">
        {commands.map((command, index) => (
          <li key={command.ordinal}>
            {index === gapAfter && (
              <div className="dim commands-gap">… {countOf(jobs - commands.length, 'more', 'more')} …</div>
            )}
            <span className="dim num commands-number">{command.ordinal}</span>
            <span className="commands-argv">{shellWords(command.argv, specPath)}</span>
          </li>
        ))}
        {gapAfter < 0 && jobs > first.length && (
          <li className="dim commands-gap">… {countOf(jobs - commands.length, 'more', 'more')}</li>
        )}
      </ol>
    </div>
  )
}
