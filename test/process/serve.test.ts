/** `slipway serve` as a process of its own: address, work, signals, downloads of what real jobs wrote. */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type PanelOptions, type ServedPanel, startPanel } from '../helpers/serve.ts'
import { openSocket, sendTo, until } from '../helpers/web.ts'
import { aPlace, type Place, root, startProcess } from './slipway.ts'

const GATED = `
batches:
  - type: gated
    run: [sh, -c, 'echo started; while [ ! -e gate ] && [ -d "$PWD" ]; do sleep 0.02; done; echo ended']
    over: { list: [a] }
`

async function serving(place: Place, options: PanelOptions = {}): Promise<ServedPanel> {
  const panel = await startPanel({ home: place.home, ...options })
  onTestFinished(() => panel.close())
  return panel
}

async function signIn(panel: ServedPanel): Promise<string> {
  const { pathname, search } = new URL(panel.url)
  const door = await sendTo(panel.port, { path: `${pathname}${search}` })
  return door.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

async function invoke<T>(panel: ServedPanel, cookie: string, name: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json', 'x-slipway': '1', cookie }
  const answer = await sendTo(panel.port, {
    method: 'POST',
    path: `/api/invoke/${name}`,
    headers,
    body: JSON.stringify(body),
  })
  return JSON.parse(answer.body) as T
}

type Shown = { ok: true; value: { batch: { status: string; jobs: { running: number } } } }

/** Resolves once the batch is so: looks, and looks again whenever the panel is notified of a change. */
async function batchIs(panel: ServedPanel, cookie: string, is: (batch: Shown['value']['batch']) => boolean) {
  const line = openSocket(panel.port)
  line.socket.write(`GET /api/events HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`)
  await until(line, /event: hello/)
  for (;;) {
    const received = line.output().length
    const shown = await invoke<Shown>(panel, cookie, 'show', { batch: 1 })
    if (is(shown.value.batch)) break
    if (line.output().length === received) await new Promise((resolve) => line.socket.once('data', resolve))
  }
  line.socket.destroy()
}

describe('slipway serve', () => {
  test('prints one document, serves the built panel at its address, and runs what is added', async () => {
    const place = aPlace()
    const panel = await serving(place)
    expect(panel.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${panel.port}/\\?token=[\\w-]{43}$`))
    const page = await sendTo(panel.port, {})
    expect(page.body).toContain('<div id="root">')
    const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(page.body)?.[1] ?? ''
    const answer = await sendTo(panel.port, { path: script })
    expect(answer.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    const file = place.write(
      'x.slipway.yaml',
      '{batches: [{type: t, run: [echo, "{value}"], over: {range: 0..4}}]}',
    )
    await panel.json(['add', file])
    await batchIs(panel, await signIn(panel), ({ status }) => status === 'completed')
  })

  test('a signal lets the running job end and reports it; the panel answers meanwhile', async () => {
    const place = aPlace()
    const panel = await serving(place)
    const cookie = await signIn(panel)
    await panel.json(['add', place.write('x.slipway.yaml', GATED)])
    await batchIs(panel, cookie, ({ jobs }) => jobs.running === 1)
    const ended = panel.stop('SIGINT')
    await batchIs(panel, cookie, ({ jobs }) => jobs.running === 1)
    writeFileSync(join(place.project, 'gate'), '')
    expect(await ended).toEqual({ code: 0, signal: null })
    expect(panel.output()).toMatch(/Finishing the running jobs/)
    expect(await panel.json(['show', '1'])).toMatchObject({ batch: { jobs: { succeeded: 1 } } })
  })

  test('a second signal stops the job, which goes back to the queue', async () => {
    const place = aPlace()
    const panel = await serving(place)
    const cookie = await signIn(panel)
    await panel.json(['add', place.write('x.slipway.yaml', GATED)])
    await batchIs(panel, cookie, ({ jobs }) => jobs.running === 1)
    void panel.stop('SIGINT')
    expect(await panel.stop('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(panel.output()).toMatch(/Stopping the running jobs/)
    expect(await panel.json(['show', '1'])).toMatchObject({
      batch: { status: 'queued', jobs: { pending: 1, running: 0 } },
    })
  })

  test('with --no-work it only watches, and one signal ends it', async () => {
    const place = aPlace()
    const panel = await serving(place, { work: false })
    const cookie = await signIn(panel)
    const file = place.write('x.slipway.yaml', '{batches: [{type: t, run: [echo, hi], over: {list: [a]}}]}')
    await panel.json(['add', file])
    await batchIs(panel, cookie, ({ status }) => status === 'queued')
    type Snap = { value: { queue: { executor: unknown } } }
    const snapshot = await invoke<Snap>(panel, cookie, 'snapshot', {})
    expect(snapshot.value.queue.executor).toBeNull()
    expect(await panel.stop('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(panel.output()).toBe('')
  })

  test('keeps its address and its guests across a restart when the token is in a file', async () => {
    const place = aPlace()
    const args = ['--token-file', join(place.project, 'token')]
    const first = await serving(place, { work: false, args })
    const cookie = await signIn(first)
    expect(statSync(join(place.project, 'token')).mode & 0o777).toBe(0o600)
    await first.stop()
    const again = ['--port', String(first.port), ...args]
    const second = await serving(place, { work: false, args: again })
    expect(second.url).toBe(first.url)
    expect(await invoke<Shown>(second, cookie, 'settings', {})).toMatchObject({ ok: true })
  })

  test('what a job wrote is downloaded byte for byte, and its report as a page without scripts', async () => {
    const place = aPlace()
    const panel = await serving(place)
    const cookie = await signIn(panel)
    const bytes = 'process.stdout.write(Buffer.from([0, 255, 10, 0xc3, 13]))'
    const file = place.write(
      'x.slipway.yaml',
      `{batches: [{type: t, run: ["${process.execPath}", -e, "${bytes}"], over: {list: [a]}}]}`,
    )
    await panel.json(['add', file])
    await batchIs(panel, cookie, ({ status }) => status === 'completed')
    const response = await fetch(`http://127.0.0.1:${panel.port}/api/log?batch=1&job=1`, {
      headers: { cookie },
    })
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="slipway-1-job-1-attempt-1.log"',
    )
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255, 10, 0xc3, 13])
    const report = await sendTo(panel.port, { path: '/api/report?batch=1', headers: { cookie } })
    expect(report.status).toBe(200)
    expect(report.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/)
    expect(report.headers['content-disposition']).toBe('attachment; filename="slipway-1.html"')
    expect(report.body).toContain('completed')
  })

  test('its report shows as words what jobs are called, were given and wrote, never as markup', async () => {
    const place = aPlace()
    const panel = await serving(place)
    const cookie = await signIn(panel)
    place.write('fail.cjs', `console.error("Error: <script>alert('2')</script> & more"); process.exit(1)`)
    const file = place.write(
      'x.slipway.yaml',
      [
        'configuration: "<b>flood</b> & co"',
        'batches:',
        '  - type: t',
        `    run: ["${process.execPath}", fail.cjs, "{value}"]`,
        `    over: { list: ['<img src=x onerror="alert(1)">', "'><svg onload=alert(3)>"] }`,
      ].join('\n'),
    )
    await panel.json(['add', file])
    await batchIs(panel, cookie, ({ status }) => status === 'completed_with_errors')
    const { body } = await sendTo(panel.port, { path: '/api/report?batch=1', headers: { cookie } })
    for (const markup of ['<b>flood', '<img', '<svg onload', '<script', '"alert(1)"', "'><"])
      expect(body).not.toContain(markup)
    expect(body).toContain('&lt;b&gt;flood&lt;/b&gt; &amp; co')
    expect(body).toContain('&lt;img src=x onerror=')
    expect(body).toContain('&lt;svg onload=alert(3)&gt;')
    expect(body).toContain('&lt;script&gt;alert(')
  })

  test('reports in a sentence what is wrong with port, host and token file, and leaves with an exit code', async () => {
    const place = aPlace()
    const panel = await serving(place, { work: false })
    const taken = await place.run('serve', '--port', String(panel.port))
    expect(taken).toMatchObject({ code: 5, out: '' })
    expect(taken.err).toMatch(/Port \d+ of 127\.0\.0\.1 is taken/)
    expect(await place.run('serve', '--host', '203.0.113.9')).toMatchObject({ code: 5, out: '' })
    writeFileSync(join(place.project, 'open'), 'x', { mode: 0o644 })
    const open = await place.run('serve', '--token-file', 'open')
    expect(open).toMatchObject({ code: 2, out: '' })
    expect(open.err).toContain('Others may read')
  })

  test('warns loudly when other machines can reach it', async () => {
    const place = aPlace()
    const panel = await serving(place, { work: false, args: ['--host', '0.0.0.0'] })
    expect(panel.output()).toMatch(/^WARNING: other machines can reach this panel/)
    expect(new URL(panel.url).hostname).toBe('127.0.0.1')
    expect((await sendTo(panel.port, { headers: { host: 'evil.example' } })).status).toBe(421)
  })

  test('`npm start` serves with the arguments it is given', async () => {
    const place = aPlace()
    const started = startProcess(process.execPath, [join(root, 'scripts/start.mjs'), '--no-work', '--json'], {
      cwd: place.project,
      env: place.env,
    })
    onTestFinished(() => void started.child.kill('SIGKILL'))
    await started.until(/token=[\w-]{43}".*\n/)
    started.child.kill('SIGINT')
    const { code, out } = await started.ended
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ pid: started.pid })
  })

  test('`open` serves where the desktop app can not start, and reports why', async () => {
    const place = aPlace()
    const opened = place.start('open')
    const output = await opened.until(/token=[\w-]{43}\n/)
    expect(output).toMatch(/The desktop app is not |There is no display/)
    opened.child.kill('SIGTERM')
    expect((await opened.ended).code).toBe(0)
    expect(existsSync(join(place.home, 'slipway.db'))).toBe(true)
  })
})
