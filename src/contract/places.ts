/**
 * Owns where the jobs of a batch run: `here`, or on a cluster. A place is named in the settings or written into the
 * configuration, and stored with the batch as it was when the batch was added. Must never know how it is reached.
 */
import { z } from 'zod'
import { countOf, duration } from './words.ts'

/** The name of the place that needs no other program: this machine. */
export const HERE = 'here'

/** What a person writes of a Slurm cluster; core/configuration/on.ts checks the values, with their places in the file. */
const slurmSchema = z.record(z.string(), z.unknown())

/** Named places, as in the setting `places`. */
export const placesSchema = z.record(
  z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u),
  z.strictObject({ slurm: slurmSchema }),
)
export type NamedPlaces = z.infer<typeof placesSchema>

/** Where the jobs of a batch run, other than here; null leaves it to the cluster. */
export const jobPlaceSchema = z.object({
  name: z.string(),
  slurm: z.object({
    partition: z.string().nullable(),
    account: z.string().nullable(),
    qos: z.string().nullable(),
    /** Slurm's own limit for each attempt. */
    timeMs: z.number().nullable(),
    cpus: z.number().nullable(),
    memoryMb: z.number().nullable(),
    /** As in `--gpus`: a number, or a kind and a number. */
    gpus: z.string().nullable(),
    /** A folder that the nodes share with this machine, for what goes to them and comes back; null: the data folder is one. */
    folder: z.string().nullable(),
    /** Further arguments of sbatch. */
    extra: z.array(z.string()),
    /** Jobs handed to Slurm at once. */
    atOnce: z.number(),
    /** A job that Slurm doesn't know any more, and that has left no sign of life for so long, is lost. */
    lostAfterMs: z.number(),
  }),
})
export type JobPlace = z.infer<typeof jobPlaceSchema>

/** What is asked of Slurm for each job. */
export type SlurmPlace = JobPlace['slurm']

/** Why Slurm lets a job wait, by its own code; what is not here is shown as Slurm says it. */
const pendingWords: Readonly<Record<string, string>> = {
  Priority: 'jobs with a higher priority come first',
  Resources: 'until nodes are free',
  None: 'Slurm has not looked at them yet',
  BeginTime: 'their begin time is not there yet',
  Dependency: 'for another job',
  JobHeldUser: 'they are held (scontrol release)',
  JobHeldAdmin: 'an administrator holds them',
  JobArrayTaskLimit: 'for the limit of their array',
  PartitionDown: 'the partition is down',
  PartitionInactive: 'the partition is inactive',
  PartitionTimeLimit: 'they ask for more time than the partition grants',
  PartitionNodeLimit: 'they ask for more than the partition grants',
  ReqNodeNotAvail: 'a node that they need is not available',
  NodeDown: 'a node that they need is down',
  Reservation: 'for their reservation',
  Licenses: 'for a licence',
  SubmitLimit: 'Slurm takes no more jobs of this account now',
}

/** Why jobs wait on the cluster, as a clause: 'jobs with a higher priority come first (Priority)'. */
export function pendingReason(code: string): string {
  const name = code.split(',')[0] ?? code
  const words =
    (Object.hasOwn(pendingWords, name) ? pendingWords[name] : undefined) ??
    (name.startsWith('QOS')
      ? 'its QOS allows no more'
      : name.startsWith('Assoc')
        ? 'the account allows no more'
        : null)
  return words === null ? name : `${words} (${name})`
}

/** 'cluster: 3 nodes, 12s in its queue on average'. */
export function clusterWords(used: { place: string; nodes: number; meanQueuedMs: number | null }): string {
  const waited = used.meanQueuedMs === null ? '' : `, ${duration(used.meanQueuedMs)} in its queue on average`
  return `${used.place}: ${countOf(used.nodes, 'node')}${waited}`
}
