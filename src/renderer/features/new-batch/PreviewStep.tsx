/**
 * Owns the second step: types, variables and the commands as they would run, trust where it is needed, and adding.
 */
import { Button, Loader } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowLeft } from '@tabler/icons-react'
import { useState } from 'react'
import type { CommandOutput } from '../../../contract/commands.ts'
import { closeDialog } from '../../store/panel-store.ts'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { standingWords } from '../../ui/format-time.ts'
import { Note } from '../../ui/Note.tsx'
import { useAnswer } from '../../ui/use-answer.ts'
import { type AddOptions, OptionFields, Variables } from './AddFields.tsx'
import { addBatches } from './add-batches.ts'
import { Problems } from './Problems.tsx'
import { previewTotals } from './preview-totals.ts'
import { TrustBox } from './TrustBox.tsx'
import { TypeList } from './TypeList.tsx'

type Preview = CommandOutput<'preview'>

export function PreviewStep({ file, onBack }: { file: string; onBack: () => void }) {
  const [types, setTypes] = useState<readonly string[] | null>(null)
  const [variables, setVariables] = useState<Readonly<Record<string, string>>>({})
  const [settled] = useDebouncedValue(variables, 300)
  const [trusted, setTrusted] = useState<string | null>(null)
  const [options, setOptions] = useState<AddOptions>({ hold: false, skipDone: false, priority: '' })
  const [busy, setBusy] = useState(false)
  const [turn, setTurn] = useState(0)
  const answer = useAnswer(
    'preview',
    {
      file,
      variables: { ...settled },
      skipDone: options.skipDone,
      ...(types === null ? {} : { types: [...types] }),
    },
    turn,
  )
  // The last good preview stays while the next one is made, so that nothing jumps while one types.
  const [last, setLast] = useState<Preview | null>(null)
  if (answer.value && answer.value !== last) setLast(answer.value)
  const preview = answer.value ?? last

  if (answer.error)
    return (
      <div className="preview">
        <BackLine file={file} onBack={onBack} />
        <Note kind="bad" title={answer.error.message}>
          {answer.error.hint}
        </Note>
        <Problems problems={answer.error.problems ?? []} />
        <div className="preview-foot">
          <span style={{ flex: 1 }} />
          <Button variant="default" onClick={() => setTurn(turn + 1)}>
            Check again
          </Button>
        </div>
      </div>
    )
  if (!preview)
    return (
      <div className="preview">
        <BackLine file={file} onBack={onBack} />
        <Loader size={20} aria-label="Reading the configuration" />
      </div>
    )

  const chosen = preview.types.filter((t) => t.selected)
  const { batches, words, done } = previewTotals(chosen)
  const trust = preview.trust === 'known' || trusted === preview.digest
  const ready = trust && preview.problems.length === 0 && batches > 0 && !answer.waiting && !busy
  const add = async () => {
    setBusy(true)
    const added = await addBatches(preview, {
      file,
      types: chosen.map((t) => t.type),
      variables,
      hold: options.hold,
      skipDone: options.skipDone,
      ...(options.priority === '' ? {} : { priority: Number(options.priority) }),
    })
    setBusy(false)
    if (added === 'added') closeDialog()
    if (added === 'changed') setTurn(turn + 1)
  }
  return (
    <form
      className="preview"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void add()
      }}
    >
      <BackLine file={preview.specPath} onBack={onBack} />
      <h3 className="preview-name">{preview.configuration}</h3>
      <Problems problems={preview.problems} />
      {preview.trust !== 'known' && (
        <TrustBox
          preview={preview}
          trusted={trusted === preview.digest}
          onTrust={(on) => setTrusted(on ? preview.digest : null)}
        />
      )}
      <Variables
        names={Object.keys(preview.variables)}
        shown={{ ...preview.variables, ...variables }}
        onChange={setVariables}
        typed={variables}
      />
      <TypeList preview={preview} onTypes={setTypes} />
      <OptionFields options={options} onChange={setOptions} />
      <div className="preview-foot">
        <Conflicts conflicts={preview.conflicts} />
        <div className="preview-add">
          <span className="dim tabular" role="status">
            {words}
            {done !== null && <span className="preview-done">{done}</span>}
          </span>
          <span style={{ flex: 1 }} />
          <Button variant="default" onClick={closeDialog}>
            Cancel
          </Button>
          <Button type="submit" disabled={!ready} loading={busy}>
            {batches === 1 ? 'Add the batch' : `Add ${batches} batches`}
            {preview.conflicts.length > 0 && '…'}
          </Button>
        </div>
      </div>
    </form>
  )
}

function BackLine({ file, onBack }: { file: string; onBack: () => void }) {
  return (
    <div className="preview-back">
      <Button size="compact-sm" variant="default" leftSection={<IconArrowLeft size={14} />} onClick={onBack}>
        Choose another file
      </Button>
      <span className="clip mono dim">{file}</span>
    </div>
  )
}

/** Beside the button, so that it is seen before anything is added. */
function Conflicts({ conflicts }: { conflicts: Preview['conflicts'] }) {
  const now = useNow()
  const cycle = useHourCycle()
  const [first] = conflicts
  if (!first) return null
  const title =
    conflicts.length === 1
      ? 'One of these is already queued'
      : `${conflicts.length} of these are already queued`
  return (
    <Note kind="warn" title={title}>
      {standingWords(first.existing, now, cycle)}. You will be asked what to do.
    </Note>
  )
}
