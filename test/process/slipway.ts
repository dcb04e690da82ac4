/** Runs the built command line in a data folder of its own, for the process tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import type { z } from 'zod'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const entry = join(root, 'out/cli/index.js')

export type Ended = { code: number | null; signal: string | null; out: string; err: string }

export type Running = {
  child: ChildProcess
  pid: number
  /** Resolves with the text of stdout and stderr so far once it matches; fails when the process ends first. */
  until(pattern: RegExp): Promise<string>
  ended: Promise<Ended>
}

export type Place = {
  home: string
  /** Folder with the configurations. */
  project: string
  env: NodeJS.ProcessEnv
  /** Writes a configuration and returns its path. */
  write(name: string, text: string): string
  start(...args: string[]): Running
  run(...args: string[]): Promise<Ended>
  /** Runs with --json, expects this exit code and nothing on stdout but one document of this shape. */
  json<S extends z.ZodType>(schema: S, args: string[], code?: number): Promise<z.output<S>>
}

/** A data folder and a project folder that are removed when the test has finished. */
export function aPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'))
  const home = join(folder, 'home')
  const project = join(folder, 'project')
  mkdirSync(project)
  const running = new Set<Running>()
  onTestFinished(async () => {
    for (const one of running) one.child.kill('SIGKILL')
    await Promise.all([...running].map((one) => one.ended))
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  const env = { ...process.env, SLIPWAY_HOME: home, NO_COLOR: '1' }
  const start = (...args: string[]): Running => {
    const one = startProcess(process.execPath, [entry, ...args], { cwd: project, env })
    running.add(one)
    void one.ended.then(() => running.delete(one))
    return one
  }
  const run = (...args: string[]): Promise<Ended> => start(...args).ended
  return {
    home,
    project,
    env,
    write(name, text) {
      const path = join(project, name)
      writeFileSync(path, text)
      return path
    },
    start,
    run,
    async json(schema, args, code = 0) {
      const ended = await run(...args, '--json')
      expect(
        { code: ended.code, err: code === 0 ? ended.err : '' },
        `${args.join(' ')}: ${ended.err}`,
      ).toEqual({
        code,
        err: '',
      })
      return documentOf(schema, ended.out)
    },
  }
}

/** Runs it on a terminal, and presses the keys of each question once that is there. `words` are read by a shell. */
export async function onTerminal(place: Place, words: string, keys: [question: string, keys: string][] = []) {
  const command = `stty cols 100 rows 30; '${process.execPath}' '${entry}' ${words}`
  const terminal = spawn('script', ['-qec', command, '/dev/null'], { cwd: place.project, env: place.env })
  let out = ''
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    const [next] = keys
    if (next === undefined || !out.includes(next[0])) return
    keys.shift()
    terminal.stdin.write(next[1])
  })
  const code = await new Promise((resolve) => terminal.once('close', resolve))
  return { code, out, unasked: keys }
}

/** Parses one document, and nothing else, that has exactly the fields of the schema. */
export function documentOf<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  const found: unknown = JSON.parse(text)
  const parsed = schema.parse(found)
  expect(parsed).toEqual(found)
  return parsed
}

/** Starts a process and collects its output. */
export function startProcess(
  program: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; detached?: boolean },
): Running {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  let listeners: (() => void)[] = []
  const notify = () => {
    for (const listener of listeners) listener()
  }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text
    notify()
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text
    notify()
  })
  let over = false
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      over = true
      notify()
      resolve({ code, signal, out, err })
    })
  })
  return {
    child,
    pid: child.pid ?? 0,
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(out + err)) resolve(out + err)
          else if (over) reject(new Error(`ended without ${pattern}: ${out}${err}`))
          else return
          listeners = listeners.filter((one) => one !== look)
        }
        listeners.push(look)
        look()
      }),
  }
}
