/**
 * Owns the list of migrations. Append-only: a released file never changes and none is ever removed; the index
 * in this list plus one is the schema version (`PRAGMA user_version`).
 */
import foundation from './001_foundation.sql?raw'
import counting from './002_counting.sql?raw'
import undo from './003_undo.sql?raw'

export type Migration = { version: number; name: string; sql: string }

export const migrations: readonly Migration[] = [
  { version: 1, name: 'foundation', sql: foundation },
  { version: 2, name: 'counting', sql: counting },
  { version: 3, name: 'undo', sql: undo },
]

/** The schema version that this build writes and reads. */
export const schemaVersion = migrations.length
