/** Owns the doctor's checks of processes: hosts, launchers and jobs. Signals none. */

import path from 'node:path'
import { countOf, duration } from '../../contract/words.ts'
import { isGone, stateOf } from '../host/lease.ts'
import { readJournals } from '../launcher/journal.ts'
import { findJobProcesses, isRunning } from '../process/processes.ts'
import { runningAttempts } from '../queue/doctor-queries.ts'
import { openHosts } from '../queue/host-store.ts'
import { readSetting } from '../queue/settings-store.ts'
import type { Scope } from './command.ts'
import type { Examination } from './doctor-examination.ts'

export function checkProcesses(scope: Scope, examination: Examination): void {
  checkHosts(scope, examination)
  checkJournals(scope, examination)
  checkOrphans(scope, examination)
}

function checkHosts({ db, clock }: Scope, examination: Examination): void {
  const leaseMs = readSetting(db, 'lease-ms')
  const hosts = openHosts(db).map((host) => ({ ...host, state: stateOf(host, clock.now(), leaseMs) }))
  const executor = hosts.find((host) => host.executor === 1)
  const gone = hosts.filter((host) => host.state === 'gone' && host.executor === 0)
  if (executor && executor.state !== 'alive') {
    const how = {
      silent: `has been silent for ${duration(clock.now() - executor.heartbeat_at)}`,
      stopped: 'was stopped',
      gone: 'is gone',
    }[executor.state]
    examination.note(
      'hosts',
      'warning',
      `The executor (${executor.kind}, process ${executor.pid}) ${how}. Another host takes over once it is provably gone or stopped: slipway work.`,
    )
  }
  if (gone.length > 0)
    examination.note(
      'hosts',
      'notice',
      `${countOf(gone.length, 'host')} ended without signing off (killed, or the machine went down).`,
    )
  if (gone.length === 0 && (!executor || executor.state === 'alive'))
    examination.fine(
      'hosts',
      executor
        ? `The executor is working (${executor.kind}, process ${executor.pid}).`
        : 'No host is working now.',
    )
}

function checkJournals({ db, home }: Scope, examination: Examination): void {
  const left = readJournals(path.join(home, 'run')).filter((journal) => isGone(db, journal.hostId))
  const working = left.filter((journal) => isRunning(journal.launcher))
  const ended = left.length - working.length
  if (working.length > 0)
    examination.note(
      'launchers',
      'notice',
      `${countOf(working.length, 'launcher')} of a host that is gone still sees its jobs to their end (process ${working.map(({ launcher }) => launcher.pid).join(', ')}). The next executor adopts them.`,
    )
  if (ended > 0)
    examination.note(
      'launchers',
      'notice',
      `${countOf(ended, 'journal')} of launchers that are gone ${ended === 1 ? 'waits' : 'wait'} for the next executor, which reads and removes ${ended === 1 ? 'it' : 'them'}.`,
    )
  if (left.length === 0) examination.fine('launchers', 'No launcher was left behind.')
}

function checkOrphans({ db, home }: Scope, examination: Examination): void {
  // Processes first: a job that ends between the two looks is then still in the database's answer or in neither.
  const processes = findJobProcesses({ home })
  const running = runningAttempts(db)
  const orphans = processes.filter(({ attempt }) => !running.has(attempt))
  if (orphans.length === 0) return examination.fine('processes', 'No process was left behind by a job.')
  const pids = orphans.slice(0, 10).map(({ pid }) => pid)
  examination.note(
    'processes',
    'warning',
    `${countOf(orphans.length, 'process was', 'processes were')} left behind by jobs that don't run any more: ${pids.join(', ')}${orphans.length > 10 ? ', …' : ''}. The next executor stops them.`,
  )
}
