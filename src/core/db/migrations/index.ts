/**
 * Owns the list of migrations. Append-only: a released file never changes and none is ever removed; the index
 * in this list plus one is the schema version (`PRAGMA user_version`).
 */
import foundation from './001_foundation.sql?raw'
import counting from './002_counting.sql?raw'
import facts from './003_facts.sql?raw'
import filling from './004_filling.sql?raw'
import order from './005_order.sql?raw'
import bounds from './006_bounds.sql?raw'
import tokens from './007_tokens.sql?raw'
import cluster from './008_cluster.sql?raw'
import events from './009_events.sql?raw'

export type Migration = { version: number; name: string; sql: string }

export const migrations: readonly Migration[] = [
  { version: 1, name: 'foundation', sql: foundation },
  { version: 2, name: 'counting', sql: counting },
  { version: 3, name: 'facts', sql: facts },
  { version: 4, name: 'filling', sql: filling },
  { version: 5, name: 'order', sql: order },
  { version: 6, name: 'bounds', sql: bounds },
  { version: 7, name: 'tokens', sql: tokens },
  { version: 8, name: 'cluster', sql: cluster },
  { version: 9, name: 'events', sql: events },
]

/** The schema version that this build writes and reads. */
export const schemaVersion = migrations.length
