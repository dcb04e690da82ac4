/**
 * Owns the settings page: every setting with its sentence, changed where it stands, kept at once.
 */
import { NumberInput, SegmentedControl, Select, Switch } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { type SettingKey, type Settings, settingWords } from '../../../contract/settings.ts'
import { act } from '../../store/act.ts'
import { announce, usePanel } from '../../store/panel-store.ts'
import { useCompactRows } from '../../store/row-height.ts'
import { KeysCard } from './KeysCard.tsx'
import './settings.css'

type Field =
  | { kind: 'switch' }
  | { kind: 'number'; unit: string; factor?: number; min: number; max: number }
  | { kind: 'choice'; choices: readonly { value: string; label: string }[] }

const seconds = (min: number, max: number): Field => ({ kind: 'number', unit: 's', factor: 1_000, min, max })

const groups: readonly { title: string; fields: readonly (readonly [SettingKey, string, Field])[] }[] = [
  {
    title: 'Appearance',
    fields: [
      [
        'theme',
        'Theme',
        {
          kind: 'choice',
          choices: [
            { value: 'system', label: 'System' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ],
        },
      ],
      [
        'hour-cycle',
        'Clock',
        {
          kind: 'choice',
          choices: [
            { value: 'system', label: 'System' },
            { value: '12', label: '12 h' },
            { value: '24', label: '24 h' },
          ],
        },
      ],
    ],
  },
  {
    title: 'Notifications',
    fields: [
      ['notify-completed', 'Completed', { kind: 'switch' }],
      ['notify-failed', 'Failed', { kind: 'switch' }],
      ['notify-duplicate', 'Duplicate requests', { kind: 'switch' }],
      ['notify-disk', 'Low disk space', { kind: 'switch' }],
      ['notify-predecessor', 'Waiting for a failed batch', { kind: 'switch' }],
      ['notify-attention', 'Other problems', { kind: 'switch' }],
    ],
  },
  {
    title: 'Running',
    fields: [
      ['default-parallel', 'Jobs at once', { kind: 'number', unit: 'jobs', min: 1, max: 256 }],
      ['kill-grace-ms', 'Grace before SIGKILL', seconds(0, 600)],
      [
        'failing-batch',
        'The first 20 jobs fail alike',
        {
          kind: 'choice',
          choices: [
            { value: 'continue', label: 'Continue' },
            { value: 'pause', label: 'Pause' },
          ],
        },
      ],
      [
        'restart-policy',
        'After a crash',
        {
          kind: 'choice',
          choices: [
            { value: 'continue', label: 'Continue' },
            { value: 'pause', label: 'Pause' },
          ],
        },
      ],
      [
        'keep-awake',
        'Keep awake',
        {
          kind: 'choice',
          choices: [
            { value: 'never', label: 'Never' },
            { value: 'on-mains', label: 'When plugged in' },
            { value: 'always', label: 'Always' },
          ],
        },
      ],
      [
        'when-done',
        'When the queue is empty',
        {
          kind: 'choice',
          choices: [
            { value: 'nothing', label: 'Nothing' },
            { value: 'sleep', label: 'Sleep' },
            { value: 'shut-down', label: 'Shut down' },
          ],
        },
      ],
      ['start-with-session', 'Start at login', { kind: 'switch' }],
    ],
  },
  {
    title: 'Disk',
    fields: [
      ['log-retention-days', 'Keep logs', { kind: 'number', unit: 'days', min: 0, max: 3_650 }],
      ['min-free-disk-mb', 'Minimum free disk', { kind: 'number', unit: 'MB', min: 0, max: 10_000_000 }],
    ],
  },
  {
    title: 'Finalizer and hosts',
    fields: [
      ['finalizer-interval-ms', 'Sweep every', seconds(0.05, 3_600)],
      ['finalizer-grace-ms', 'Grace', seconds(0, 3_600)],
      ['heartbeat-interval-ms', 'Heartbeat every', seconds(0.05, 60)],
      ['lease-ms', 'Lease', seconds(0.2, 600)],
    ],
  },
]

export function SettingsView() {
  const settings = usePanel((s) => s.server?.settings)
  if (!settings) return null
  return (
    <section className="view page" aria-labelledby="settings-title">
      <div className="view-head">
        <h1 id="settings-title">Settings</h1>
        <span className="dim">Changes save automatically.</span>
      </div>
      <div className="page-body" tabIndex={0} role="group" aria-label="All settings">
        <div className="page-columns">
          {groups.map((group) => (
            <article className="card" key={group.title}>
              <header>
                <h2>{group.title}</h2>
              </header>
              {group.fields.map(([key, label, field]) => (
                <Row key={key} label={label} words={settingWords[key]}>
                  <Control name={key} label={label} field={field} settings={settings} />
                </Row>
              ))}
              {group.title === 'Appearance' && <CompactRows />}
            </article>
          ))}
          <KeysCard />
        </div>
      </div>
    </section>
  )
}

function CompactRows() {
  const [on, setOn] = useCompactRows()
  return (
    <Row label="Compact rows" words="One line for each batch. Saved in this browser.">
      <Switch
        aria-label="Compact rows"
        checked={on}
        onChange={(event) => setOn(event.currentTarget.checked)}
      />
    </Row>
  )
}

function Row({ label, words, children }: { label: string; words: string; children: ReactNode }) {
  return (
    <div className="setting">
      <div>
        <div className="setting-label">{label}</div>
        <div className="dim setting-words">{words}</div>
      </div>
      <div className="setting-control">{children}</div>
    </div>
  )
}

function Control({
  name,
  label,
  field,
  settings,
}: {
  name: SettingKey
  label: string
  field: Field
  settings: Settings
}) {
  const value = settings[name]
  const change = async (next: unknown) => {
    const done = await act('set-setting', { key: name, value: next })
    if (done) announce(`${label} saved.`)
  }
  if (field.kind === 'switch')
    return (
      <Switch
        aria-label={label}
        checked={value === true}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
    )
  if (field.kind === 'choice')
    return field.choices.length <= 3 ? (
      <SegmentedControl
        size="xs"
        aria-label={label}
        data={[...field.choices]}
        value={String(value)}
        onChange={(next) => void change(next)}
      />
    ) : (
      <Select
        aria-label={label}
        data={[...field.choices]}
        value={String(value)}
        onChange={(next) => void change(next)}
      />
    )
  return <NumberField field={field} label={label} value={Number(value)} onChange={change} />
}

/** Kept when one leaves the field or presses Enter, so that half a number is never stored. */
function NumberField({
  field,
  label,
  value,
  onChange,
}: {
  field: Extract<Field, { kind: 'number' }>
  label: string
  value: number
  onChange: (value: number) => Promise<void>
}) {
  const factor = field.factor ?? 1
  const [typed, setTyped] = useState<number | string>(value / factor)
  useEffect(() => setTyped(value / factor), [value, factor])
  const keep = () => {
    const next = Math.round(Number(typed) * factor)
    if (typed === '' || !Number.isFinite(next)) setTyped(value / factor)
    else if (next !== value) void onChange(next)
  }
  return (
    <NumberInput
      size="xs"
      w={120}
      aria-label={label}
      min={field.min}
      max={field.max}
      suffix={` ${field.unit}`}
      allowDecimal={factor !== 1}
      value={typed}
      onChange={setTyped}
      onBlur={keep}
      onKeyDown={(event) => event.key === 'Enter' && keep()}
    />
  )
}
