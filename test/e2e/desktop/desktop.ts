/**
 * Starts the built desktop app for the specs: with the double of electron, its own data folder and project folder,
 * and a Playwright page on its real window. Ends everything it started.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { expect } from 'vitest'
import type { Ops } from '../../electron-double/control.ts'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const cli = path.join(root, 'out/cli/index.js')
const bundle = path.join(root, 'out/main/index.js')
const register = path.join(root, 'test/electron-double/register.ts')

export type State = Awaited<ReturnType<Ops['state']>>

export type Desktop = {
  pid: number
  /** Asks the double; see test/electron-double/control.ts. */
  ask<N extends keyof Ops>(op: N, ...args: Parameters<Ops[N]>): Promise<Awaited<ReturnType<Ops[N]>>>
  state(): Promise<State>
  /** The window's page, once the panel in it is live. */
  page(): Promise<Page>
  /** Exit code, once the process has ended. */
  ended: Promise<number | null>
  kill(): void
  /** What main wrote to stderr. */
  said(): string
}

export type Place = {
  home: string
  project: string
  env: NodeJS.ProcessEnv
  write(name: string, text: string): string
  /** A configuration whose jobs wait until `release()` is called. */
  gated(name: string, jobs: number): { file: string; release(): void; started(job: number): string }
  start(...args: string[]): Desktop
  /** Runs the built command line on the same data folder. */
  slipway(...args: string[]): Promise<{ code: number | null; out: string }>
  dispose(): Promise<void>
}

/** Folders of their own, removed by `dispose`. */
export function aPlace(): Place {
  if (!existsSync(bundle)) throw new Error('out/main is not built: run "npm run build:app"')
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-desktop-'))
  const home = path.join(folder, 'home')
  const project = path.join(folder, 'project')
  mkdirSync(project)
  const env = { ...process.env, SLIPWAY_HOME: home, NO_COLOR: '1' }
  const apps: Desktop[] = []
  const closers: (() => Promise<void>)[] = []
  const place: Place = {
    home,
    project,
    env,
    write(name, text) {
      const file = path.join(project, name)
      writeFileSync(file, text)
      return file
    },
    gated(name, jobs) {
      const gate = path.join(project, `${name}.gate`)
      const list = Array.from({ length: jobs }, (_, index) => index + 1)
      const script = `touch "${gate}.$0"; while [ ! -e "${gate}" ]; do sleep 0.05; done; echo done $0`
      const file = place.write(
        `${name}.slipway.yaml`,
        `batches:\n  - type: wait\n    run: [sh, -c, ${JSON.stringify(script)}, "{input}"]\n    over: { list: [${list}] }\n`,
      )
      return { file, release: () => writeFileSync(gate, ''), started: (job) => `${gate}.${job}` }
    },
    start(...args) {
      const desktop = startDesktop(args, { cwd: project, env }, closers)
      apps.push(desktop)
      return desktop
    },
    slipway: (...args) => runCli(args, { cwd: project, env }),
    async dispose() {
      for (const close of closers) await close()
      for (const one of apps) one.kill()
      await Promise.all(apps.map((one) => one.ended))
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
  return place
}

function startDesktop(
  args: string[],
  where: { cwd: string; env: NodeJS.ProcessEnv },
  closers: (() => Promise<void>)[],
): Desktop {
  const child = fork(bundle, args, {
    ...where,
    execArgv: ['--import', register],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let said = ''
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const ask = asker(child, () => said)
  let browser: Promise<Browser> | null = null
  return {
    pid: child.pid ?? 0,
    ask: ask as Desktop['ask'],
    state: () => ask('state') as Promise<State>,
    ended,
    kill: () => void child.kill('SIGKILL'),
    said: () => said,
    async page() {
      browser ??= (async () => {
        const connected = await chromium.connectOverCDP((await ask('debugAddress')) as string)
        closers.push(() => connected.close())
        await expect.poll(async () => ((await ask('state')) as State).window?.visible).toBe(true)
        return connected
      })()
      const context = (await browser).contexts()[0]
      if (!context) throw new Error('no context')
      const found = () =>
        context.pages().find((page) => page.url().startsWith('https://slipway.app.invalid/'))
      await expect.poll(found, { timeout: 20_000 }).toBeDefined()
      const page = found()
      if (!page) throw new Error('no window')
      return page
    },
  }
}

function asker(child: ChildProcess, said: () => string) {
  const open = new Map<number, { resolve(value: unknown): void; reject(cause: Error): void }>()
  let ids = 0
  child.on('message', (message: { id: number; value?: unknown; error?: string }) => {
    const one = open.get(message.id)
    open.delete(message.id)
    if (message.error === undefined) one?.resolve(message.value)
    else one?.reject(new Error(message.error))
  })
  child.once('exit', (code) => {
    for (const one of open.values()) one.reject(new Error(`the app ended (${code}): ${said()}`))
    open.clear()
  })
  return (op: string, ...args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      const id = ++ids
      open.set(id, { resolve, reject })
      child.send({ id, op, args }, (cause) => cause && reject(cause))
    })
}

function runCli(args: string[], where: { cwd: string; env: NodeJS.ProcessEnv }) {
  return new Promise<{ code: number | null; out: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { ...where, stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out }))
  })
}
