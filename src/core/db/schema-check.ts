/**
 * Owns comparing the live schema with the one that this build's migrations make, and putting back indexes,
 * triggers and views. Must never change a table or a row.
 */
import Database from 'better-sqlite3'
import type { Db } from './db.ts'
import { type Migration, migrations as released } from './migrations/index.ts'

type SchemaPart = 'table' | 'column' | 'constraint' | 'index' | 'trigger' | 'view' | 'transition'

/** One difference. `expected` is the statement that corrects it, where there is one. */
export type SchemaDifference = {
  kind: 'missing' | 'extra' | 'changed'
  part: SchemaPart
  name: string
  table: string
  expected: string | null
}

type Entry = { type: 'table' | 'index' | 'trigger' | 'view'; name: string; tbl_name: string; sql: string }
type Column = { name: string; declaration: string }
type Schema = {
  entries: Map<string, Entry>
  columns: Map<string, Column[]>
  transitions: Map<string, string[]>
}

/** The tables whose rows are part of the schema: the legal edges. */
const transitionTables = ['batch_transitions', 'job_transitions']

/** All differences, tables first; none means that the database keeps every rule of this build. */
export function compareSchema(db: Db, migrations: readonly Migration[] = released): SchemaDifference[] {
  const expected = expectedSchema(migrations)
  const live = readSchema((sql) => db.sql<Record<string, unknown>>(sql).all())
  const differences: SchemaDifference[] = []
  for (const [key, entry] of expected.entries) {
    const found = live.entries.get(key)
    const base = { name: entry.name, table: entry.tbl_name, expected: entry.sql }
    if (!found) differences.push({ kind: 'missing', part: entry.type, ...base })
    else if (normalised(found.sql) !== normalised(entry.sql)) {
      if (entry.type === 'table') differences.push(...compareTable(entry.name, expected, live))
      else differences.push({ kind: 'changed', part: entry.type, ...base })
    }
  }
  for (const [key, { type, name, tbl_name }] of live.entries)
    if (!expected.entries.has(key))
      differences.push({ kind: 'extra', part: type, name, table: tbl_name, expected: null })
  for (const table of transitionTables) differences.push(...compareTransitions(table, expected, live))
  const order = (part: SchemaPart) => (part === 'table' || part === 'column' || part === 'constraint' ? 0 : 1)
  return differences.sort((a, b) => order(a.part) - order(b.part))
}

/** True for what `mendSchema` can repair. */
export function isMendable({ part, kind }: SchemaDifference): boolean {
  return kind !== 'extra' && (part === 'index' || part === 'trigger' || part === 'view')
}

/** Puts back the given indexes, triggers and views, all or none. Throws what SQLite throws. */
export function mendSchema(db: Db, differences: readonly SchemaDifference[]): void {
  db.write(() => {
    for (const difference of differences) {
      if (!isMendable(difference) || difference.expected === null) continue
      const { part, name, expected } = difference
      db.exec(`DROP ${part.toUpperCase()} IF EXISTS "${name.replaceAll('"', '""')}"; ${expected}`)
    }
  })
}

/** "the index no_active_duplicate is missing", for people. */
export function differenceWords({ kind, part, name, table }: SchemaDifference): string {
  const where = part === 'column' || part === 'transition' ? ` of ${table}` : ''
  const what = part === 'constraint' ? `table ${table}` : `${part} ${name}${where}`
  if (part === 'constraint') return `the ${what} has other constraints than it should`
  if (kind === 'extra') return `the ${what} is not Slipway's`
  return kind === 'missing' ? `the ${what} is missing` : `the ${what} is not as it should be`
}

function expectedSchema(migrations: readonly Migration[]): Schema {
  const memory = new Database(':memory:')
  try {
    for (const migration of migrations) memory.exec(migration.sql)
    return readSchema((sql) => memory.prepare<[], Record<string, unknown>>(sql).all())
  } finally {
    memory.close()
  }
}

function readSchema(all: (sql: string) => Record<string, unknown>[]): Schema {
  const rows = all(
    // Indexes without a text belong to a table's constraints; sqlite_… are SQLite's own.
    `SELECT type, name, tbl_name, sql FROM sqlite_master
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`,
  ) as Entry[]
  const entries = new Map(rows.map((row) => [`${row.type} ${row.name}`, row]))
  const tables = rows.filter((row) => row.type === 'table').map((row) => row.name)
  const columns = new Map(
    tables.map((table) => [
      table,
      all(`PRAGMA table_xinfo("${table.replaceAll('"', '""')}")`).map((row) => ({
        name: String(row.name),
        declaration: JSON.stringify([row.type, row.notnull, row.dflt_value, row.pk, row.hidden]),
      })),
    ]),
  )
  const transitions = new Map(
    transitionTables.map((table) => [
      table,
      tables.includes(table)
        ? all(`SELECT * FROM ${table}`).map((row) => Object.values(row).join(' to '))
        : [],
    ]),
  )
  return { entries, columns, transitions }
}

/** Which columns differ; where none does, it is the constraints. */
function compareTable(table: string, expected: Schema, live: Schema): SchemaDifference[] {
  const found = live.columns.get(table) ?? []
  const wanted = expected.columns.get(table) ?? []
  const differences: SchemaDifference[] = []
  const column = { part: 'column' as const, table, expected: null }
  for (const { name, declaration } of wanted) {
    const there = found.find((one) => one.name === name)
    if (!there) differences.push({ kind: 'missing', name, ...column })
    else if (there.declaration !== declaration) differences.push({ kind: 'changed', name, ...column })
  }
  for (const { name } of found)
    if (!wanted.some((one) => one.name === name)) differences.push({ kind: 'extra', name, ...column })
  if (differences.length > 0) return differences
  return [{ kind: 'changed', part: 'constraint', name: table, table, expected: null }]
}

function compareTransitions(table: string, expected: Schema, live: Schema): SchemaDifference[] {
  const wanted = expected.transitions.get(table) ?? []
  const found = live.transitions.get(table) ?? []
  const edge = { part: 'transition' as const, table, expected: null }
  return [
    ...wanted
      .filter((name) => !found.includes(name))
      .map((name) => ({ kind: 'missing' as const, name, ...edge })),
    ...found
      .filter((name) => !wanted.includes(name))
      .map((name) => ({ kind: 'extra' as const, name, ...edge })),
  ]
}

/** A statement without comments and with single blanks, so that only what it means is compared; strings stay. */
function normalised(sql: string): string {
  const tokens = /('(?:[^']|'')*'|"(?:[^"]|"")*")|--[^\n]*|\/\*[\s\S]*?\*\/|\s+/g
  return sql
    .replace(tokens, (_found, quoted: string | undefined) => quoted ?? ' ')
    .replace(/ +/g, ' ')
    .replace(/ ?([(),;=<>]) ?/g, '$1')
    .trim()
}
