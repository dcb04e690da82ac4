/** Attacks that were tried: each is a real request to a real server over a real core. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../helpers/database.ts'
import { openSocket, openWeb, sendTo, startWeb, type TestHost, tinyPanel, until } from '../helpers/web.ts'

const settings = (host: TestHost, headers: Record<string, string | undefined>) =>
  host.call('settings', {}, headers)

/** One server takes most of the attacks, one after the other, and has to be there for the next. */
let shared: TestHost
beforeAll(async () => {
  shared = await openWeb()
})
afterAll(() => shared.close())

describe('DNS rebinding', () => {
  it.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'localhost.',
    '192.168.1.5',
    '[::ffff:127.0.0.1]',
    'a@127.0.0.1',
    '127.0.0.1:80:80',
    '127.0.0.1/',
  ])('a request for the host "%s" is turned away, page and call alike', async (name) => {
    const host = shared
    const page = await host.send({ headers: { host: name } })
    const call = await settings(host, { host: name })
    for (const answer of [page, call]) {
      expect([400, 421]).toContain(answer.status)
      expect(answer.body).not.toContain('heartbeat')
      expect(answer.body).not.toContain('<title>')
    }
  })

  it('a second Host header is not tolerated', async () => {
    const host = shared
    const line = openSocket(host.web.port)
    line.socket.write(`GET / HTTP/1.1\r\nHost: ${host.host}\r\nHost: evil.example\r\n\r\n`)
    expect(await line.closed).toMatch(/^HTTP\/1.1 400 /)
  })

  it('a request without a Host header, or with an empty one, is turned away', async () => {
    const host = shared
    for (const rest of ['1.1\r\n', '1.0\r\n', '1.1\r\nHost:\r\n', '1.1\r\nHost: :80\r\n']) {
      const line = openSocket(host.web.port)
      line.socket.write(`GET / HTTP/${rest}\r\n`)
      expect(await line.closed).toMatch(/^HTTP\/1.1 400 /)
    }
  })

  it('an absolute address in the request line does not stand in for the Host header', async () => {
    const host = shared
    const answer = await host.send({ path: `http://${host.host}/`, headers: { host: 'evil.example' } })
    expect(answer.status).toBe(421)
    expect((await host.send({ path: 'http://evil.example/' })).status).toBe(404)
  })

  it('other ports of a tunnel and other names of loopback are fine', async () => {
    const host = shared
    for (const name of ['localhost:8080', 'LOCALHOST', '127.0.0.1', '[::1]:1'])
      expect((await settings(host, { host: name })).status).toBe(200)
  })
})

