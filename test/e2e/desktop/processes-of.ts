/**
 * Owns finding the processes that belong to a folder of a test, by their arguments and environment, and ending them.
 * Linux only: elsewhere it finds none, and the machines of CI are thrown away.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as later } from 'node:timers/promises'

/** Ids and command lines of the processes that name `folder`; never this process. */
export function processesOf(folder: string): { pid: number; command: string }[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) return []
    const command = read(`/proc/${pid}/cmdline`)
    const belongs = command.includes(folder) || read(`/proc/${pid}/environ`).includes(folder)
    // What has ended and waits for its parent has no command line any more.
    return belongs && command !== '' ? [{ pid, command: command.replaceAll('\0', ' ').trim() }] : []
  })
}

/** Kills them until none is left; throws, with their names, when they stay. */
export async function endProcessesOf(folder: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const left = processesOf(folder)
    if (left.length === 0) return
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended meanwhile.
      }
    }
    await later(50)
  }
  throw new Error(`left over: ${JSON.stringify(processesOf(folder))}`)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
