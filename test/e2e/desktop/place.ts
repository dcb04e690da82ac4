/**
 * Owns a place of its own for a desktop spec: data folder, project folder, the apps started there. `dispose` ends
 * every process that belongs to it (found by the folder, not by what was counted) before it removes the folder.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Desktop, DesktopDriver } from './desktop-driver.ts'
import { endProcessesOf } from './processes-of.ts'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
const cli = path.join(root, 'out/cli/index.js')

type Gated = { file: string; release(): void; started(job: number): string }

export type Place = {
  folder: string
  home: string
  project: string
  write(name: string, text: string): string
  /** A configuration whose jobs wait until `release()` is called. */
  gated(name: string, jobs: number): Gated
  start(...args: string[]): Desktop
  /** A start that ends by itself; its exit code. */
  startToEnd(...args: string[]): Promise<number | null>
  /** Runs the built command line on the same data folder. */
  slipway(...args: string[]): Promise<{ code: number | null; out: string }>
  dispose(): Promise<void>
}

/** Waits for the gate, as the test says; ends too when the project is gone. */
const gate = `
const fs = require('node:fs'), [, , gate, job] = process.argv
fs.writeFileSync(gate + '.' + job, '')
const look = () => fs.existsSync(gate) ? console.log('done ' + job) : fs.existsSync(gate + '.' + job) && setTimeout(look, 50)
look()`

/** Folders of their own, removed by `dispose`. */
export function aPlace(driver: DesktopDriver): Place {
  if (!existsSync(path.join(root, 'out/main/index.js')))
    throw new Error('out/main is not built: run "npm run build:app"')
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'slipway-desktop-')))
  const [home, project, scratch] = ['home', 'project', 'scratch'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ]
  mkdirSync(project)
  mkdirSync(scratch)
  const env = { ...process.env, SLIPWAY_HOME: home, NO_COLOR: '1' }
  const launch = (args: readonly string[]) => ({ args, cwd: project, env, scratch })
  const apps: Desktop[] = []
  const write = (name: string, text: string) => {
    const file = path.join(project, name)
    writeFileSync(file, text)
    return file
  }
  return {
    folder,
    home,
    project,
    write,
    gated(name, jobs) {
      const opens = path.join(project, `${name}.gate`)
      const list = Array.from({ length: jobs }, (_, index) => index + 1)
      const run = [process.execPath, write('gate.cjs', gate), opens, '{input}']
      const file = write(
        `${name}.slipway.yaml`,
        `batches:\n  - type: wait\n    run: ${JSON.stringify(run)}\n    over: { list: [${list}] }\n`,
      )
      return { file, release: () => writeFileSync(opens, ''), started: (job) => `${opens}.${job}` }
    },
    start(...args) {
      const desktop = driver.start(launch(args))
      apps.push(desktop)
      return desktop
    },
    startToEnd: (...args) => driver.startToEnd(launch(args)),
    slipway: (...args) => runCli(args, { cwd: project, env }),
    async dispose() {
      await Promise.all(apps.map((one) => one.kill()))
      await endProcessesOf(folder)
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
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