describe('calls from other pages', () => {
  it.each([
    'http://evil.example',
    'null',
    'https://{host}',
    'http://127.0.0.1:1',
    'http://localhost:{port}',
    'http://{host}.evil.example',
    'http://{host}/',
    '',
  ])('the origin "%s" may neither call nor listen nor download', async (pattern) => {
    const host = shared
    const origin = pattern.replace('{host}', host.host).replace('{port}', String(host.web.port))
    expect((await settings(host, { origin })).status).toBe(403)
    for (const address of ['/api/events', '/api/report?batch=1', '/api/log?batch=1&job=1']) {
      const answer = await host.send({ path: address, headers: { origin, cookie: host.cookie } })
      expect(answer.status).toBe(403)
    }
  })

  it.each(['cross-site', 'same-site', 'none', 'anything'])(
    'what a browser marks as %s may neither call nor listen',
    async (site) => {
      const host = shared
      expect((await settings(host, { 'sec-fetch-site': site })).status).toBe(403)
      const events = await host.send({
        path: '/api/events',
        headers: { cookie: host.cookie, 'sec-fetch-site': site },
      })
      expect(events.status).toBe(403)
    },
  )

  it('the panel itself may call', async () => {
    const host = shared
    const own = { origin: `http://${host.host}`, 'sec-fetch-site': 'same-origin' }
    expect((await settings(host, own)).status).toBe(200)
  })

  it('no page is allowed to ask first (no CORS)', async () => {
    const host = shared
    const headers = {
      origin: 'http://evil.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-slipway',
      cookie: host.cookie,
    }
    const answer = await host.send({ method: 'OPTIONS', path: '/api/invoke/settings', headers })
    expect(answer.status).toBe(403)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('a form can not call: the header x-slipway and the type of the body are required', async () => {
    const host = shared
    expect((await settings(host, { 'x-slipway': undefined })).status).toBe(403)
    expect((await settings(host, { 'x-slipway': '0' })).status).toBe(403)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', undefined])
      expect((await settings(host, { 'content-type': type })).status).toBe(415)
  })
})

describe('without the cookie', () => {
  it('nothing of the contract answers', async () => {
    const host = shared
    const [name = ''] = host.cookie.split('=')
    const wrong = [
      undefined,
      '',
      name,
      `${name}=`,
      `${name}=${'A'.repeat(43)}`,
      `${name}=${host.token}`,
      `other${host.cookie}`,
      `${host.cookie}x`,
      host.cookie.slice(0, -1),
      host.cookie.toUpperCase(),
    ]
    for (const cookie of wrong) {
      expect((await settings(host, { cookie })).status).toBe(401)
      for (const address of ['/api/events', '/api/report?batch=1', '/api/log?batch=1&job=1', '/api/'])
        expect((await host.send({ path: address, headers: { cookie } })).status).toBe(401)
    }
  })

  it('the token opens the front door only: not in the address of a call, not as a header', async () => {
    const host = shared
    const { token } = host
    const tried = [
      { path: `/api/invoke/settings?token=${token}` },
      { headers: { authorization: `Bearer ${token}` } },
      { headers: { 'x-token': token, cookie: `token=${token}` } },
    ]
    for (const { path: address = '/api/invoke/settings', headers = {} } of tried) {
      const answer = await host.send({
        method: 'POST',
        path: address,
        headers: { 'content-type': 'application/json', 'x-slipway': '1', ...headers },
        body: '{}',
      })
      expect(answer.status).toBe(401)
    }
    expect((await host.send({ path: `/index.html?token=${token}` })).headers['set-cookie']).toBeUndefined()
  })

  it('the token leaves the address at once, and the cookie is out of reach of scripts and other sites', async () => {
    const host = shared
    const answer = await host.send({ path: `/?token=${host.token}` })
    expect(answer).toMatchObject({ status: 303, headers: { location: '/' }, body: '' })
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^slipway-[\da-f]{12}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect(answer.headers['set-cookie']?.[0]).not.toContain(host.token)
    expect(answer.headers['referrer-policy']).toBe('no-referrer')
  })

  it('a wrong token buys nothing, nor does the token or cookie of another host', async () => {
    const [host, other] = [shared, await startWeb()]
    for (const token of ['', 'x', 'A'.repeat(43), other.token, `${host.token}%00`, 'A'.repeat(5_000)]) {
      const answer = await host.send({ path: `/?token=${token}` })
      expect(answer.status).toBe(401)
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    expect((await settings(host, { cookie: other.cookie })).status).toBe(401)
  })

  it('a cookie that another port planted does not lock the panel out', async () => {
    const host = shared
    const [name] = host.cookie.split('=')
    expect((await settings(host, { cookie: `${name}=planted; ${host.cookie}` })).status).toBe(200)
  })
})

describe('method tricks', () => {
  it('a command is only ever a POST', async () => {
    const host = shared
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) {
      const headers = { cookie: host.cookie, 'x-slipway': '1', 'x-http-method-override': 'POST' }
      const answer = await host.send({ method, path: '/api/invoke/pause', headers })
      expect(answer.status).toBe(405)
      expect(answer.headers.allow).toBe('POST')
    }
    const state = await host.core
      .api({ actor: 'ann', origin: { from: 'program', command: 'a test', folder: null } })
      .invoke('snapshot', {})
    expect(state.ok && state.value.queue.paused).toBe(false)
  })

  it('pages and streams are only read', async () => {
    const host = shared
    for (const method of ['POST', 'PUT', 'DELETE', 'TRACE'])
      for (const address of ['/', '/icon.svg', '/api/events'])
        expect((await host.send({ method, path: address, headers: { cookie: host.cookie } })).status).toBe(
          405,
        )
  })

  it('neither a tunnel nor an upgrade is opened', async () => {
    const host = shared
    const tunnel = openSocket(host.web.port)
    tunnel.socket.write(`CONNECT ${host.host} HTTP/1.1\r\nHost: ${host.host}\r\n\r\n`)
    expect(await tunnel.closed).not.toContain('200')
    const upgrade = openSocket(host.web.port)
    upgrade.socket.write(
      `GET /api/events HTTP/1.1\r\nHost: ${host.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    expect(await upgrade.closed).toMatch(/^HTTP\/1.1 401 /)
  })
})

describe('reaching for other files', () => {
  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%252e%252e%252fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/%c0%ae%c0%ae/secret.txt',
    '/assets/..;/../secret.txt',
    '//secret.txt',
    '/assets//index-Ab12Cd34.js',
    '/index.html%00.js',
    '/%',
    '/.env',
    '/secret.txt',
    '/etc/passwd',
    'secret.txt',
    '*',
  ])('%s is not there', async (address) => {
    const panelDir = tinyPanel()
    writeFileSync(path.join(panelDir, '..', 'secret.txt'), 'secret')
    writeFileSync(path.join(panelDir, '.env'), 'secret')
    const host = await startWeb({ panelDir })
    const line = openSocket(host.web.port)
    line.socket.write(`GET ${address} HTTP/1.1\r\nHost: ${host.host}\r\nConnection: close\r\n\r\n`)
    const output = await line.closed
    expect(output).toMatch(/^HTTP\/1.1 (400|404) /)
    expect(output).not.toContain('secret\r\n')
  })

  it('links in the folder of the panel lead nowhere, neither to files nor to folders', async () => {
    const panelDir = tinyPanel()
    const outside = temporaryFolder()
    writeFileSync(path.join(outside, 'secret.txt'), 'secret')
    symlinkSync(path.join(outside, 'secret.txt'), path.join(panelDir, 'link.txt'))
    symlinkSync(outside, path.join(panelDir, 'folder'))
    const host = await startWeb({ panelDir })
    // Made afterwards, as by somebody who may write there:
    mkdirSync(path.join(panelDir, 'late'))
    symlinkSync(path.join(outside, 'secret.txt'), path.join(panelDir, 'late', 'index.html'))
    for (const address of ['/link.txt', '/folder/secret.txt', '/late/index.html'])
      expect((await host.send({ path: address })).status).toBe(404)
  })

  it('the parameters of a download never become a path', async () => {
    const host = shared
    for (const batch of ['../../etc/passwd', '1/../../x', '%00', '1%0d%0aset-cookie:%20a=b']) {
      for (const address of [`/api/log?batch=${batch}&job=1`, `/api/report?batch=${batch}`]) {
        const answer = await host.send({ path: address, headers: { cookie: host.cookie } })
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.status).toBeLessThan(500)
        expect(answer.headers['set-cookie']).toBeUndefined()
      }
    }
  })
})

describe('bodies', () => {
  it.each(['{', '', 'undefined', '{"a":1}x', "{'a':1}", '{"a":NaN}'])(
    'the body %j is not taken',
    async (body) => {
      const host = shared
      const answer = await host.call('settings', body)
      expect(answer.status).toBe(400)
      expect(JSON.parse(answer.body)).toMatchObject({ ok: false, error: { code: 'usage' } })
    },
  )

  it.each([
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"\\u005f_proto__":{"polluted":1}}',
    '{"variables":{"__proto__":{"polluted":"1"}},"file":"/x"}',
  ])('a body that reaches for prototypes is not taken: %s', async (body) => {
    const host = shared
    for (const name of ['settings', 'preview', 'set-setting'])
      expect((await host.call(name, body)).status).toBe(400)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('a body of wrong bytes or wrong shape is an error, and the next call is answered', async () => {
    const host = shared
    const bytes = {
      method: 'POST',
      path: '/api/invoke/settings',
      body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    }
    const headers = { 'content-type': 'application/json', 'x-slipway': '1', cookie: host.cookie }
    expect((await host.send({ ...bytes, headers })).status).toBe(400)
    expect((await host.send({ ...bytes, headers: { ...headers, 'content-encoding': 'gzip' } })).status).toBe(
      415,
    )
    for (const body of [null, 1, 'text', [], true, { batches: { length: 1e9 } }]) {
      const answer = await host.call('cancel', JSON.stringify(body))
      expect(answer.status).toBe(200)
      expect(JSON.parse(answer.body)).toMatchObject({ ok: false, error: { code: 'usage' } })
    }
    expect((await settings(host, {})).status).toBe(200)
  })

  it('a deeply nested body neither ends the process nor shows a stack', async () => {
    const host = shared
    const deep = '['.repeat(400_000) + ']'.repeat(400_000)
    const answer = await host.call('set-setting', `{"key":"theme","value":${deep}}`)
    expect(JSON.parse(answer.body)).toMatchObject({ ok: false })
    expect(answer.body).not.toMatch(/\n\s+at |\\n\s+at /)
    expect((await settings(host, {})).status).toBe(200)
  })

  it('an oversized body is refused by its announced length, before a byte of it was read', async () => {
    const host = shared
    const line = openSocket(host.web.port)
    line.socket.write(
      `POST /api/invoke/settings HTTP/1.1\r\nHost: ${host.host}\r\nCookie: ${host.cookie}\r\nX-Slipway: 1\r\nContent-Type: application/json\r\nContent-Length: 1048577\r\n\r\n`,
    )
    expect(await line.closed).toMatch(/^HTTP\/1.1 413 /)
  })

  it('an oversized body without an announced length is refused once it is too long', async () => {
    const host = await startWeb({ limits: { bodyBytes: 10_000 } })
    const line = openSocket(host.web.port)
    line.socket.write(
      `POST /api/invoke/settings HTTP/1.1\r\nHost: ${host.host}\r\nCookie: ${host.cookie}\r\nX-Slipway: 1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    for (let i = 0; i < 11; i += 1) line.socket.write(`3e8\r\n${' '.repeat(1_000)}\r\n`)
    expect(await line.closed).toMatch(/^HTTP\/1.1 413 /)
  })

  it('two lengths, or a length and chunks, are not two requests (smuggling)', async () => {
    const host = shared
    for (const lengths of [
      'Content-Length: 2\r\nContent-Length: 40\r\n',
      'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n',
      'Transfer-Encoding: chunked, identity\r\n',
    ]) {
      const line = openSocket(host.web.port)
      line.socket.write(
        `POST /api/invoke/settings HTTP/1.1\r\nHost: ${host.host}\r\n${lengths}\r\n{}GET / HTTP/1.1\r\nHost: ${host.host}\r\n\r\n`,
      )
      const output = await line.closed
      expect(output).toMatch(/^HTTP\/1.1 400 /)
      expect(output).not.toContain('HTTP/1.1 200')
    }
  })
})

describe('slow and many connections', () => {
  const impatient = { headersTimeoutMs: 150, requestTimeoutMs: 300 }

  it.each([
    ['says nothing', ''],
    ['begins its headers and stops (slowloris)', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: '],
    [
      'announces a body and never sends it',
      'POST /api/invoke/settings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\nContent-Type: application/json\r\nX-Slipway: 1\r\nCookie: {cookie}\r\n\r\n{',
    ],
  ])('a connection that %s is closed', async (_what, bytes) => {
    const host = await startWeb({ limits: impatient })
    const line = openSocket(host.web.port)
    line.socket.write(bytes.replace('{cookie}', host.cookie))
    const output = await line.closed
    expect(output).not.toContain('HTTP/1.1 200')
  })

  it('a connection that sends a byte now and then is closed all the same', async () => {
    const host = await startWeb({ limits: impatient })
    const line = openSocket(host.web.port)
    line.socket.write(`GET / HTTP/1.1\r\nHost: ${host.host}\r\n`)
    const drip = setInterval(() => line.socket.write('X-A: b\r\n'), 20)
    expect(await line.closed).toMatch(/408|^$/)
    clearInterval(drip)
  })

  it('2,000 connections are bounded, and the panel gets through all the same', async () => {
    const host = await startWeb({ limits: { connections: 64 } })
    const stream = openSocket(host.web.port)
    stream.socket.write(`GET /api/events HTTP/1.1\r\nHost: ${host.host}\r\nCookie: ${host.cookie}\r\n\r\n`)
    await until(stream, /event: hello/)
    const crowd = Array.from({ length: 2_000 }, () => openSocket(host.web.port))
    // Each is either thrown out or one of those that may stay.
    await Promise.all(
      crowd.map(({ socket }) => new Promise((done) => socket.on('connect', done).on('close', done))),
    )
    expect((await settings(host, {})).status).toBe(200)
    expect(host.web.load().connections).toBeLessThanOrEqual(64)
    expect(host.web.load().eventStreams).toBe(1)
    expect(stream.socket.destroyed).toBe(false)
  })

  it('headers that are too long or too many are refused', async () => {
    const host = shared
    const long = await host.send({ headers: { 'x-long': 'a'.repeat(20_000) } })
    expect(long.status).toBe(431)
    const line = openSocket(host.web.port)
    line.socket.write(`GET / HTTP/1.1\r\nHost: ${host.host}\r\n${'X-A: b\r\n'.repeat(5_000)}\r\n`)
    expect(await line.closed).toMatch(/^HTTP\/1.1 431 /)
  })

  it('event streams are bounded', async () => {
    const host = await startWeb({ limits: { eventStreams: 2 } })
    const ask = `GET /api/events HTTP/1.1\r\nHost: ${host.host}\r\nCookie: ${host.cookie}\r\n\r\n`
    for (let i = 0; i < 2; i += 1) {
      const line = openSocket(host.web.port)
      line.socket.write(ask)
      await until(line, /event: hello/)
    }
    const third = openSocket(host.web.port)
    third.socket.write(ask)
    expect(await third.closed).toMatch(/^HTTP\/1.1 503 /)
  })
})

describe('names and bytes that are none', () => {
  it.each([
    'nothing',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    '',
    'settings/',
    'SETTINGS',
    '..',
    'settings%00',
  ])('the command "%s" is unknown', async (name) => {
    const host = shared
    const logged = host.logged.length
    const answer = await host.call(name, {})
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.body)).toMatchObject({ ok: false, error: { code: 'usage' } })
    expect(host.logged.length).toBe(logged)
  })

  it('line breaks in addresses and headers split nothing', async () => {
    const host = shared
    for (const address of [
      '/?token=x%0d%0aSet-Cookie:%20a=b',
      '/%0d%0aSet-Cookie:%20a=b',
      '/api/invoke/%0d%0aX',
    ]) {
      const answer = await host.send({ path: address })
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    const line = openSocket(host.web.port)
    line.socket.write(`GET / HTTP/1.1\r\nHost: ${host.host}\r\nX-A: a\rSet-Cookie: a=b\r\n\r\n`)
    expect(await line.closed).toMatch(/^HTTP\/1.1 400 /)
  })

  it('what is no HTTP at all is refused in a line, without a stack', async () => {
    const host = shared
    for (const bytes of [
      '\x16\x03\x01\x02\x00\x01\x00',
      'hello\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      '\0\0\0\0',
    ]) {
      const line = openSocket(host.web.port)
      line.socket.write(Buffer.from(bytes, 'latin1'))
      const output = await line.closed
      expect(output).toMatch(/^HTTP\/1.1 400 /)
      expect(output).not.toContain(' at ')
    }
    expect((await sendTo(host.web.port, {})).status).toBe(200)
  })
})
