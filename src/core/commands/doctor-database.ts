/** Owns the doctor's checks of the database itself: is the file sound, is it ours, does it keep its rules. */
import { statSync } from 'node:fs'
import { applicationId } from '../db/migrate.ts'
import { schemaVersion } from '../db/migrations/index.ts'
import {
  compareSchema,
  differenceWords,
  isMendable,
  mendSchema,
  type SchemaDifference,
} from '../db/schema-check.ts'
import {
  clashes,
  databaseHeader,
  integrityProblems,
  queuePositions,
  runningBatches,
} from '../queue/doctor-queries.ts'
import type { Scope } from './command.ts'
import type { Examination } from './doctor-examination.ts'

/** Above this size the thorough check takes too long for an interactive command. */
const quickCheckBytes = 1_000_000_000

/** False when the tables can't be trusted enough to look further. */
export function checkDatabase(scope: Scope, examination: Examination): boolean {
  if (!checkIntegrity(scope, examination)) return false
  const { application, schema } = databaseHeader(scope.db)
  if (application !== applicationId || schema !== schemaVersion)
    examination.note(
      'schema-version',
      'error',
      `The database header has application ${application}, schema ${schema}; this Slipway writes ${applicationId}, schema ${schemaVersion}. Somebody changed the header.`,
    )
  else examination.fine('schema-version', `The schema is version ${schema}, as this Slipway writes it.`)
  return checkSchema(scope, examination)
}

function checkIntegrity({ db }: Scope, examination: Examination): boolean {
  const bytes = statSync(db.path, { throwIfNoEntry: false })?.size ?? 0
  const quick = bytes > quickCheckBytes
  let problems: string[]
  try {
    problems = integrityProblems(db, quick)
  } catch (cause) {
    problems = [cause instanceof Error ? cause.message : String(cause)]
  }
  if (problems.length === 0) {
    examination.fine('integrity', `The database file is sound${quick ? ' (quick check)' : ''}.`)
    return true
  }
  examination.note(
    'integrity',
    'error',
    `The database file is damaged: ${problems.slice(0, 5).join('; ')}. Stop Slipway, keep a copy of the folder, and restore a backup.`,
  )
  // A row that breaks a CHECK, or one that an index lacks, is no reason to stop examining.
  return !problems.some((line) => /malformed|corrupt|page|tree|not a database/i.test(line))
}

function checkSchema({ db }: Scope, examination: Examination): boolean {
  const differences = compareSchema(db)
  if (differences.length === 0) {
    examination.fine('schema', 'Tables, indexes, triggers and views are as they should be.')
    return true
  }
  const lost = new Set(
    differences.filter(({ kind, part }) => kind === 'missing' && part === 'table').map(({ table }) => table),
  )
  const violated = violatedRules(db, lost)
  for (const difference of differences) {
    const sentence = `${capital(differenceWords(difference))}.`
    if (difference.kind === 'extra') {
      const level = difference.part === 'trigger' ? 'warning' : 'notice'
      examination.note('schema', level, sentence)
    } else if (!isMendable(difference) || lost.has(difference.table)) {
      examination.note('schema', 'error', `${sentence} Restore a backup: the doctor changes no table.`)
    } else if (violated.some((rule) => rule.test(difference.name))) {
      const hint = 'It can come back once the rule that it keeps is no longer broken; see below.'
      examination.note('schema', 'error', `${sentence} ${hint}`)
    } else examination.mend('schema', 'error', sentence, () => mend(db, difference))
  }
  const columns = differences.some(({ kind, part }) => kind === 'missing' && part === 'column')
  return lost.size === 0 && !columns
}

function mend(db: Scope['db'], difference: SchemaDifference): string {
  mendSchema(db, [difference])
  return `${difference.kind === 'missing' ? 'made again' : 'put back as it should be'}`
}

/** Names of indexes and triggers whose rule is broken now: they stay as they are. */
function violatedRules(db: Scope['db'], lost: ReadonlySet<string>): RegExp[] {
  if (lost.has('batches') || lost.has('configurations')) return [/./]
  const rules: RegExp[] = []
  const found = clashes(db)
  if (found.some(({ kind }) => kind === 'identity'))
    rules.push(/^no_active_duplicate/, /^no_overlapping_range/)
  if (found.some(({ kind }) => kind === 'overlap')) rules.push(/^no_overlapping_range/)
  if (runningBatches(db).length > 1)
    rules.push(/^one_running_batch$/, /^one_batch_per_position$/, /^position_is_free/)
  const positions = queuePositions(db)
  if (new Set(positions).size < positions.length) rules.push(/^one_batch_per_position$/, /^position_is_free/)
  return rules
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
