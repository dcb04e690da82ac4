/** Small writes without rules of their own: set-setting, mark-seen, clear, trust. */
import { fail, ok } from '../../contract/errors.ts'
import { issueWords } from '../../contract/input-issue.ts'
import { type SettingKey, settingKeys, settingsSchema } from '../../contract/settings.ts'
import { clearHistory, markSeen } from '../queue/batch-marks.ts'
import { saveConfiguration, trustConfiguration } from '../queue/configuration-store.ts'
import { recordEvent } from '../queue/event-store.ts'
import { readSetting, readSettings, writeSetting } from '../queue/settings-store.ts'
import { saveAction } from '../queue/undo-store.ts'
import { surfaceOf } from './change-batches.ts'
import { type Handler, resolveBatches } from './command.ts'

export const setSetting: Handler<'set-setting'> = ({ db, context }, input) => {
  if (!(settingKeys as string[]).includes(input.key))
    return fail('usage', `There is no setting "${input.key}".`, {
      hint: `There are: ${settingKeys.join(', ')}.`,
    })
  const key = input.key as SettingKey
  const parsed = settingsSchema.shape[key].safeParse(input.value)
  if (!parsed.success)
    return fail('usage', `${key} ${issueWords(parsed.error.issues[0])} (got ${JSON.stringify(input.value)}).`)
  db.write(() => {
    const before = readSetting(db, key)
    writeSetting(db, key, parsed.data, context.at)
    recordEvent(db, context, { kind: 'setting_changed', details: { key, from: before, to: parsed.data } })
  })
  return ok({ settings: readSettings(db) })
}

export const markSeenCommand: Handler<'mark-seen'> = ({ db, context }, input) => {
  if (input.batches === undefined) return ok({ marked: db.note(() => markSeen(db, null, context.at)) })
  const found = resolveBatches(db, input.batches)
  if (!found.ok) return found
  const ids = found.value.map(({ id }) => id)
  return ok({ marked: db.note(() => markSeen(db, ids, context.at)) })
}

export const clear: Handler<'clear'> = (scope, input) => {
  const { db, context } = scope
  let ids: string[] | null = null
  if (input.batches !== undefined) {
    const found = resolveBatches(db, input.batches)
    if (!found.ok) return found
    ids = found.value.map(({ id }) => id)
  }
  const at = input.undo ? null : context.at
  const cleared = db.write(() => {
    const batches = clearHistory(db, ids, at)
    if (batches.length === 0) return { batches, undo: null }
    recordEvent(db, context, {
      kind: 'history_cleared',
      details: { batches: batches.length, undo: input.undo },
    })
    if (input.undo) return { batches, undo: null }
    const before = { clearedAt: null }
    const steps = batches.map((batch) => ({ batch, before, after: { clearedAt: at } }))
    return {
      batches,
      undo: saveAction(db, context, surfaceOf(scope), {
        command: 'clear',
        steps,
        marks: { before: {}, after: {} },
      }),
    }
  })
  return ok(cleared)
}

export const trust: Handler<'trust'> = async ({ db, context, caller }, input) => {
  // Loaded late: see dispatch.ts.
  const { readConfiguration } = await import('../configuration/read.ts')
  const read = await readConfiguration(input.file, { onlyNamed: caller.mustTrust })
  if (!read.ok)
    return fail('invalid-configuration', `${input.file} can't be used.`, { problems: read.problems as never })
  if (read.value.fileDigest !== input.digest)
    return fail('untrusted', `${input.file} has changed since it was shown.`, { hint: 'Look at it again.' })
  db.write(() => {
    const row = saveConfiguration(db, read.value, context.at)
    trustConfiguration(db, row.id, input.digest)
    recordEvent(db, context, { kind: 'configuration_trusted', details: { file: read.value.specPath } })
  })
  return ok({ digest: input.digest })
}
