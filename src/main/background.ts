/**
 * Owns the host in the background: started when a person quits and wants the queue to continue, and signalled to release
 * it when the app starts again. It is the command line's `work --until-empty` under its own Node; the jobs outlive
 * the hand-over either way, as they belong to the launcher.
 */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Host } from '../contract/entities.ts'

const recordSchema = z.object({ pid: z.number().int().positive(), startedAt: z.number().int() })
export type BackgroundRecord = z.infer<typeof recordSchema>

/** A host registers within this time of its process's start. */
const registersWithinMs = 120_000

/** Starts it, detached, and records its process. Resolves when it runs. */
export async function startBackground(options: {
  nodePath: string
  cliEntry: string
  home: string
  folder: string
  env: NodeJS.ProcessEnv
}): Promise<void> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const log = openSync(path.join(options.folder, 'background.log'), 'w', 0o600)
  const startedAt = Date.now()
  const child = spawn(options.nodePath, [options.cliEntry, 'work', '--until-empty'], {
    cwd: options.home,
    detached: true,
    windowsHide: true,
    env: { ...options.env, SLIPWAY_HOME: options.home },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => reject(new Error('the background host cannot be started', { cause })))
  })
  if (child.pid !== undefined)
    writeFileSync(recordFile(options.folder), JSON.stringify({ pid: child.pid, startedAt }))
  child.unref()
}

/** The process that was started, if it is still one of the hosts: never another process with a reused pid. */
export function backgroundHost(record: BackgroundRecord | null, hosts: readonly Host[]): Host | null {
  if (record === null) return null
  return (
    hosts.find(
      (host) =>
        host.pid === record.pid &&
        host.kind === 'cli' &&
        host.state !== 'gone' &&
        host.startedAt >= record.startedAt - 1_000 &&
        host.startedAt <= record.startedAt + registersWithinMs,
    ) ?? null
  )
}

/** Signals it to release the queue; its running jobs continue. Does nothing when there is none. */
export function takeBack(folder: string, hosts: readonly Host[]): void {
  const host = backgroundHost(readRecord(folder), hosts)
  rmSync(recordFile(folder), { force: true })
  if (host === null) return
  try {
    // `work` leaves its jobs to the launcher at a hang-up. On Windows this ends the process, with the same effect.
    process.kill(host.pid, 'SIGHUP')
  } catch {
    // It has just ended, as intended.
  }
}

function readRecord(folder: string): BackgroundRecord | null {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(recordFile(folder), 'utf8')))
  } catch {
    return null
  }
}

function recordFile(folder: string): string {
  return path.join(folder, 'background.json')
}
