/**
 * Owns the connection: prepared statements, transactions and their durability. Must know no table.
 *
 * `write` is for what a person or script gets acknowledged and for claims and verdicts: one fsync per
 * transaction (synchronous=FULL), so it survives power loss. `note` is for what may be lost with the power but
 * not with the process (heartbeats, marks of having been seen): no fsync (synchronous=NORMAL).
 */
import type Database from 'better-sqlite3'
import { doneBySentence, readReason, reasonSentence } from '../../contract/reasons.ts'

type Value = string | number | bigint | Buffer | null
type Row = Record<string, Value>

/** A statement, prepared once per connection and text. */
type Statement<R> = {
  get(...values: Value[]): R | undefined
  all(...values: Value[]): R[]
  iterate(...values: Value[]): IterableIterator<R>
  /** Number of changed rows (those of triggers not counted). */
  run(...values: Value[]): number
}

export type Db = {
  readonly path: string
  /** Cached by its text: pass constant texts only, values as parameters. */
  sql<R = Row>(text: string): Statement<R>
  /** Durable immediate transaction; inside another `write` it joins it. Throws what SQLite throws. */
  write<T>(action: () => T): T
  /** Immediate transaction that doesn't wait for the disk; inside a `write` it joins that one. */
  note<T>(action: () => T): T
  /** Part of a `write` or `note` that can fail alone: what it throws rolls back only its own changes. */
  savepoint<T>(action: () => T): T
  /** One consistent view for several reads. */
  read<T>(action: () => T): T
  /** Changes whenever another connection committed; costs about 2 µs. */
  dataVersion(): number
  /** Runs statements without parameters (migrations, pragmas). */
  exec(text: string): void
  /** Online copy of the whole database into a new file, with progress. */
  backup(file: string, progress?: (done: number, total: number) => void): Promise<void>
  close(): void
}

type Prepared<R> = Database.Statement<Value[], R>

function positional<R>(prepared: Prepared<R>): Statement<R> {
  return {
    get: (...values) => prepared.get(...values),
    all: (...values) => prepared.all(...values),
    iterate: (...values) => prepared.iterate(...values),
    run: (...values) => prepared.run(...values).changes,
  }
}

/** better-sqlite3 takes `?1, ?2` for parameters named "1", "2": the same call, bound by name. */
function numbered<R>(prepared: Prepared<R>): Statement<R> {
  const named = prepared as unknown as Database.Statement<[Record<string, Value>], R>
  const bind = (values: Value[]) => Object.fromEntries(values.map((value, index) => [index + 1, value]))
  return {
    get: (...values) => named.get(bind(values)),
    all: (...values) => named.all(bind(values)),
    iterate: (...values) => named.iterate(bind(values)),
    run: (...values) => named.run(bind(values)).changes,
  }
}

/** How long to wait for another program's lock: `firstMs` silently, then one notice, then `restMs`. */
export type Patience = { firstMs: number; restMs: number; onWaiting: () => void }

/** True for what SQLite throws when another program kept its lock for longer than the connection waits. */
export function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY')
}

function isFull(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_FULL'
}

/** True for what SQLite throws when an index, a CHECK or a trigger of the schema refuses a statement. */
export function isRefusedByRule(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_CONSTRAINT')
}

/** Far beyond what was ever given, and below what the schema lets in. */
const farId = 2_000_000_000

/**
 * SQLite lets nobody guard its memory of the largest id. Whoever writes nonsense there must not stop everything: SQLite
 * then says that the disk is full, or gives ids that the schema refuses. True if the next ids now follow those there are.
 */
function resetSequences(raw: Database.Database): boolean {
  const far = raw.prepare<[number], string>('SELECT name FROM sqlite_sequence WHERE seq > ?').pluck()
  const changed = far.all(farId).map((table) => {
    const largest = `coalesce((SELECT max(rowid) FROM "${table.replaceAll('"', '""')}"), 0)`
    const reset = raw.prepare(
      `UPDATE sqlite_sequence SET seq = ${largest} WHERE name = ? AND seq > ${largest}`,
    )
    return reset.run(table).changes
  })
  return changed.some((rows) => rows > 0)
}

