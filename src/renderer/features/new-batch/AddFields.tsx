/**
 * Owns what can be set before batches are added: variables, and how they are queued.
 */
import { Checkbox, NumberInput, TextInput } from '@mantine/core'

export type AddOptions = { hold: boolean; skipDone: boolean; priority: number | string }

export function Variables({
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

export function OptionFields({
  options,
  onChange,
}: {
  options: AddOptions
  onChange: (options: AddOptions) => void
}) {
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
