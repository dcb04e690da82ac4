/**
 * Owns the second step: types, variables and the commands as they would run, trust where it is needed, and adding.
 */
import { Button, Checkbox, Loader, NumberInput, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowLeft } from '@tabler/icons-react'
import { useState } from 'react'
import type { CommandOutput } from '../../../contract/commands.ts'
import { countOf } from '../../../contract/words.ts'
import { closeDialog } from '../../store/panel-store.ts'
import { Note } from '../../ui/Note.tsx'
import { useAnswer } from '../../ui/use-answer.ts'
import { addBatches } from './add-batches.ts'
import { Problems } from './Problems.tsx'
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
    { file, variables: { ...settled }, ...(types === null ? {} : { types: [...types] }) },
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
  const jobs = chosen.flatMap((t) => t.batches).reduce((sum, b) => sum + b.jobs, 0)
  const batches = chosen.reduce((sum, t) => sum + t.batches.length, 0)
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
      {preview.conflicts.length > 0 && (
        <Note
          kind="warn"
          title={
            preview.conflicts.length === 1
              ? 'One of these is already queued'
              : `${preview.conflicts.length} of these are already queued`
          }
        >
          {preview.conflicts[0]?.sentence} You will be asked what to do.
        </Note>
      )}
      <Options options={options} onChange={setOptions} />
      <div className="preview-foot">
        <span className="dim tabular" role="status">
          {countOf(batches, 'batch', 'batches')}, {countOf(jobs, 'job')}
        </span>
        <span style={{ flex: 1 }} />
        <Button variant="default" onClick={closeDialog}>
          Cancel
        </Button>
        <Button type="submit" disabled={!ready} loading={busy}>
          {batches === 1 ? 'Add the batch' : `Add ${batches} batches`}
        </Button>
      </div>
    </form>
  )
}

type AddOptions = { hold: boolean; skipDone: boolean; priority: number | string }

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

function Variables({
  names,
  shown,
  typed,
  onChange,
}: {
  names: readonly string[]
  shown: Readonly<Record<string, string>>
  typed: Readonly<Record<string, string>>
  onChange: (variables: Readonly<Record<string, string>>) => void
}) {
  if (names.length === 0) return null
  return (
    <section aria-label="Variables">
      <h3 className="section-title">Variables</h3>
      <div className="variables">
        {names.map((name) => (
          <TextInput
            key={name}
            size="xs"
            label={name}
            value={typed[name] ?? shown[name] ?? ''}
            onChange={(event) => onChange({ ...typed, [name]: event.currentTarget.value })}
          />
        ))}
      </div>
    </section>
  )
}

function Options({ options, onChange }: { options: AddOptions; onChange: (options: AddOptions) => void }) {
  return (
    <div className="add-options">
      <Checkbox
        size="xs"
        label="Skip inputs that already succeeded"
        checked={options.skipDone}
        onChange={(event) => onChange({ ...options, skipDone: event.currentTarget.checked })}
      />
      <Checkbox
        size="xs"
        label="Add on hold"
        checked={options.hold}
        onChange={(event) => onChange({ ...options, hold: event.currentTarget.checked })}
      />
      <NumberInput
        size="xs"
        w={150}
        leftSection={<span className="dim add-priority">Priority</span>}
        leftSectionWidth={62}
        aria-label="Priority"
        placeholder="0"
        allowDecimal={false}
        value={options.priority}
        onChange={(priority) => onChange({ ...options, priority })}
      />
    </div>
  )
}
