/**
 * Owns the question what to do about conflicting batches: what exists, how far it is, what differs, and
 * the five answers in words. Creating another anyway needs a second, deliberate step.
 */
import { Button, Checkbox, Modal, SegmentedControl, Stack } from '@mantine/core'
import { IconEye, IconListCheck, IconReplace } from '@tabler/icons-react'
import { useState } from 'react'
import type { Conflict } from '../../../contract/entities.ts'
import { type KeptPlace, places } from '../../../contract/references.ts'
import { amount, batchName, countOf, percentDone, rangeWords } from '../../../contract/words.ts'
import { type DuplicateQuestion, showNumber, usePanel } from '../../store/panel-store.ts'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { standingWords } from '../../ui/format-time.ts'
import { JobsBar } from '../../ui/JobsBar.tsx'
import { StatusMark, statusWord } from '../../ui/StatusMark.tsx'
import './duplicates.css'

export function DuplicateDialog() {
  const question = usePanel((s) => s.duplicates)
  return question ? <Open key={question.title} question={question} /> : null
}

function Open({ question }: { question: DuplicateQuestion }) {
  const { conflicts, answer } = question
  const [anyway, setAnyway] = useState(false)
  const [sure, setSure] = useState(false)
  const [place, setPlace] = useState<KeptPlace>('keep')
  const several = conflicts.length > 1
  const remaining = conflicts.reduce((sum, c) => sum + c.remaining, 0)
  const show = () => {
    const [first] = conflicts
    answer({ ifExists: 'return', place })
    if (first) showNumber(first.existing.number)
  }
  return (
    <Modal
      opened
      onClose={() => answer(null)}
      size="lg"
      title={
        several
          ? `${conflicts.length} of these are already queued`
          : `This batch is already ${statusWord(conflicts[0]?.existing.status ?? 'queued')}`
      }
    >
      <Stack gap="md">
        <ul className="plain conflicts">
          {conflicts.map((conflict) => (
            <ConflictCard key={conflict.existing.id} conflict={conflict} />
          ))}
        </ul>
        {several && (
          <p className="dim conflict-all">
            Your answer applies to {conflicts.length === 2 ? 'both' : `all ${conflicts.length}`}.
          </p>
        )}
        <div className="answers">
          <Answer
            words={several ? 'Show them' : 'Show it'}
            hint={`Keeps ${several ? 'them' : 'it'} unchanged and adds only what is not queued yet.`}
            Icon={IconEye}
            onClick={show}
            autoFocus
          />
          <Answer
            words={`Run only the remaining ${amount(remaining)}`}
            hint={
              several ? 'Ends them and queues the remaining jobs.' : 'Ends it and queues the remaining jobs.'
            }
            Icon={IconListCheck}
            disabled={remaining === 0}
            onClick={() => answer({ ifExists: 'remaining', place })}
          />
          <Answer
            words={several ? 'Cancel them and start over' : 'Cancel it and start over'}
            hint="Finished jobs run again."
            Icon={IconReplace}
            onClick={() => answer({ ifExists: 'replace', place })}
          />
          <div className="answers-place">
            <span className="dim">
              If {several ? 'they are' : 'it is'} ended, the new {several ? 'batches' : 'batch'}
            </span>
            <SegmentedControl
              size="xs"
              aria-label="Place in the queue"
              data={[
                { value: 'keep', label: several ? 'keep their places' : 'keeps its place' },
                { value: 'end', label: several ? 'go to the end' : 'goes to the end' },
              ]}
              value={place}
              onChange={(next) => setPlace(places.find((each) => each === next) ?? 'keep')}
            />
          </div>
        </div>
        {anyway ? (
          <div className="note" data-kind="warn">
            <Stack gap="xs" style={{ flex: 1 }}>
              <Checkbox
                data-autofocus
                label="I understand that the same work runs twice and may overwrite the same files."
                checked={sure}
                onChange={(event) => setSure(event.currentTarget.checked)}
              />
              <Button
                color="orange"
                variant="filled"
                disabled={!sure}
                onClick={() => answer({ ifExists: 'allow', place })}
                style={{ alignSelf: 'flex-start' }}
              >
                Add duplicate
              </Button>
            </Stack>
          </div>
        ) : null}
        <div className="answers-foot">
          {!anyway && (
            <Button variant="subtle" color="gray" onClick={() => setAnyway(true)}>
              Add a duplicate anyway…
            </Button>
          )}
          <span style={{ flex: 1 }} />
          <Button variant="default" onClick={() => answer(null)}>
            Cancel
          </Button>
        </div>
      </Stack>
    </Modal>
  )
}

function Answer({
  words,
  hint,
  Icon,
  onClick,
  disabled = false,
  autoFocus = false,
}: {
  words: string
  hint: string
  Icon: typeof IconEye
  onClick: () => void
  disabled?: boolean
  autoFocus?: boolean
}) {
  return (
    <button
      type="button"
      className="answer"
      disabled={disabled}
      onClick={onClick}
      {...(autoFocus ? { 'data-autofocus': true } : {})}
    >
      <Icon size={20} stroke={1.7} aria-hidden />
      <span>
        <b>{words}</b>
        <span className="dim">{hint}</span>
      </span>
    </button>
  )
}

function ConflictCard({ conflict }: { conflict: Conflict }) {
  const { existing, differs, kind, requested } = conflict
  const now = useNow()
  const cycle = useHourCycle()
  const changes = [
    differs.added > 0 ? `${countOf(differs.added, 'command')} added` : null,
    differs.removed > 0 ? `${countOf(differs.removed, 'command')} removed` : null,
  ].filter((each) => each !== null)
  return (
    <li className="conflict">
      <div className="conflict-head">
        <StatusMark status={existing.status} />
        <b className="clip">{batchName(existing)}</b>
        <span className="dim tabular">{percentDone(existing.jobs)} %</span>
      </div>
      <JobsBar
        jobs={existing.jobs}
        live={existing.status === 'running'}
        label={`Progress of ${batchName(existing)}`}
      />
      <p>{standingWords(existing, now, cycle)}.</p>
      <p className="dim">
        {kind === 'overlap' && requested.range
          ? `Its range overlaps the requested range, ${rangeWords(requested.range)}; if it is ended, what lies outside will not run. `
          : ''}
        {changes.length === 0
          ? `The new batch has the same ${countOf(requested.jobs, 'job')}.`
          : `The new batch has ${countOf(requested.jobs, 'job')}: ${changes.join(', ')}.`}
      </p>
    </li>
  )
}
