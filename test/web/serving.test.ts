import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { withoutStack } from '../../src/web/invoke.ts'
import { serveWeb } from '../../src/web/serve.ts'
import { tokenFromFile } from '../../src/web/token.ts'
import { temporaryFolder } from '../helpers/database.ts'
import { startWeb } from '../helpers/web.ts'

it('sends the panel with its types; what has a hash in its name may be kept forever, the rest is revalidated', async () => {
  const host = await startWeb()
  const page = await host.send({})
  expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Slipway</title>' })
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
  })
  const script = await host.send({ path: '/assets/index-Ab12Cd34.js' })
  expect(script.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  })
  expect((await host.send({ path: '/icon.svg' })).headers['content-type']).toBe(
    'image/svg+xml; charset=utf-8',
  )
  const again = await host.send({ headers: { 'if-none-match': page.headers.etag } })
  expect(again).toMatchObject({ status: 304, body: '' })
  const head = await host.send({ method: 'HEAD' })
  expect(head).toMatchObject({ status: 200, body: '' })
})

it('every answer, good or refused, forbids foreign scripts, frames, sniffing and referrers', async () => {
  const host = await startWeb()
  const answers = await Promise.all([
    host.send({}),
    host.send({ path: '/nowhere' }),
    host.send({ headers: { host: 'evil.example' } }),
    host.call('settings', {}),
    host.call('settings', {}, { cookie: undefined }),
    host.send({ path: `/?token=${host.token}` }),
    host.send({ path: '/?token=wrong' }),
  ])
  for (const { headers } of answers) {
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(Object.keys(headers)).not.toContain('x-powered-by')
  }
})

it('continues serving the panel it started with while another one is built in its place', async () => {
  const host = await startWeb()
  rmSync(host.panelDir, { recursive: true })
  expect((await host.send({ path: '/assets/index-Ab12Cd34.js' })).body).toBe('export {}')
})

it('an expected failure is a value with status 200', async () => {
  const host = await startWeb()
  const answer = await host.call('show', { batch: 99 })
  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.body)).toMatchObject({ ok: false, error: { code: 'not-found' } })
})

it('the events record who called and that it was the panel', async () => {
  const host = await startWeb()
  await host.call('pause', { reason: 'lunch' })
  const answer = await host.call('events', {})
  expect(JSON.parse(answer.body).value.events.at(-1)).toMatchObject({
    actor: 'ann',
    origin: { from: 'panel', command: 'pause' },
  })
})

it('a configuration that was never trusted is not enqueued by a panel', async () => {
  const host = await startWeb()
  const file = path.join(temporaryFolder(), 'x.slipway.yaml')
  writeFileSync(file, '{batches: [{type: t, run: [echo, "{value}"], over: {range: 0..1}}]}')
  const refused = JSON.parse((await host.call('enqueue', { file })).body)
  expect(refused).toMatchObject({ ok: false, error: { code: 'untrusted' } })
  const { digest } = JSON.parse((await host.call('preview', { file })).body).value
  await host.call('trust', { file, digest })
  expect(JSON.parse((await host.call('enqueue', { file })).body)).toMatchObject({ ok: true })
})

it('the stack of a bug goes to the log and not to the caller', () => {
  const logged: string[] = []
  const error = {
    code: 'internal' as const,
    message: 'x failed.',
    hint: 'Error\n    at secret (/place.ts:1)',
  }
  const reports = withoutStack({ ok: false, error }, (line) => logged.push(line))
  expect(JSON.stringify(reports)).not.toContain('secret')
  expect(logged).toEqual([`x failed.\n${error.hint}`])
})

it('a panel that is not built is an answer that names the command to run', async () => {
  const host = await startWeb()
  const started = await serveWeb(host.core, { actor: 'ann', panelDir: temporaryFolder() })
  expect(started).toMatchObject({ ok: false, error: { code: 'not-possible' } })
})

it('a port that is taken is an answer', async () => {
  const host = await startWeb()
  const { panelDir } = host
  const started = await serveWeb(host.core, { actor: 'ann', panelDir, port: host.web.port })
  expect(started.ok ? '' : started.error.message).toContain('is taken by another program')
})

it('a token file is made for its owner alone, and taken only if it is that', async () => {
  const file = path.join(temporaryFolder(), 'token')
  const made = await tokenFromFile(file)
  expect(made).toEqual({ ok: true, value: readFileSync(file, 'utf8').trim() })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await tokenFromFile(file)).toEqual(made)
  writeFileSync(file, 'short')
  expect(await tokenFromFile(file)).toMatchObject({ ok: false, error: { code: 'usage' } })
  expect(await tokenFromFile(path.join(file, 'below'))).toMatchObject({ ok: false, error: { code: 'usage' } })
  expect(await tokenFromFile(path.dirname(file))).toMatchObject({ ok: false, error: { code: 'usage' } })
})
