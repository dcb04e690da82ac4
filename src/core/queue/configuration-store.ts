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

/** Creates or renames the row of a configuration; its identity is the pair of paths. */
export function saveConfiguration(
  db: Db,
  configuration: { name: string; specPath: string; projectPath: string },
  at: number,
): ConfigurationRow {
  const row = db
    .sql<ConfigurationRow>(
      `INSERT INTO configurations (name, spec_path, project_path, created_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (spec_path, project_path) DO UPDATE SET name = excluded.name RETURNING *`,
    )
    .get(configuration.name, configuration.specPath, configuration.projectPath, at)
  if (!row) throw new Error('INSERT … RETURNING gave no row')
  return row
}

/** Remembers that a person trusts the file as it is now. */
export function trustConfiguration(db: Db, id: number, digest: string): void {
  db.sql('UPDATE configurations SET trusted_digest = ? WHERE id = ?').run(digest, id)
}
