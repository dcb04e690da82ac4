/** `token-add`, `token-list`, `token-remove`: who else may call the web host. For the command line only. */
import { randomBytes } from 'node:crypto'
import { fail, ok, type Result } from '../../contract/errors.ts'
import { recordEvent } from '../queue/event-store.ts'
import { listTokens, removeToken, saveToken } from '../queue/token-store.ts'
import type { Handler, Scope } from './command.ts'

export const tokenAdd: Handler<'token-add'> = (scope, { name, scope: allows }) => {
  const refused = onlyCommandLine(scope)
  if (refused) return refused
  const { db, context } = scope
  const token = `slipway_${randomBytes(32).toString('base64url')}`
  const saved = db.write(() => {
    const found = saveToken(db, name, allows, token, context.at)
    if (found) recordEvent(db, context, { kind: 'token_added', details: { name, scope: allows } })
    return found
  })
  return saved ? ok({ ...saved, token }) : fail('not-possible', `There is a token ${name} already.`)
}

export const tokenList: Handler<'token-list'> = (scope) =>
  onlyCommandLine(scope) ?? ok({ tokens: listTokens(scope.db) })

export const tokenRemove: Handler<'token-remove'> = (scope, { name }) => {
  const refused = onlyCommandLine(scope)
  if (refused) return refused
  const { db, context } = scope
  const isRemoved = db.write(() => {
    const was = removeToken(db, name)
    if (was) recordEvent(db, context, { kind: 'token_removed', details: { name } })
    return was
  })
  return isRemoved ? ok({ name }) : fail('not-found', `There is no token ${name}.`)
}

/** Whoever has a token or sits at a panel must not be able to give access to others. */
function onlyCommandLine({ caller }: Scope): Result<never> | undefined {
  return caller.origin.from === 'command-line'
    ? undefined
    : fail('not-possible', 'Tokens are added and removed on the command line only.')
}
