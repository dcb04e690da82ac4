/** Programs: tokens with a scope, and the description of what they may call. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { commands } from '../../src/contract/commands.ts'
import { openApi } from '../../src/contract/openapi.ts'
import { outputs } from '../../src/contract/outputs.ts'
import { startWeb, type TestHost } from '../helpers/web.ts'

const ann = { actor: 'ann', origin: { from: 'command-line', command: 'slipway', folder: '/' } } as const

async function tokenOf(host: TestHost, name: string, scope: 'watch' | 'steer'): Promise<string> {
  const added = await host.core.api(ann).invoke('token-add', { name, scope })
  if (!added.ok) throw new Error(added.error.message)
  return added.value.token
}

const bearer = (token: string) => ({
  authorization: `Bearer ${token}`,
  cookie: undefined,
  'x-slipway': undefined,
})

it('a token that may watch reads, and neither changes anything nor looks at files', async () => {
  const host = await startWeb()
  const token = await tokenOf(host, 'dashboard', 'watch')
  expect((await host.call('list', {}, bearer(token))).status).toBe(200)
  expect((await host.send({ path: '/api/report?batch=1', headers: bearer(token) })).status).toBe(404)
  for (const name of ['pause', 'enqueue', 'preview', 'browse', 'set-setting'])
    expect(await host.call(name, {}, bearer(token))).toMatchObject({
      status: 403,
      body: expect.stringContaining('The token dashboard may only watch.'),
    })
})

it('a token that may steer adds a batch without a file, which is noted as done by a program', async () => {
  const host = await startWeb()
  const token = await tokenOf(host, 'notebook', 'steer')
  const folder = path.join(host.home, '..', 'work')
  mkdirSync(folder)
  const batch = { type: 'count', run: ['echo', '{input}'], over: { list: ['a', 'b'] } }
  const adHoc = { folder, document: { batches: [batch] } }
  const answer = await host.call('enqueue', { adHoc }, bearer(token))
  expect(JSON.parse(answer.body)).toMatchObject({
    ok: true,
    value: { created: [{ configuration: 'work', type: 'count', specPath: 'ad-hoc', jobs: { total: 2 } }] },
  })
  const again = JSON.parse((await host.call('enqueue', { adHoc }, bearer(token))).body)
  expect(again).toMatchObject({ ok: false, error: { code: 'duplicate' } })
  const wrong = { folder, document: { batches: [{ ...batch, parallel: 'x' }] } }
  expect(JSON.parse((await host.call('enqueue', { adHoc: wrong }, bearer(token))).body)).toMatchObject({
    error: { code: 'invalid-configuration', problems: [{ file: 'ad-hoc', path: 'parallel' }] },
  })
  const events = await host.core.api(ann).invoke('events', {})
  expect(events.ok && events.value.events.find(({ kind }) => kind === 'batch_enqueued')?.origin).toEqual({
    from: 'program',
    command: 'token notebook: enqueue',
    folder: null,
  })
})

it('a panel can neither add a batch without a file nor see what one would be', async () => {
  const host = await startWeb()
  writeFileSync(path.join(host.home, 'secret.txt'), 'secret')
  const document = { batches: [{ type: 't', run: ['echo', '{input}'], over: { lines: 'secret.txt' } }] }
  for (const name of ['preview', 'enqueue']) {
    const { body } = await host.call(name, { adHoc: { folder: host.home, document } })
    expect(JSON.parse(body)).toMatchObject({ ok: false, error: { code: 'untrusted' } })
  }
})

it('a token that was removed, or never was, opens nothing; not even with a cookie beside it', async () => {
  const host = await startWeb()
  const token = await tokenOf(host, 'old', 'steer')
  expect((await host.core.api(ann).invoke('token-add', { name: 'old' })).ok).toBe(false)
  await host.core.api(ann).invoke('token-remove', { name: 'old' })
  for (const given of [token, host.token, 'x', ''])
    expect((await host.call('list', {}, { authorization: `Bearer ${given}` })).status).toBe(401)
})

it('neither a panel nor a program gives access to others', async () => {
  const host = await startWeb()
  const token = await tokenOf(host, 'notebook', 'steer')
  for (const headers of [{}, bearer(token)])
    for (const [name, input] of Object.entries({
      'token-add': { name: 'x' },
      'token-list': {},
      'token-remove': { name: 'notebook' },
    }))
      expect(JSON.parse((await host.call(name, input, headers)).body)).toMatchObject({
        ok: false,
        error: { code: 'not-possible' },
      })
})

it('no token is kept, only its hash', async () => {
  const host = await startWeb()
  const token = await tokenOf(host, 'notebook', 'steer')
  const listed = await host.core.api(ann).invoke('token-list', {})
  expect(JSON.stringify(listed)).not.toContain(token)
  const events = await host.core.api(ann).invoke('events', {})
  expect(JSON.stringify(events)).not.toContain(token)
  expect(JSON.stringify(events)).toContain('added the token notebook, which may steer')
})

/** What OpenAPI 3.1 asks of a document, as far as ours uses it. */
const media = z.record(
  z.string().regex(/^[\w-]+\/[\w-]+$/),
  z.strictObject({ schema: z.looseObject({}).optional() }),
)
const operation = z.strictObject({
  operationId: z.string().regex(/^[\w-]+$/),
  description: z.string(),
  parameters: z
    .array(
      z.strictObject({
        name: z.string(),
        in: z.literal('query'),
        required: z.boolean(),
        schema: z.looseObject({}),
      }),
    )
    .optional(),
  requestBody: z.strictObject({ required: z.boolean(), content: media }).optional(),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$/),
    z.strictObject({ description: z.string(), content: media.optional() }),
  ),
})
const documentSchema = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(z.string().startsWith('/'), z.strictObject({ get: operation, post: operation }).partial()),
  components: z.strictObject({
    securitySchemes: z.record(
      z.string(),
      z.strictObject({ type: z.literal('http'), scheme: z.literal('bearer') }),
    ),
    schemas: z.record(z.string().regex(/^[\w.-]+$/), z.looseObject({})),
  }),
})

it('GET /api describes every command in OpenAPI 3.1, to everybody', async () => {
  const host = await startWeb()
  const { status, body, headers } = await host.send({ path: '/api' })
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  const document = documentSchema.parse(JSON.parse(body))
  for (const name of Object.keys(commands))
    expect(document.paths[`/api/invoke/${name}`]?.post, name).toBeDefined()
  const ids = Object.values(document.paths).flatMap(({ get, post }) => [get?.operationId, post?.operationId])
  const given = ids.filter((id) => id !== undefined)
  expect(new Set(given).size).toBe(given.length)
  const refs = [...body.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, id]) => id ?? '')
  expect(refs.filter((id) => document.components.schemas[id] === undefined)).toEqual([])
  expect((await host.send({ path: '/api', method: 'POST' })).status).toBe(405)
})

it('what is described is what is answered', async () => {
  const host = await startWeb()
  const { components } = documentSchema.parse(openApi('1'))
  for (const [name, id] of [
    ['list', 'ListAnswer'],
    ['snapshot', 'SnapshotAnswer'],
    ['settings', 'SettingsAnswer'],
  ] as const) {
    const text = JSON.stringify({ ...components.schemas[id], $defs: components.schemas })
    const schema = z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')))
    const { value } = JSON.parse((await host.call(name, {})).body)
    expect(schema.safeParse(value).error, name).toBeUndefined()
    expect(outputs[name].safeParse(value).success).toBe(true)
    expect(schema.safeParse({}).success).toBe(false)
  }
})
