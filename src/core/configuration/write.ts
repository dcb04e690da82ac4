/**
 * Owns the way from a document to a file that a person can edit: YAML with a comment for each key.
 * Must never change a value: what is written is read again as it was.
 */
import { BATCH_KEYS, type BatchKeyName, batchKeys, overKeys } from '../../contract/batch-keys.ts'

/** One batch: its keys with the values of a document. */
export type BatchDocument = Partial<Record<BatchKeyName, unknown>>
export type ConfigurationDocument = { variables?: Record<string, string>; batches: BatchDocument[] }

/** `head`: comment lines at the top. `schema`: where the editors' schema is. */
export function configurationText(
  { variables, batches }: ConfigurationDocument,
  { head, schema }: { head: readonly string[]; schema: string },
): string {
  const lines = [`# yaml-language-server: $schema=${schema}`, ...head.map((line) => `# ${line}`.trimEnd())]
  if (variables !== undefined) lines.push(`variables: ${flow(variables)}`)
  lines.push('batches:')
  for (const batch of batches) {
    const keys = BATCH_KEYS.filter((key) => batch[key] !== undefined)
    for (const [i, key] of keys.entries()) {
      if (i > 0) lines.push(`    # ${aboutKey(key, batch[key])}`)
      lines.push(`${i === 0 ? '  - ' : '    '}${key}: ${flow(batch[key])}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function aboutKey(key: BatchKeyName, value: unknown): string {
  const source =
    key === 'over' && typeof value === 'object' && value !== null ? Object.keys(value)[0] : undefined
  const isSource = (name: string | undefined): name is keyof typeof overKeys =>
    name !== undefined && Object.hasOwn(overKeys, name)
  return isSource(source) ? overKeys[source].about : batchKeys[key].about
}

/** A value on one line, as people write it: quotes only where YAML needs them. */
export function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, one]) => `${flow(key)}: ${flow(one)}`)
    return `{ ${entries.join(', ')} }`
  }
  if (typeof value !== 'string' || isPlain(value)) return String(value)
  return JSON.stringify(value)
}

/** Whether YAML reads the bare words as this very text. */
function isPlain(text: string): boolean {
  const isWords = /^(?:[A-Za-z_/]|\.{1,2}\/|-{1,2}[A-Za-z])[\w./=+%@-]*( [\w./=+%@-]+)*$/.test(text)
  const isQuantity = /^(\d+(\.\d+)?(ms|s|m|h|d|%|[kMGT]i?B)|-?\d+\.\.-?\d+)$/.test(text)
  return (isWords && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)) || isQuantity
}
