/**
 * Brings a real Slurm cluster of three nodes up for the tests of this project, and down after them. Where that can't be
 * done they are skipped, with the reason: SLIPWAY_TEST_SLURM=FOLDER uses a cluster that is up already.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

const script = join(import.meta.dirname, '../../scripts/slurm/cluster.sh')
const programs = [
  'munged',
  'mariadbd',
  'slurmdbd',
  'slurmctld',
  'slurmd',
  'sbatch',
  'squeue',
  'sacct',
  'scancel',
]
const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/bin']

declare module 'vitest' {
  interface ProvidedContext {
    /** The cluster's folder, or why there is none. */
    cluster: { folder: string } | { missing: string }
  }
}

/** Vitest calls it before the first test, and what it returns after the last. */
export function setup(project: TestProject): (() => void) | undefined {
  const given = process.env.SLIPWAY_TEST_SLURM
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))))
  if (given !== undefined) project.provide('cluster', { folder: given })
  else if (process.getuid?.() !== 0)
    project.provide('cluster', { missing: 'only root can start the daemons of Slurm' })
  else if (missing.length > 0)
    project.provide('cluster', { missing: `Slurm is not installed: no ${missing.join(', ')}` })
  else return up(project)
  return undefined
}

function up(project: TestProject): () => void {
  // Not below a folder that others may write to without its sticky bit: munge is particular.
  const folder = mkdtempSync('/tmp/slipway-slurm-')
  const run = (command: string) =>
    execFileSync(script, [command, folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  const down = () => {
    run('down')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    run('up')
    project.provide('cluster', { folder })
  } catch (cause) {
    project.provide('cluster', {
      missing: `Slurm did not come up: ${cause instanceof Error ? cause.message : cause}`,
    })
  }
  return down
}
