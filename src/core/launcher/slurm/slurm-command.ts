/**
 * Runs Slurm's own programs (sbatch, squeue, sacct, scancel, sinfo) and sorts their failures. The only place that knows
 * their words: Slurm gives no codes. Must never take a timeout for a refusal, since what was sent may have arrived.
 */
import { execFile } from 'node:child_process'

/**
 * `refused`: it would say the same again. `limit`: the account has as many jobs as it may. `trouble`: whatever else, the
 * controller's silence above all; tried again.
 */
export type Failure = { ok: false; kind: 'refused' | 'limit' | 'trouble'; message: string }
export type Answer = { ok: true; text: string } | Failure

/** Runs one of Slurm's programs; the seam for tests, and for a way in that is not this machine. */
export type RunSlurm = (program: string, args: readonly string[]) => Promise<Answer>

const TIMEOUT_MS = 60_000
const MOST_BYTES = 256 * 2 ** 20

const limits = /SubmitJob|submit limit|MaxSubmit|MaxJobCount|max_array_tasks|temporarily unable to accept/i
const refusals =
  /invalid|not available(?! now)|can not be satisfied|violates accounting|unrecogni[sz]ed option|requires an argument|not permitted|access.*denied|job rejected|unable to open file|missing/i

/** Runs them on this machine, with this environment. */
export function slurmHere(env: NodeJS.ProcessEnv): RunSlurm {
  // Whoever runs inside of a Slurm job has variables that sbatch reads as its arguments.
  const kept = Object.entries(env).filter(
    ([name]) => !/^(SBATCH|SQUEUE|SACCT|SCANCEL|SINFO|SLURM)_/.test(name) || name === 'SLURM_CONF',
  )
  const clean = { ...Object.fromEntries(kept), LC_ALL: 'C', SLURM_TIME_FORMAT: '%s' }
  return (program, args) =>
    new Promise((resolve) => {
      const options = {
        env: clean,
        timeout: TIMEOUT_MS,
        maxBuffer: MOST_BYTES,
        killSignal: 'SIGKILL',
      } as const
      execFile(program, args, options, (error, stdout, stderr) => {
        if (error === null) return resolve({ ok: true, text: stdout })
        if (error.code === 'ENOENT')
          return resolve({
            ok: false,
            kind: 'refused',
            message: `the program ${program} was not found in PATH`,
          })
        resolve(failure(program, error.killed === true ? `${program} did not answer` : stderr))
      }).stdin?.end()
    })
}

/** What a program of Slurm has said on its standard error, sorted. */
export function failure(program: string, said: string): Failure {
  const last = said.trimEnd().split('\n').at(-1)?.trim() ?? ''
  // `sbatch: error: Batch job submission failed: Invalid account`
  const words = last.split(': ').filter((part) => !ofNoUse.has(part) && part !== program)
  const kind = limits.test(said) ? 'limit' : refusals.test(last) ? 'refused' : 'trouble'
  return { ok: false, kind, message: words.join(': ') || `${program} failed` }
}

const ofNoUse = new Set(['error', 'fatal', 'allocation failure', 'Batch job submission failed'])
