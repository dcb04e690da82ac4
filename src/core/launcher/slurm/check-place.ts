/**
 * Checks before a batch exists that the cluster would take its jobs: commands, partition, limits, and what only Slurm
 * itself can judge. Submits nothing.
 */
import { accessSync, constants } from 'node:fs'
import { nearest } from '../../../contract/nearest.ts'
import type { SlurmPlace } from '../../../contract/places.ts'
import { duration } from '../../../contract/words.ts'
import { resources } from './sbatch-arguments.ts'
import type { RunSlurm } from './slurm-command.ts'

/** What is wrong, in the parts of a configuration problem. */
export type PlaceFault = { found: string; expected: string; message: string; suggestion?: string | undefined }

/** A partition as sinfo lists it, once for each kind of its nodes; null: no limit. */
type Partition = { name: string; isDefault: boolean; timeMs: number | null; memoryMb: number; cpus: number }

/** The first fault; null when Slurm would take such a job. */
export async function checkPlace(place: SlurmPlace, run: RunSlurm): Promise<PlaceFault | null> {
  const folder = place.folder === null ? null : checkFolder(place.folder)
  if (folder !== null) return folder
  const listed = await run('sinfo', ['-h', '-o', '%P|%l|%m|%c'])
  if (!listed.ok) {
    const expected = 'a Slurm cluster that answers: sinfo, sbatch, squeue, scancel in PATH'
    return { found: listed.message, expected, message: `Slurm can't be asked: ${listed.message}` }
  }
  const partitions = listed.text.split('\n').flatMap((line) => parsePartition(line) ?? [])
  return checkLimits(place, partitions) ?? (await checkBySlurm(place, run))
}

function checkFolder(folder: string): PlaceFault | null {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const message = `the folder ${folder} that the nodes share can't be written (${code})`
    return { found: folder, expected: 'a folder that can be written', message }
  }
}

function parsePartition(line: string): Partition | null {
  const [name, limit, memory, cpus] = line.split('|')
  if (name === undefined || limit === undefined) return null
  return {
    name: name.replace(/\*$/, ''),
    isDefault: name.endsWith('*'),
    timeMs: parseLimit(limit),
    memoryMb: Number.parseInt(memory ?? '', 10),
    cpus: Number.parseInt(cpus ?? '', 10),
  }
}

/** `2-00:00:00`, `30:00`, `infinite`. */
export function parseLimit(text: string): number | null {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text.trim())
  if (match === null) return null
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1_000
}

function checkLimits(place: SlurmPlace, all: readonly Partition[]): PlaceFault | null {
  const names = [...new Set(all.map(({ name }) => name))]
  const wanted =
    place.partition?.split(',') ??
    names.filter((name) => all.some((one) => one.isDefault && one.name === name))
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    const message = `Slurm has no partition "${unknown}"; it has ${names.join(', ')}`
    return {
      found: unknown,
      expected: `one of ${names.join(', ')}`,
      message,
      suggestion: nearest(unknown, names),
    }
  }
  const usable = all.filter(({ name }) => wanted.includes(name))
  if (usable.length === 0) return null
  const where = wanted.join(', ')
  const most = (pick: (one: Partition) => number) =>
    Math.max(...usable.map(pick).filter((n) => !Number.isNaN(n)))
  const timeMs = most((one) => one.timeMs ?? Number.POSITIVE_INFINITY)
  const [memoryMb, cpus] = [most((one) => one.memoryMb), most((one) => one.cpus)]
  const over = (what: string, asked: string, limit: string): PlaceFault => ({
    found: `${what} ${asked}`,
    expected: `at most ${limit}`,
    message: `partition ${where} grants at most ${limit} of ${what}, and ${asked} is asked`,
  })
  if ((place.timeMs ?? 0) > timeMs) return over('time', duration(place.timeMs ?? 0), duration(timeMs))
  if ((place.memoryMb ?? 0) > memoryMb) return over('memory', `${place.memoryMb} MiB`, `${memoryMb} MiB`)
  if ((place.cpus ?? 0) > cpus) return over('cpus', String(place.cpus), String(cpus))
  return null
}

/** Slurm's own judgement of the very arguments that the jobs will have: account, qos, gpus, extra. */
async function checkBySlurm(place: SlurmPlace, run: RunSlurm): Promise<PlaceFault | null> {
  const tested = await run('sbatch', ['--test-only', '--wrap=true', ...resources(place)])
  if (tested.ok || tested.kind !== 'refused') return null
  const expected = 'what this cluster grants'
  return {
    found: resources(place).join(' '),
    expected,
    message: `Slurm would refuse the jobs: ${tested.message}`,
  }
}
