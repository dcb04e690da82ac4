/**
 * `doctor`: checks everything that could be wrong, reports what it found, and repairs what is safe. Must never
 * touch a counter, a status or a log: where rows break a rule the person decides, and the finding names the choices.
 */
import type { Finding } from '../../contract/entities.ts'
import { ok } from '../../contract/errors.ts'
import { databaseHeader } from '../queue/doctor-queries.ts'
import { recordEvent } from '../queue/event-store.ts'
import type { Handler, Scope } from './command.ts'
import { checkDatabase } from './doctor-database.ts'
import { Examination } from './doctor-examination.ts'
import { checkFolder, launcherKind } from './doctor-folder.ts'
import { checkProcesses } from './doctor-processes.ts'
import { checkQueue } from './doctor-queue.ts'
import { checkRows } from './doctor-rows.ts'

export const doctor: Handler<'doctor'> = (scope, input) => {
  const { db, launcherDir, version } = scope
  const examination = new Examination(input.repair)
  const sound = checkDatabase(scope, examination)
  if (sound) {
    checkQueue(scope, examination)
    checkRows(scope, examination)
    checkProcesses(scope, examination)
  }
  checkFolder(scope, examination, sound)
  noteRepairs(scope, examination)
  const { findings } = examination
  const header = databaseHeader(db)
  return ok({
    findings,
    healthy: findings.every(isFine),
    versions: {
      slipway: version,
      node: process.versions.node,
      sqlite: header.sqlite,
      schema: String(header.schema),
      launcher: launcherKind(launcherDir),
      platform: `${process.platform} ${process.arch}`,
    },
  })
}

/** What was repaired is part of the audit trail; in a damaged database that can fail, and the findings still count. */
function noteRepairs({ db, context }: Scope, examination: Examination): void {
  const repairs = examination.findings.flatMap(({ check, repaired }) =>
    repaired === null ? [] : [{ check, repaired }],
  )
  if (repairs.length === 0) return
  try {
    db.write(() => recordEvent(db, context, { kind: 'doctor_repaired', details: { repairs } }))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    examination.note('events', 'error', `The repairs could not be noted in the audit trail: ${why}.`)
  }
}

/** Warnings inform; only an error that remains makes the database unhealthy. */
function isFine({ level, repaired }: Finding): boolean {
  return level !== 'error' || repaired !== null
}
