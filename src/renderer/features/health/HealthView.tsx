/**
 * Owns the health page: the finalizer, the hosts, the doctor's findings and the disk. Problems come first.
 */
import { Button, Loader } from '@mantine/core'
import { useState } from 'react'
import type { CommandOutput } from '../../../contract/commands.ts'
import type { Finding } from '../../../contract/entities.ts'
import { clock, moment } from '../../../contract/moments.ts'
import type { LiveQueue } from '../../../contract/queue-state.ts'
import { isWorking } from '../../../contract/states.ts'
import { ago, bytes, countOf, duration, MB } from '../../../contract/words.ts'
import { act } from '../../store/act.ts'
import { announce, usePanel } from '../../store/panel-store.ts'
import { troubles } from '../../store/troubles.ts'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { Note } from '../../ui/Note.tsx'
import { CrashesCard } from './CrashesCard.tsx'
import './health.css'

type Finalizer = LiveQueue['finalizer']

export function HealthView() {
  const server = usePanel((s) => s.server)
  if (!server) return null
  const wrong = troubles(server)
  return (
    <section className="view page" aria-labelledby="health-title">
      <div className="view-head">
        <h1 id="health-title">Health</h1>
        <span className="dim">
          {wrong.length === 0 ? 'No problems now' : countOf(wrong.length, 'problem')}
        </span>
      </div>
      <div className="page-body" tabIndex={0} role="group" aria-label="All findings">
        <div className="page-columns">
          {wrong.map((each) => (
            <Note key={each.sentence} kind="bad" title={each.sentence} />
          ))}
          <FinalizerCard finalizer={server.finalizer} working={isWorking(server.queue.executor)} />
          <DiskCard disk={server.disk} least={server.settings['min-free-disk-mb']} />
          <HostsCard hosts={server.hosts} />
          <CrashesCard />
          <DoctorCard />
        </div>
      </div>
    </section>
  )
}

/** When the next sweep is due: only a working host sweeps, so a time that has passed without one is not "now". */
function nextSweepWords({ nextSweepAt, intervalMs }: Finalizer, working: boolean, now: number): string {
  if (!working) return 'when a host runs'
  if (nextSweepAt === null) return `within ${duration(intervalMs)}`
  return nextSweepAt <= now ? 'now' : `in ${duration(nextSweepAt - now)}`
}

function FinalizerCard({ finalizer, working }: { finalizer: Finalizer; working: boolean }) {
  const now = useNow()
  const cycle = useHourCycle()
  const [busy, setBusy] = useState(false)
  const sweep = async () => {
    setBusy(true)
    const swept = await act('sweep', {})
    setBusy(false)
    if (swept)
      announce(
        swept.closed.length === 0
          ? 'Nothing to close.'
          : `Closed ${countOf(swept.closed.length, 'batch', 'batches')}.`,
      )
  }
  const { lastSweepAt, rescues, lastRescueAt, intervalMs, graceMs } = finalizer
  return (
    <article className="card">
      <header>
        <h2>Finalizer</h2>
        <Button size="compact-sm" variant="default" loading={busy} onClick={() => void sweep()}>
          Sweep now
        </Button>
      </header>
      <dl className="facts tabular">
        <Fact name="Last sweep" value={lastSweepAt === null ? 'none yet' : ago(lastSweepAt, now)} />
        <Fact name="Next sweep" value={nextSweepWords(finalizer, working, now)} />
        <Fact name="Rescues" value={String(rescues)} bad={rescues > 0} />
        {lastRescueAt !== null && <Fact name="Last rescue" value={moment(lastRescueAt, now, cycle)} />}
        <Fact name="Interval" value={duration(intervalMs)} />
        <Fact name="Grace" value={duration(graceMs)} />
      </dl>
      <p className="dim card-foot">
        {rescues === 0
          ? 'Every batch was closed as soon as its last job ended.'
          : 'A rescue is a batch that a sweep had to close: correct, but late.'}
      </p>
    </article>
  )
}

