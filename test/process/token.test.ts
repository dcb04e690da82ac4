/** Tokens from the command line to a call of a program, and what is left of them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { outputs } from '../../src/contract/outputs.ts'
import { aPlace } from './slipway.ts'

test('a token is shown once, lets a program in while the panel is served, and no longer once it is removed', async () => {
  const place = aPlace()
  const added = await place.run('token', 'add', 'notebook', '--scope', 'steer')
  expect(added).toMatchObject({ code: 0, err: expect.stringContaining('It may steer.') })
  const token = added.out.trim()
  expect(token).toMatch(/^slipway_[\w-]{43}$/)
  expect((await place.run('token', 'add', 'notebook')).code).toBe(5)
  const { tokens } = await place.json(outputs['token-list'], ['token', 'list'])
  expect(tokens).toMatchObject([{ name: 'notebook', scope: 'steer' }])
  const stored = readFileSync(join(place.home, 'slipway.db'), 'latin1')
  expect(stored).not.toContain(token)

  const serving = place.start('serve', '--json', '--no-work')
  const { port } = JSON.parse((await serving.until(/\}\n/)).split('\n')[0] ?? '')
  const call = () =>
    fetch(`http://127.0.0.1:${port}/api/invoke/pause`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    })
  expect(await (await call()).json()).toMatchObject({ ok: true })
  expect((await place.run('token', 'remove', 'notebook')).code).toBe(0)
  expect((await call()).status).toBe(401)
  expect((await place.run('token', 'remove', 'notebook')).code).toBe(4)
})
