/** Every way in which filling a batch can be cut off: what is left of it is never run as if it were whole. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { CommandInput, CommandName, CommandOutput } from '../../../src/contract/commands.ts'
import { type Core, openCore } from '../../../src/core/core.ts'
import { databasePath } from '../../../src/core/db/open.ts'
import { temporaryFolder } from '../../helpers/database.ts'

const total = 12_000

async function aCore(home = temporaryFolder()) {
  const opened = await openCore({ home, kind: 'test', launcherDir: '/nowhere' })
  if (!opened.ok) throw new Error(opened.error.message)
  const core: Core = opened.value
  onTestFinished(() => core.close())
  const api = core.api({
    actor: 'ana',
    origin: { from: 'program', command: 'a test', folder: null },
    mustTrust: false,
  })
  const ask = async <N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> => {
    const result = await api.invoke(name, input)
    if (!result.ok) throw new Error(`${name}: ${result.error.message}`)
    return result.value
  }
  const file = join(home, 'x.slipway.yaml')
  writeFileSync(file, `batches: [{ type: t, run: [echo, "{value}"], over: { range: 1..${total} } }]`)
  return { home, core, api, ask, file }
}
type Place = Awaited<ReturnType<typeof aCore>>

/** Begins an add, and comes back in the middle of its fill. */
async function adding({ api, ask, file }: Place) {
  const added = api.invoke('enqueue', { file })
  for (;;) {
    const { batches } = await ask('list', {})
    if (batches.some(({ jobs, sealed }) => jobs.total > 0 && !sealed)) return { added }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** It can't be retried, in no way, and the refusal says what to do; which then is possible. */
async function isAddedAgain({ api, ask, file }: Place): Promise<void> {
  for (const more of [{}, { all: true }, { ifExists: 'allow' as const }]) {
    const refused = await api.invoke('retry', { batches: [1], ...more })
    if (refused.ok) throw new Error('a part of a batch was retried')
    expect(refused.error.message).toMatch(/^#1 .*never received all its jobs/)
    expect(refused.error.hint).toBe('Add it again instead.')
  }
  const { created } = await ask('enqueue', { file })
  expect(created).toMatchObject([{ jobs: { total } }])
  const gone = await api.invoke('retry', { batches: [1] })
  expect(gone).toMatchObject({
    ok: false,
    error: { code: 'not-found', message: '#1 was removed, as it never received all its jobs.' },
  })
}

test('a fill during which a backup is made is whole where it was made, and added again in the copy', async () => {
  const place = await aCore()
  const { added } = await adding(place)
  const copy = temporaryFolder()
  await place.ask('backup', { file: databasePath(copy) })
  expect(await added).toMatchObject({ ok: true, value: { created: [{ jobs: { total } }] } })
  const restored = await aCore(copy)
  expect((await restored.ask('list', {})).batches).toMatchObject([{ number: 1, sealed: false }])
  await isAddedAgain(restored)
})

test('the half of a fill in a backup is removed by the first executor there, whoever lives elsewhere', async () => {
  const place = await aCore()
  const { added } = await adding(place)
  const copy = temporaryFolder()
  await place.ask('backup', { file: databasePath(copy) })
  await added
  const restored = await aCore(copy)
  restored.core.startWorking()
  await expect.poll(async () => (await restored.ask('list', {})).batches).toEqual([])
  expect(await restored.api.invoke('retry', { batches: [1] })).toMatchObject({
    ok: false,
    error: { code: 'not-found', hint: 'Add it again instead.' },
  })
})

test('a fill during which its host is closed is added again', async () => {
  const place = await aCore()
  const { added } = await adding(place)
  await place.core.close()
  expect(await added).toMatchObject({ ok: false })
  await isAddedAgain(await aCore(place.home))
})
