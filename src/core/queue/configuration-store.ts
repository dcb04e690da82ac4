/**
 * Owns the table of configurations: one row per (spec path, project path), and what of it is trusted.
 */
import type { Db } from '../db/db.ts'

export type ConfigurationRow = {
  id: number
  name: string
  spec_path: string
  project_path: string
  trusted_digest: string | null
  created_at: number
}

/** The row of a configuration, if it was ever used. */
export function findConfiguration(
  db: Db,
  specPath: string,
  projectPath: string,
): ConfigurationRow | undefined {
  return db
    .sql<ConfigurationRow>('SELECT * FROM configurations WHERE spec_path = ? AND project_path = ?')
    .get(specPath, projectPath)
}

/** Creates or renames the row of a configuration; its identity is the pair of paths. Call it inside `db.write`. */
export function saveConfiguration(
  db: Db,
  configuration: { name: string; specPath: string; projectPath: string },
  at: number,
): ConfigurationRow {
  const { name, specPath, projectPath } = configuration
  // No upsert: its INSERT half would meet the trigger that keeps OR REPLACE from swapping a configuration.
  const row =
    db
      .sql<ConfigurationRow>(
        'UPDATE configurations SET name = ? WHERE spec_path = ? AND project_path = ? RETURNING *',
      )
      .get(name, specPath, projectPath) ??
    db
      .sql<ConfigurationRow>(
        'INSERT INTO configurations (name, spec_path, project_path, created_at) VALUES (?, ?, ?, ?) RETURNING *',
      )
      .get(name, specPath, projectPath, at)
  if (!row) throw new Error('INSERT … RETURNING gave no row')
  return row
}

/** The batch types that were ever added. */
export function batchTypes(db: Db, configurationId: number): string[] {
  return db
    .sql<{ type: string }>('SELECT DISTINCT batch_type AS type FROM batches WHERE configuration_id = ?')
    .all(configurationId)
    .map(({ type }) => type)
}

/** Remembers that a person trusts the file as it is now. */
export function trustConfiguration(db: Db, id: number, digest: string): void {
  db.sql('UPDATE configurations SET trusted_digest = ? WHERE id = ?').run(digest, id)
}