function DiskCard({ disk, least }: { disk: LiveQueue['disk']; least: number }) {
  const used = disk.totalBytes > 0 ? 1 - disk.freeBytes / disk.totalBytes : 0
  return (
    <article className="card">
      <header>
        <h2>Disk</h2>
      </header>
      <div
        className="jobs-bar"
        role="meter"
        aria-label="Disk used"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(used * 100)}
      >
        <span className={used > 0.95 ? 'part-failed' : 'part-running'} style={{ width: `${used * 100}%` }} />
      </div>
      <p className="tabular">
        <b>{bytes(disk.freeBytes)}</b> free of {bytes(disk.totalBytes)}{' '}
        <span className="dim mono">{disk.path}</span>
      </p>
      <p className="dim card-foot">The queue pauses itself below {bytes(least * MB)}.</p>
    </article>
  )
}

const hostKinds = { cli: 'command line', web: 'web panel', desktop: 'desktop app', test: 'test' } as const

function HostsCard({ hosts }: { hosts: LiveQueue['hosts'] }) {
  const now = useNow()
  const cycle = useHourCycle()
  return (
    <article className="card">
      <header>
        <h2>Hosts</h2>
        <span className="dim">{hosts.length}</span>
      </header>
      {hosts.length === 0 && (
        <p className="dim">
          No host is running this queue. Start one with <code>slipway work</code>.
        </p>
      )}
      <table className="plain-table tabular">
        {hosts.length > 0 && (
          <thead>
            <tr>
              <th>Host</th>
              <th>Process</th>
              <th>State</th>
              <th>Last heartbeat</th>
              <th>Since</th>
            </tr>
          </thead>
        )}
        <tbody>
          {hosts.map((host) => (
            <tr key={host.id}>
              <td>
                {hostKinds[host.kind]}
                {host.executor && <span className="host-works">executor</span>}
              </td>
              <td>{host.pid}</td>
              <td className={host.state === 'alive' ? '' : 'warn'}>{host.state}</td>
              <td>{ago(host.heartbeatAt, now)}</td>
              <td>{clock(host.startedAt, cycle)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </article>
  )
}

function DoctorCard() {
  const [answer, setAnswer] = useState<CommandOutput<'doctor'> | null>(null)
  const [busy, setBusy] = useState(false)
  const examine = async () => {
    setBusy(true)
    const found = await act('doctor', { repair: false })
    setBusy(false)
    if (!found) return
    setAnswer(found)
    announce(found.healthy ? 'No problems found.' : 'Problems found.')
  }
  return (
    <article className="card">
      <header>
        <h2>Doctor</h2>
        <Button size="compact-sm" variant="default" onClick={() => void examine()} disabled={busy}>
          {answer ? 'Run checks again' : 'Run checks'}
        </Button>
        {busy && <Loader size={16} />}
      </header>
      {!answer && !busy && (
        <p className="dim">Checks the database against all its rules, the folders and the versions.</p>
      )}
      {answer && (
        <>
          <ul className="plain findings">
            {[...answer.findings].sort(worstFirst).map((finding) => (
              <li key={`${finding.check} ${finding.message}`} data-level={finding.level}>
                <span className="finding-level">{finding.level}</span>
                <b>{finding.check}</b>
                <span>
                  {finding.message}
                  {finding.repaired ? <span className="dim"> {finding.repaired}</span> : null}
                </span>
              </li>
            ))}
          </ul>
          <p className="dim card-foot">
            {Object.entries(answer.versions)
              .map(([name, version]) => `${name} ${version}`)
              .join(' · ')}
          </p>
        </>
      )}
    </article>
  )
}

const levels: readonly Finding['level'][] = ['error', 'warning', 'notice', 'ok']

function worstFirst(a: Finding, b: Finding): number {
  return levels.indexOf(a.level) - levels.indexOf(b.level)
}

function Fact({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div className="fact">
      <dt className="dim">{name}</dt>
      <dd className={bad ? 'warn' : ''}>{value}</dd>
    </div>
  )
}
