/** `slipway token`: the tokens with which programs call the web host. */
import { escaped } from '../../contract/escapes.ts'
import { stamp } from '../../contract/moments.ts'
import type { TokenScope } from '../../contract/references.ts'
import type { Context } from '../context.ts'
import { failed } from '../failure.ts'
import { table } from '../print/table.ts'
import { request } from '../session.ts'

export type TokenAction = 'add' | 'list' | 'remove'

/** Adds, lists or removes; the token itself goes to stdout, so that a script can keep it. */
export async function token(
  context: Context,
  action: TokenAction,
  name: string | undefined,
  { scope }: { scope: TokenScope },
): Promise<number> {
  if (action === 'list')
    return request(context, 'token-list', {}, ({ tokens }) =>
      tokens.length === 0
        ? ['No tokens.']
        : table(
            [{ title: 'NAME' }, { title: 'SCOPE' }, { title: 'ADDED' }],
            tokens.map((one) => [escaped(one.name), one.scope, stamp(one.createdAt)]),
          ),
    )
  if (name === undefined)
    return failed(context, { code: 'usage', message: "missing required argument 'NAME'" })
  if (action === 'remove')
    return request(context, 'token-remove', { name }, () => [`Removed the token ${escaped(name)}.`])
  return request(context, 'token-add', { name, scope }, (added) => {
    context.io.err(`It is shown only now; send it as "Authorization: Bearer …". It may ${added.scope}.\n`)
    return [added.token]
  })
}
