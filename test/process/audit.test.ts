import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root, startProcess } from './slipway.ts'

let folder: string
let server: Server
/** What the registry of the test knows; undefined: it has no such service. */
let advisories: Record<string, unknown[]> | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-audit-'))
  advisories = {}
  server = createServer((request, response) => {
    if (request.method === 'POST' && advisories !== undefined) response.end(JSON.stringify(advisories))
    else response.writeHead(request.method === 'POST' ? 405 : 404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  mkdirSync(join(folder, 'src'))
  writeFileSync(
    join(folder, 'src', 'a.ts'),
    `import { join } from 'node:path'\nimport { b } from 'boat/oars'\n`,
  )
  lock({})
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** `boat` is imported and needs `plank`; `crane` is a tool. */
function lock(plank: object) {
  const sound = { version: '1.0.0', integrity: 'sha512-AAAA' }
  const devDependencies = { boat: '1.0.0', crane: '1.0.0' }
  const packages = {
    '': { name: 'yard', version: '1.0.0', devDependencies },
    'node_modules/boat': { ...sound, dev: true, dependencies: { plank: '1.0.0' } },
    'node_modules/plank': { ...sound, dev: true, ...plank },
    'node_modules/crane': { ...sound, dev: true },
  }
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'yard', version: '1.0.0', devDependencies }),
  )
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ name: 'yard', version: '1.0.0', lockfileVersion: 3, requires: true, packages }),
  )
}

const advisory = (severity: string) => [
  {
    id: 1,
    url: 'none',
    title: 'it leaks',
    severity,
    vulnerable_versions: '<2.0.0',
    cwe: [],
    cvss: { score: 0 },
  },
]

function audit(port = (server.address() as AddressInfo).port) {
  const env = {
    ...process.env,
    npm_config_registry: `http://127.0.0.1:${port}/`,
    npm_config_cache: join(folder, 'cache'),
  }
  return startProcess(process.execPath, [join(root, 'scripts/audit.mjs'), folder], { cwd: folder, env }).ended
}

test('is green where nothing is known', async () => {
  expect(await audit()).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringContaining('0 high or critical'),
  })
})

test('is red for a high finding in what is shipped, also where it is only needed by what is imported', async () => {
  advisories = { plank: advisory('high') }
  const { code, err } = await audit()
  expect(err).toMatch(/audit: plank .*high: it leaks/)
  expect(code).toBe(1)
})

test('reports a high finding in a tool, and a lesser one, and stays green', async () => {
  advisories = { crane: advisory('critical'), boat: advisory('moderate') }
  const { code, out, err } = await audit()
  expect(out).toMatch(/in a tool, not shipped: crane .*critical: it leaks/)
  expect(out).toMatch(/1 high or critical, 1 lesser/)
  expect({ code, err }).toEqual({ code: 0, err: '' })
})

test('reports that it was not done where the registry can not be asked, and never where', async () => {
  advisories = undefined
  const refused = await audit()
  expect(refused).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^audit not done: 405/) })
  const offline = await audit(9)
  expect(offline).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^audit not done: .*ECONNREFUSED/),
  })
  expect(refused.out + offline.out).not.toContain('127.0.0.1')
})

test('is red for a package that the lockfile does not pin, or binds to a host', async () => {
  lock({ integrity: undefined })
  expect(await audit()).toMatchObject({ code: 1, err: expect.stringMatching(/plank has no sha512/) })
  lock({ resolved: 'http://127.0.0.1/plank.tgz' })
  expect(await audit()).toMatchObject({ code: 1, err: expect.stringMatching(/plank is bound to a host/) })
})
