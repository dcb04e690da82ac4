/**
 * `npm run bench`: installs what Slipway is compared with where it can, measures everything in turns, prints a
 * table, and writes test/bench/results.json, docs/performance.md and its plot. `--part jobs` (repeatable) measures
 * one part and keeps the others' figures; `--report` only writes the documents.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { besideCosts } from './beside.ts'
import { databaseCosts } from './database.ts'
import { growth } from './growth.ts'
import { hostCosts } from './hosts.ts'
import { jobCosts } from './jobs.ts'
import { ladenCosts } from './laden.ts'
import { longQueueCosts } from './long-queue.ts'
import { has, part } from './measure.ts'
import { writeReport } from './report.ts'

const { values } = parseArgs({
  options: {
    part: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    report: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const wanted = (name: string) => !values.report && (values.part?.includes(name) ?? true)

/** Debian's packages, as root only; a failure just leaves a contestant out. */
function installDebian(): void {
  const packages = {
    tsp: 'task-spooler',
    nq: 'nq',
    parallel: 'parallel',
    'redis-server': 'redis-server',
    strace: 'strace',
  }
  const missing = Object.entries(packages).flatMap(([program, name]) => (has(program) ? [] : [name]))
  if (missing.length === 0 || process.getuid?.() !== 0 || !has('apt-get')) return
  for (const name of missing) {
    try {
      execFileSync('apt-get', ['install', '-y', '--no-install-recommends', name], {
        stdio: 'ignore',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
    } catch {
      console.error(`  ${name} can't be installed here`)
    }
  }
}

/** The npm peers, outside of the project; null where npm can't get them. */
function installPeers(): string | null {
  const folder = join(tmpdir(), 'slipway-bench-peers')
  if (existsSync(join(folder, 'node_modules/ioredis'))) return folder
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private": true}')
  try {
    execFileSync(
      'npm',
      [
        'install',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        'plainjob@0.0.14',
        'bullmq@6.7.0',
        'ioredis@6.0.0',
      ],
      {
        cwd: folder,
        stdio: 'ignore',
      },
    )
    return folder
  } catch {
    return null
  }
}

const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
try {
  if (wanted('jobs')) {
    installDebian()
    const peers = installPeers()
    await part('jobs', rounds, (n) => jobCosts({ folder, peers }, n))
  }
  if (wanted('database')) await part('database', rounds, (n) => databaseCosts(folder, n))
  if (wanted('hosts')) await part('hosts', rounds, (n) => hostCosts(folder, n))
  if (wanted('laden')) await part('laden', rounds, (n) => ladenCosts(folder, n))
  if (wanted('long-queue')) await part('long-queue', 1, () => longQueueCosts(folder))
  if (wanted('beside')) await part('beside', 1, () => besideCosts(folder))
  if (wanted('growth')) await part('growth', 1, () => growth(folder))
  writeReport()
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
