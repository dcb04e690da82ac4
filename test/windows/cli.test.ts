import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../helpers/launcher-kit.ts'
import { sendTo } from '../helpers/web.ts'
import { layOut, removeLaidOut, WindowsUser } from './installed.ts'
import { Agent, probe, whyNot, windowsPath } from './wine.ts'

type Shown = {
  batch: { status: string }
  jobs: { input: string; status: string; exitCode: number; error: string }[]
}

const names = [
  'a b.csv',
  'a&calc.csv',
  "a'b^c.csv",
  'a(1);,=+[x]{y}~.csv',
  'Übermut 🚢.csv',
  '-rf.csv',
  '$HOME.csv',
]

describe.skipIf(whyNot !== undefined)('the installed command line on Windows', () => {
  let agent: Agent
  let resources: string
  let user: WindowsUser
  beforeAll(async () => {
    resources = await layOut()
    agent = await Agent.start()
  })
  afterAll(async () => {
    await agent?.end()
    removeLaidOut(resources)
  })
  beforeEach(() => {
    user = new WindowsUser(agent, resources)
  })
  afterEach(() => user.remove())

  const data = (files: readonly string[]) => {
    mkdirSync(join(user.project, 'data'))
    for (const name of files) writeFileSync(join(user.project, 'data', name), '')
  }
  const configuration = (text: string) =>
    user.write('x.slipway.yaml', `batches:\n  - ${text.replaceAll('\n', '\n    ')}\n`)
  const said = (name: string) => readFileSync(join(user.project, name), 'utf8').split('\0').slice(0, -1)

  it('says its version by the installed slipway.cmd, and finds itself in order', async () => {
    const version = JSON.parse(readFileSync(join(resources, 'cli/package.json'), 'utf8')).version
    expect(await user.typed('--version')).toMatchObject({ code: 0, stdout: expect.stringContaining(version) })
    expect(await user.slipway('doctor')).toMatchObject({ code: 0, stderr: '' })
  })

  it('runs a job for each file, found by either separator, and passes every name exactly', async () => {
    data(names)
    configuration(`type: t\nrun: ['${probe()}', arguments, '{input}']\nover: { files: 'data\\*.csv' }`)
    const ran = await user.slipway('run', 'x.slipway.yaml')
    expect(ran).toMatchObject({ code: 0 })
    const { batch, jobs } = await user.json<Shown>('show', '1', '--jobs')
    expect(batch.status).toBe('completed')
    expect(jobs.map(({ input }) => input).sort()).toEqual(names.map((name) => `data/${name}`).sort())
    const logs = await user.slipway('logs', '1', '1')
    expect(logs.stdout).toContain('data/')
  })

  it('runs a command of cmd.exe for each file, and no name leaves its argument', async () => {
    data(names)
    configuration(
      `type: t\nshell: true\nrun: '${probe()} arguments {input} "{stem}" > "out {index}.txt" && echo done>> all.txt'\nover: { files: data/*.csv }`,
    )
    expect(await user.slipway('run', 'x.slipway.yaml')).toMatchObject({ code: 0 })
    const { jobs } = await user.json<Shown>('show', '1', '--jobs')
    expect(jobs.map((_, index) => said(`out ${index}.txt`))).toEqual(
      jobs.map(({ input }) => [input, input.replace(/^data.(.*).csv$/, '$1')]),
    )
    expect(readFileSync(join(user.project, 'all.txt'), 'utf8').match(/done/g)).toHaveLength(names.length)
  })

  it('runs a project on another drive than the data folder, also by the path of that drive', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway drive-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const other = new WindowsUser(agent, resources, folder)
    onTestFinished(() => other.remove())
    mkdirSync(join(folder, 'data'))
    for (const name of names.slice(0, 2)) writeFileSync(join(folder, 'data', name), '')
    const glob = `${windowsPath(folder)}\\data\\*.csv`
    expect(glob).toMatch(/^Z:/)
    const run = `run: ['${probe()}', arguments, '{input}']`
    other.write(
      'x.slipway.yaml',
      `batches:\n  - type: near\n    ${run}\n    over: { files: 'data\\*.csv' }\n  - type: far\n    ${run}\n    over: { files: '${glob}' }\n`,
    )
    expect(await other.slipway('run', 'x.slipway.yaml')).toMatchObject({ code: 0 })
    for (const batch of ['1', '2']) {
      const { jobs } = await other.json<Shown>('show', batch, '--jobs')
      expect(jobs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    }
  })

  it('refuses in the preview a name that cmd.exe would read as code, and says why', async () => {
    data(['50%PATH%.csv'])
    configuration(`type: t\nshell: true\nrun: 'echo {input}'\nover: { files: data/*.csv }`)
    const shown = await user.slipway('preview', 'x.slipway.yaml')
    expect(shown.code).toBe(2)
    expect(shown.stderr + shown.stdout).toContain(
      "can't be passed through cmd.exe without being read as code",
    )
  })

  it('finds a batch file by its name alone, runs it with exact arguments, and refuses what it would read as code', async () => {
    data(['a b.csv', 'c&calc.csv'])
    user.write('tools/show.cmd', `@echo off\r\n"${probe()}" arguments %* > "%~n1.txt"\r\nexit /b 0\r\n`)
    configuration(
      `type: t\nrun: [show, '{input}', 'x^y|z']\nenv: { Path: '${join('tools')};C:\\windows\\system32' }\nover: { files: data/*.csv }`,
    )
    expect(await user.slipway('run', 'x.slipway.yaml')).toMatchObject({ code: 0 })
    expect(said('a b.txt')).toEqual(['data/a b.csv', 'x^y|z'])
    expect(said('c&calc.txt')).toEqual(['data/c&calc.csv', 'x^y|z'])
    user.write('data/50%PATH%.csv', '')
    const shown = await user.slipway('preview', 'x.slipway.yaml')
    expect(shown.stderr + shown.stdout).toContain("can't be passed through a batch file (cmd.exe runs it)")
  })

  it('shows commands as cmd.exe and PowerShell take them', async () => {
    data(['a b.csv'])
    configuration(`type: t\nrun: ['${probe()}', '{input}', "it's"]\nover: { files: data/*.csv }`)
    const { stdout } = await user.slipway('preview', 'x.slipway.yaml')
    expect(stdout).toContain(`${probe()} "data/a b.csv" "it's"`)
  })

  it('says what is no program before anything is made', async () => {
    user.write('job.py', '')
    configuration(`type: t\nrun: ['.\\job.py']`)
    const shown = await user.slipway('add', 'x.slipway.yaml')
    expect(shown.code).toBe(2)
    expect(shown.stderr).toContain(
      'is not a program (.com, .exe, .bat, .cmd); write the program that reads it in front',
    )
  })

  it('cancels a running batch with all that its job started, and counts codes as Windows does', async () => {
    configuration(`type: t\nrun: ['${probe()}', tree, '60000']`)
    await user.slipway('add', 'x.slipway.yaml')
    const host = await user.start('work', '--until-empty')
    const child = async () =>
      Number(/child (\d+)/.exec((await user.slipway('logs', '1', '1')).stdout)?.[1] ?? 0)
    await expect.poll(child, { interval: 500 }).toBeGreaterThan(0)
    const pid = await child()
    expect(await user.slipway('cancel', '1')).toMatchObject({ code: 0 })
    await agent.call('exitOf', host)
    expect(await agent.call('identify', pid)).toBeNull()
    expect((await user.json<Shown>('show', '1')).batch.status).toBe('cancelled')
  })

  it('serves the panel to a browser on another system', async () => {
    configuration(`type: t\nrun: ['${probe()}', exit, '0']`)
    await user.slipway('add', 'x.slipway.yaml')
    await user.start('serve', '--json')
    const output = join(user.folder, 'output.txt')
    await until(() => existsSync(output) && readFileSync(output, 'utf8').includes('}'), 'it serves', 240_000)
    const { url, port, pid } = JSON.parse(readFileSync(output, 'utf8')) as {
      url: string
      port: number
      pid: number
    }
    const { pathname, search } = new URL(url)
    const door = await sendTo(port, { path: `${pathname}${search}` })
    const cookie = door.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const headers = { 'content-type': 'application/json', 'x-slipway': '1', cookie }
    const request = { method: 'POST', path: '/api/invoke/show', headers, body: '{"batch":1}' }
    const status = async () => JSON.parse((await sendTo(port, request)).body).value.batch.status
    await expect.poll(status, { interval: 100 }).toBe('completed')
    expect((await sendTo(port, { path: '/', headers: { cookie } })).body).toContain('<title>Slipway')
    await agent.call('kill', pid)
  })

  it('runs with tables and lines of Windows, and retries what failed', async () => {
    user.write('regions.csv', 'region,code\r\nnorth,0\r\n"south, west",3221225477\r\n')
    configuration(`type: t\nrun: ['${probe()}', exit, '{code}']\nover: { table: regions.csv }`)
    expect(await user.slipway('run', 'x.slipway.yaml')).toMatchObject({ code: 1 })
    const { jobs } = await user.json<Shown>('show', '1', '--jobs')
    expect(jobs.map(({ input, status, exitCode }) => [input, status, exitCode])).toEqual([
      ['0', 'succeeded', 0],
      ['3221225477', 'failed', 3_221_225_477],
    ])
    expect(await user.slipway('retry', '1')).toMatchObject({ code: 0 })
    expect(await user.slipway('cancel', '1')).toMatchObject({ code: 0 })
    expect(await user.slipway('show', '99')).toMatchObject({ code: 4 })
    expect(await user.slipway('backup', 'copy of it.db')).toMatchObject({ code: 0 })
    expect(existsSync(join(user.project, 'copy of it.db'))).toBe(true)
  })
})
