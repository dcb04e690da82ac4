/** Owns running the built app on the double of electron: main in a Node process, its window in a real Chromium. */
import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Browser, chromium } from 'playwright'
import { expect } from 'vitest'
import type { Desktop, DesktopDriver, DesktopState, Launch } from './desktop-driver.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const bundle = path.join(root, 'out/main/index.js')
const register = pathToFileURL(path.join(root, 'test/electron-double/register.ts')).href

export const doubleDriver: DesktopDriver = {
  name: 'the double of electron',
  missing: null,
  start,
  startToEnd: (launch) => start(launch).ended,
}

function start({ args, cwd, env, scratch }: Launch): Desktop {
  const child = fork(bundle, args, {
    cwd,
    // Chromium's profile is below the place too, so that what is left of it can be found.
    env: { ...env, TMPDIR: scratch, TEMP: scratch },
    execArgv: ['--import', register],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => {
      said += text
    })
  let browser: Promise<Browser> | null = null
  const ended = new Promise<number | null>((resolve) =>
    child.once('exit', (code) => {
      void browser?.then((one) => one.close()).catch(() => {})
      resolve(code)
    }),
  )
  const ask = asker(child, () => said) as Desktop['ask'] &
    ((op: 'debugAddress' | 'state') => Promise<string | DesktopState>)
  const state = () => ask('state') as Promise<DesktopState>
  return {
    ask,
    state,
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async page() {
      browser ??= (async () => chromium.connectOverCDP((await ask('debugAddress')) as string))()
      await expect.poll(async () => (await state()).window?.visible, { timeout: 20_000 }).toBe(true)
      const context = (await browser).contexts()[0]
      if (!context) throw new Error('no context')
      const found = () =>
        context.pages().find((page) => page.url().startsWith('https://slipway.app.invalid/'))
      await expect.poll(found, { timeout: 20_000 }).toBeDefined()
      const page = found()
      if (!page) throw new Error('no window')
      return page
    },
    drop: (page, file) =>
      page.evaluate(
        ([name, place]) => {
          Object.assign(window, { __electronDoublePaths: { [name]: place } })
          const data = new DataTransfer()
          data.items.add(new File(['x'], name))
          window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
        },
        [path.basename(file), file] as const,
      ),
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
