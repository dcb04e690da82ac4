/** Owns the doctor's look at what rows hold: what can't be understood, and what waits for what never comes. */
import { countOf } from '../../contract/words.ts'
import { everyPlace, stuckInQueue, waitingInCircles } from '../queue/attention-queries.ts'
import { batchesByIds } from '../queue/queries.ts'
import {
  activeOptions,
  countUp,
  dropUnreadableSummaries,
  lostCounts,
  pendingCommands,
  unreadableEvents,
  unreadableSummaries,
} from '../queue/row-queries.ts'
import { dropSetting, unreadableSettings } from '../queue/settings-store.ts'
import { readCommand } from '../queue/stored.ts'
import { readOptions } from '../run/batch-options.ts'
import type { Scope } from './command.ts'
import { batchList, type Examination } from './doctor-examination.ts'

/** More of a kind than these are counted. */
const named = 20

export function checkRows(scope: Scope, examination: Examination): void {
  const before = examination.findings.length
  checkBatches(scope, examination)
  checkJobs(scope, examination)
  checkWaits(scope, examination)
  checkSettings(scope, examination)
  checkHistory(scope, examination)
  if (examination.findings.length === before)
    examination.fine('rows', 'Every row can be understood, and no batch waits for what never comes.')
}

function checkBatches({ db }: Scope, examination: Examination): void {
  for (const { number, status, options } of activeOptions(db)) {
    const read = readOptions({ options })
    if (read.ok) continue
    const until = status === 'paused' ? '' : ' It is set aside when its turn comes.'
    examination.note(
      'quarantine',
      'error',
      `The options of #${number} can't be understood: ${read.problem}.${until} Add it again with --if-exists remaining, which closes it and keeps what it has done; or end it: slipway cancel ${number}.`,
    )
  }
}

function checkJobs({ db }: Scope, examination: Examination): void {
  let more = 0
  let found = 0
  for (const { number, ordinal, command } of pendingCommands(db)) {
    const read = readCommand({ command })
    if (read.ok) continue
    found += 1
    if (found > named) more += 1
    else
      examination.note(
        'commands',
        'error',
        `The command of job ${ordinal} of #${number} can't be understood: ${read.problem}. The job fails when its turn comes, and the others run.`,
      )
  }
  if (more > 0) examination.note('commands', 'error', `${countOf(more, 'more job')} can't be understood.`)
  const lost = lostCounts(db)
  if (lost.length === 0) return
  const numbers = [...new Set(lost.map(({ number }) => number))]
  examination.mend(
    'attempts',
    'error',
    `${countOf(lost.length, 'job')} of ${batchList(numbers)} ${lost.length === 1 ? 'counts' : 'count'} fewer attempts than ${lost.length === 1 ? 'it' : 'they'} had, and can't run again so.`,
    () => {
      db.write(() => countUp(db, lost))
      return 'counted up to the attempts that are recorded'
    },
  )
}

function checkWaits({ db }: Scope, examination: Examination): void {
  const list = (ids: readonly string[]) => batchList(batchesByIds(db, ids).map(({ number }) => number))
  const circles = waitingInCircles(db, everyPlace)
  if (circles.length > 0)
    examination.note(
      'waits',
      'error',
      `${list(circles)} wait for each other, so that none of them ever starts. Let one of them go: slipway resume --ignore-after BATCH.`,
    )
  const inVain = stuckInQueue(db, everyPlace)
  if (inVain.length > 0)
    examination.note(
      'waits',
      'warning',
      `${list(inVain)} ${inVain.length === 1 ? 'waits' : 'wait'} for what ended badly or was never added. Retry that, or run them without it: slipway resume --ignore-after BATCH.`,
    )
}

function checkSettings({ db }: Scope, examination: Examination): void {
  for (const { key, problem } of unreadableSettings(db))
    examination.mend(
      'settings',
      'error',
      `${key} can't be understood (${problem}) and counts as not set.`,
      () => {
        db.write(() => dropSetting(db, key))
        return 'taken away'
      },
    )
}

function checkHistory({ db }: Scope, examination: Examination): void {
  const summaries = unreadableSummaries(db)
  if (summaries.length > 0)
    examination.mend(
      'summaries',
      'error',
      `${countOf(summaries.length, 'summary', 'summaries')} of ${batchList(summaries)} can't be understood.`,
      () => {
        db.write(() => dropUnreadableSummaries(db))
        return 'taken away; the summary of a latest run is made again by the next sweep'
      },
    )
  const events = unreadableEvents(db)
  if (events > 0)
    examination.note(
      'events',
      'notice',
      `${countOf(events, 'event has', 'events have')} details that can't be understood. Events are never changed; they are shown without them.`,
    )
}
