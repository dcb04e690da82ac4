/**
 * Owns running the built app on Electron itself, by Playwright's `_electron`. What no test can do to a real desktop
 * (click the tray, answer native dialogs, end the session) goes through electron-hook.ts, which main loads first.
 * Must never download Electron: where its program is missing, it reports that.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, type ElectronApplication } from 'playwright'
import { expect } from 'vitest'
import type { Desktop, DesktopDriver, DesktopState, Launch } from './desktop-driver.ts'
import type { Hook } from './electron-hook.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Electron's program: the one that SLIPWAY_ELECTRON names, else the one its package downloaded; or why there is none. */
export function findElectron(
  env: NodeJS.ProcessEnv,
  packageDir = path.join(root, 'node_modules/electron'),
  platform: NodeJS.Platform = process.platform,
): { program: string } | { missing: string } {
  const named = env.SLIPWAY_ELECTRON
  if (named && !existsSync(named))
    return { missing: `SLIPWAY_ELECTRON is ${named}, and there is no such file` }
  const note = path.join(packageDir, 'path.txt')
  const own = existsSync(note) && path.join(packageDir, 'dist', readFileSync(note, 'utf8').trim())
  const program = named || own
  if (!program || !existsSync(program))
    return { missing: "Electron's program is not here (node node_modules/electron/install.js downloads it)" }
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY)
    return { missing: 'there is no display for it (xvfb-run gives it one)' }
  return { program }
}

/** The driver for this machine. */
export function electronDriver(env: NodeJS.ProcessEnv): DesktopDriver {
  const found = findElectron(env)
  const program = 'program' in found ? found.program : ''
  return {
    name: 'Electron',
    missing: 'missing' in found ? found.missing : null,
    start: (launch) => start(program, launch),
    startToEnd: (launch) =>
      new Promise((resolve, reject) => {
        const own = process.platform === 'linux' ? ['--no-sandbox'] : []
        const child = spawn(program, [...own, ...argumentsFor(launch)], {
          cwd: launch.cwd,
          env: environment(launch),
          stdio: 'ignore',
        })
        child.once('error', reject)
        child.once('exit', resolve)
      }),
  }
}

/** The hook first, then the app's folder as in `electron .`, then what the app is asked to open. */
export function argumentsFor({ args, scratch }: Launch): string[] {
  const hook = path.join(scratch, 'electron-hook.cjs')
  const source = readFileSync(new URL('./electron-hook.ts', import.meta.url), 'utf8')
  writeFileSync(hook, stripTypeScriptTypes(source))
  return ['-r', hook, root, ...args]
}

function environment({ env }: Launch): Record<string, string> {
  const { ELECTRON_RUN_AS_NODE: _, NODE_OPTIONS: __, ...rest } = env
  return Object.fromEntries(Object.entries(rest).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])))
}

function start(executablePath: string, launch: Launch): Desktop {
  const launched = _electron.launch({
    executablePath,
    args: argumentsFor(launch),
    cwd: launch.cwd,
    env: environment(launch),
    timeout: 60_000,
  })
  const ended = launched.then(
    (app) =>
      new Promise<number | null>((resolve) => {
        const child = app.process()
        if (child.exitCode !== null) resolve(child.exitCode)
        else child.once('exit', resolve)
      }),
  )
  ended.catch(() => {})
  const call = async (op: string, args: unknown[]) => askHook(await launched, op, args)
  const state = () => call('state', []) as Promise<DesktopState>
  return {
    ask: ((op: string, ...args: unknown[]) => call(op, args)) as Desktop['ask'],
    state,
    ended,
    async kill() {
      const app = await launched.catch(() => null)
      if (app === null) return
      const pid = await state().then(
        (known) => known.pid,
        () => app.process().pid,
      )
      try {
        if (pid !== undefined) process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
      await ended
    },
    async page() {
      const app = await launched
      await expect.poll(async () => (await state()).window?.visible, { timeout: 30_000 }).toBe(true)
      const found = () => app.windows().find((page) => page.url().startsWith('app://slipway/'))
      await expect.poll(found, { timeout: 20_000 }).toBeDefined()
      const page = found()
      if (!page) throw new Error('no window')
      return page
    },
    async drop(page, file) {
      // Only a file that came in by the browser has a path; one that a script makes has none.
      const input = await page.evaluateHandle(() => {
        const made = document.createElement('input')
        made.type = 'file'
        return document.body.appendChild(made)
      })
      await input.setInputFiles(file)
      await input.evaluate((made) => {
        const data = new DataTransfer()
        for (const one of made.files ?? []) data.items.add(one)
        made.remove()
        window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
      })
    },
  }
}

/** Runs one of the hook's operations in main. */
function askHook(app: ElectronApplication, op: string, args: unknown[]): Promise<unknown> {
  return app.evaluate(
    (_electron, asked) => {
      const { __slipwayHook: hook } = globalThis as unknown as { __slipwayHook: Hook }
      const work = hook[asked.op as keyof Hook] as (...values: unknown[]) => unknown
      return work(...asked.args)
    },
    { op, args },
  )
}
