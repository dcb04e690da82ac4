/** `slipway settings`: show all, show one, change one. */

import { escaped } from '../../contract/escapes.ts'
import { nearest } from '../../contract/nearest.ts'
import { type SettingKey, type Settings, settingKeys, settingWords } from '../../contract/settings.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import { table } from '../print/table.ts'
import { settingValue } from '../reference.ts'
import { printJson, printLines, withCore } from '../session.ts'

/** Without a value shows, with one changes; an unknown key is wrong usage. */
export async function settings(
  context: Context,
  key: string | undefined,
  value: string | undefined,
): Promise<number> {
  const known = settingKeys.find((one) => one === key)
  if (key !== undefined && known === undefined) {
    const near = nearest(key, settingKeys)
    return failed(context, {
      code: 'usage',
      message: `there is no setting '${key}'`,
      hint: near === undefined ? `Settings: ${settingKeys.join(', ')}` : `Did you mean ${near}?`,
    })
  }
  return withCore(context, async (_core, api) => {
    const result =
      known !== undefined && value !== undefined
        ? await api.invoke('set-setting', { key: known, value: settingValue(value) })
        : await api.invoke('settings', {})
    if (!result.ok) return failed(context, result.error)
    const all = result.value.settings
    if (context.json)
      await printJson(context, { settings: known === undefined ? all : { [known]: all[known] } })
    else await printLines(context, settingLines(all, known))
    return EXIT_OK
  })
}

/** All settings as a table with what they mean, or the value of one. */
export function settingLines(all: Settings, key: SettingKey | undefined): string[] {
  if (key !== undefined) return [escaped(shown(all[key]))]
  return table(
    [{ title: 'SETTING' }, { title: 'VALUE', align: 'right' }, { title: 'MEANING' }],
    settingKeys.map((one) => [one, escaped(shown(all[one])), settingWords[one]]),
  )
}

const shown = (value: Settings[SettingKey]) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value)
