/**
 * Owns handing slices to Slurm: which part comes next, and what to do when it is not taken. Must never count a silence as a
 * refusal: what was sent may have arrived, so it is looked for under its name before it is sent again. Sent twice does no
 * harm either, since the wrapper of the second finds the task's lock taken.
 */
import type { SlurmPlace } from '../../../contract/places.ts'
import { resources } from './sbatch-arguments.ts'
import type { Slice } from './slice.ts'
import type { RunSlurm } from './slurm-command.ts'
import { lookAtQueue } from './slurm-queue.ts'

const RETRY_MS = { least: 2_000, most: 300_000 }

type Options = {
  place: SlurmPlace
  run: RunSlurm
  wrapper: string
  /** Names the data folder, for who looks at the cluster's queue. */
  comment: string
  /** Slurm will not take these, and says why. */
  onRefused(slice: Slice, indexes: readonly number[], message: string): void
}

export class Submitter {
  readonly #o: Options
  /** So many tasks are sent at once; fewer after the account's limit was met. */
  #most = Number.POSITIVE_INFINITY
  #pauseMs = RETRY_MS.least
  #notBeforeMs = 0
  /** A part that may or may not have arrived. */
  #doubtful: Slice | null = null
  #trouble: { message: string; isLimit: boolean } | null = null

  constructor(options: Options) {
    this.#o = options
  }

  /** Why nothing is taken now. */
  get trouble(): { message: string; isLimit: boolean } | null {
    return this.#trouble
  }

  /** Sends what is there, as far as Slurm takes it. Resolves to whether anything is left. */
  async send(slices: Iterable<Slice>): Promise<boolean> {
    for (const slice of slices)
      for (let from = nextOf(slice); from < slice.tasks.length; from = nextOf(slice)) {
        if (performance.now() < this.#notBeforeMs) return true
        if (!(await this.#sendPart(slice, from))) return true
      }
    return false
  }

  async #sendPart(slice: Slice, from: number): Promise<boolean> {
    if (this.#doubtful === slice && !(await this.#findSent(slice, from))) return false
    if (nextOf(slice) !== from) return true
    const to = Math.min(slice.tasks.length, from + this.#most) - 1
    const { place, run, wrapper, comment } = this.#o
    const answer = await run('sbatch', [
      '--parsable',
      `--array=${from}-${to}`,
      `--job-name=${slice.name}`,
      `--comment=${comment} attempts ${slice.tasks[from]?.attempt}..${slice.tasks[to]?.attempt}`,
      '--chdir=/',
      '--input=/dev/null',
      '--output=/dev/null',
      '--error=/dev/null',
      ...resources(place),
      wrapper,
      slice.folder,
    ])
    if (answer.ok) {
      // `id;cluster`
      slice.noteSubmitted({ jobId: answer.text.trim().split(';')[0] ?? '', from, to })
      this.#most = Math.max(this.#most, (to - from + 1) * 2)
      this.#settle()
      return true
    }
    if (answer.kind === 'refused') {
      const rest = slice.tasks.slice(from).map(({ index }) => index)
      slice.noteSubmitted({ jobId: '', from, to: slice.tasks.length - 1 })
      this.#o.onRefused(slice, rest, answer.message)
      return true
    }
    if (answer.kind === 'limit') this.#most = Math.max(1, Math.floor((to - from + 1) / 2))
    else this.#doubtful = slice
    this.#wait(answer.message, answer.kind === 'limit')
    return false
  }

  /** False: the queue can't be looked at either. */
  async #findSent(slice: Slice, from: number): Promise<boolean> {
    const look = await lookAtQueue(this.#o.run, [slice.name])
    if (!look.ok) {
      this.#wait(look.message, false)
      return false
    }
    const found = look.entries.filter((entry) => entry.index >= from)
    const jobId = found[0]?.jobId
    if (jobId !== undefined)
      slice.noteSubmitted({ jobId, from, to: Math.max(...found.map(({ index }) => index)) })
    this.#doubtful = null
    return true
  }

  #wait(message: string, isLimit: boolean): void {
    this.#trouble = { message, isLimit }
    this.#notBeforeMs = performance.now() + this.#pauseMs
    this.#pauseMs = Math.min(this.#pauseMs * 2, RETRY_MS.most)
  }

  #settle(): void {
    this.#trouble = null
    this.#pauseMs = RETRY_MS.least
  }

  /** Slices of a dead launcher, whose last sbatch may have arrived without leaving its number. */
  doubt(slice: Slice): void {
    if (nextOf(slice) < slice.tasks.length) this.#doubtful = slice
  }
}

const nextOf = ({ submitted }: Slice): number => (submitted.at(-1)?.to ?? -1) + 1
