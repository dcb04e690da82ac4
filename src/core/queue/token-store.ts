/** Owns the tokens of programs: their names, scopes and hashes. Must never hold a token itself. */
import { createHash } from 'node:crypto'
import type { TokenScope } from '../../contract/references.ts'
import type { Db } from '../db/db.ts'

type TokenRow = { name: string; scope: TokenScope; created_at: number }
export type Token = { name: string; scope: TokenScope; createdAt: number }

const toToken = ({ name, scope, created_at }: TokenRow): Token => ({ name, scope, createdAt: created_at })

/** A token has 256 random bits, so that one round of a plain hash is enough. */
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Keeps a new token; undefined where the name is taken. Call it inside `db.write`. */
export function saveToken(
  db: Db,
  name: string,
  scope: TokenScope,
  token: string,
  at: number,
): Token | undefined {
  const row = db
    .sql<TokenRow>(
      'INSERT INTO tokens (name, scope, hash, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO NOTHING RETURNING *',
    )
    .get(name, scope, hashOf(token), at)
  return row && toToken(row)
}

/** All of them, by name. */
export function listTokens(db: Db): Token[] {
  return db.sql<TokenRow>('SELECT * FROM tokens ORDER BY name').all().map(toToken)
}

/** Whether there was one of that name. Call it inside `db.write`. */
export function removeToken(db: Db, name: string): boolean {
  return db.sql('DELETE FROM tokens WHERE name = ?').run(name) > 0
}

/** Whose token this is. */
export function findToken(db: Db, token: string): Token | undefined {
  const row = db.sql<TokenRow>('SELECT * FROM tokens WHERE hash = ?').get(hashOf(token))
  return row && toToken(row)
}