function patiently<R>(statement: Statement<R>, wait: <T>(action: () => T) => T): Statement<R> {
  return {
    get: (...values) => wait(() => statement.get(...values)),
    all: (...values) => wait(() => statement.all(...values)),
    iterate: (...values) => statement.iterate(...values),
    run: (...values) => wait(() => statement.run(...values)),
  }
}

/** Wraps an open connection; with `patience`, one whose own timeout is `firstMs`. */
export function wrap(raw: Database.Database, patience?: Patience): Db {
  const wait = <T>(action: () => T, mayRepeat = () => true): T => {
    if (patience === undefined || raw.inTransaction) return action()
    try {
      return action()
    } catch (cause) {
      if (!isBusy(cause) || !mayRepeat()) throw cause
      patience.onWaiting()
      raw.pragma(`busy_timeout = ${patience.restMs}`)
      try {
        return action()
      } finally {
        raw.pragma(`busy_timeout = ${patience.firstMs}`)
      }
    }
  }
  // What a person searches for is compared with what is shown.
  raw.function('reason_sentence', { deterministic: true }, (code, values) => {
    const reason = readReason(code as string | null, values as string | null)
    return reason === null ? (code as string | null) : reasonSentence(reason)
  })
  raw.function('done_by_sentence', { deterministic: true }, (batch) => doneBySentence(Number(batch)))
  const cache = new Map<string, Statement<unknown>>()
  const dataVersion = raw.prepare('PRAGMA data_version').pluck()
  let durable = false
  let set: 'FULL' | 'NORMAL' | null = null
  const transaction = raw.transaction((action: () => unknown) => action())
  const run = <T>(durability: 'FULL' | 'NORMAL', action: () => T): T => {
    if (raw.inTransaction) {
      // What is acknowledged must not ride on a transaction that nobody syncs, or that began as a reader.
      if (durability === 'FULL' && !durable) throw new Error('write inside of note or read is not durable')
      return action()
    }
    // Set for every transaction, so that no code can forget to reset it; the pragma runs only when it changes.
    if (set !== durability) raw.pragma(`synchronous = ${durability}`)
    set = durability
    durable = durability === 'FULL'
    let begun = false
    const marked = () => {
      begun = true
      return action()
    }
    const attempt = () =>
      wait(
        () => transaction.immediate(marked) as T,
        () => !begun,
      )
    try {
      return attempt()
    } catch (cause) {
      if (
        (isFull(cause) || isRefusedByRule(cause)) &&
        transaction.immediate(() => resetSequences(raw)) === true
      )
        return attempt()
      throw cause
    } finally {
      durable = false
    }
  }
  return {
    path: raw.name,
    sql<R>(text: string): Statement<R> {
      const known = cache.get(text)
      if (known) return known as Statement<R>
      const prepared = raw.prepare<Value[], R>(text)
      const plain = /\?\d/.test(text) ? numbered<R>(prepared) : positional<R>(prepared)
      const statement = patience === undefined ? plain : patiently(plain, wait)
      cache.set(text, statement as Statement<unknown>)
      return statement
    },
    write: (action) => run('FULL', action),
    note: (action) => run('NORMAL', action),
    savepoint: (action) => {
      if (!raw.inTransaction) throw new Error('a savepoint needs a transaction around it')
      return transaction(action) as ReturnType<typeof action>
    },
    read: (action) =>
      raw.inTransaction ? action() : wait(() => transaction.deferred(action) as ReturnType<typeof action>),
    dataVersion: () => dataVersion.get() as number,
    exec: (text) => {
      wait(() => raw.exec(text))
    },
    async backup(file, progress) {
      await raw.backup(file, {
        progress({ totalPages, remainingPages }) {
          progress?.(totalPages - remainingPages, totalPages)
          return 2_000
        },
      })
    },
    close: () => {
      raw.close()
    },
  }
}
