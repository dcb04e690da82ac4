/** Owns how what a person asks of Slurm becomes arguments of sbatch: for the jobs, and for the check before there are any. */
import type { SlurmPlace } from '../../../contract/places.ts'

/** The arguments that say what each job needs. */
export function resources(place: SlurmPlace): string[] {
  const pairs: [string, string | number | null][] = [
    ['partition', place.partition],
    ['account', place.account],
    ['qos', place.qos],
    // Slurm counts in minutes.
    ['time', place.timeMs === null ? null : Math.max(1, Math.ceil(place.timeMs / 60_000))],
    ['cpus-per-task', place.cpus],
    ['mem', place.memoryMb === null ? null : `${place.memoryMb}M`],
    ['gpus', place.gpus],
  ]
  return [
    ...pairs.flatMap(([name, value]) => (value === null ? [] : [`--${name}=${value}`])),
    ...place.extra,
    // A job that Slurm starts again by itself could run beside its first process.
    '--no-requeue',
  ]
}
