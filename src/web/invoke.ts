/**
 * Owns `POST /api/invoke/<command>`: the contract over HTTP. A dumb pipe but for three things: it takes only commands of the
 * contract, marks the caller as a panel (whose configurations must be trusted), and keeps stacks here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SlipwayApi } from '../contract/api.ts'
import { type CommandInput, type CommandName, commands } from '../contract/commands.ts'
import type { Result } from '../contract/errors.ts'
import { mayCall } from '../contract/tokens.ts'
import type { Core, Token } from '../core/core.ts'
import { sendJson, sendRefusal, sendWrongMethod } from './reply.ts'
import { readJson } from './request-body.ts'

export type InvokeOptions = {
  core: Core
  /** The user that this process runs as. */
  actor: string
  bodyLimitBytes: number
  /** Log for what callers must not see. */
  log: (line: string) => void
}

/** Who calls: a browser with the panel's cookie, or a program with a token. */
export type Visitor = { token?: Token }

/** The contract as a program may use it that has a token: what it adds it names itself, as a command line does. */
function programApi({ core, actor }: InvokeOptions, token: Token, name: string): SlipwayApi {
  const command = `token ${token.name}: ${name}`
  return core.api({
    actor,
    origin: { from: 'program', command, folder: null },
    mustTrust: token.scope === 'watch',
  })
}

/** The contract as the panel may use it, for one command. */
export function panelApi({ core, actor }: Pick<InvokeOptions, 'core' | 'actor'>, name: string): SlipwayApi {
  return core.api({ actor, origin: { from: 'panel', command: name, folder: null }, mustTrust: true })
}

/** Answers one call; the status is 200 even for an expected failure. */
export async function invoke(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  options: InvokeOptions,
  { token }: Visitor,
): Promise<void> {
  if (request.method !== 'POST') return sendWrongMethod(response, 'POST')
  // A browser sends a cookie with whatever a page requests, but neither this header nor a token.
  if (token === undefined && request.headers['x-slipway'] !== '1')
    return sendRefusal(response, { status: 403, code: 'usage', message: 'The header x-slipway is missing.' })
  if (!Object.hasOwn(commands, name))
    return sendRefusal(response, { status: 404, code: 'usage', message: 'There is no such command.' })
  if (token !== undefined && !mayCall(token.scope, name as CommandName))
    return sendRefusal(response, {
      status: 403,
      code: 'usage',
      message: `The token ${token.name} may only watch.`,
    })
  const body = await readJson(request, options.bodyLimitBytes)
  if (!body.ok) return body.refusal && sendRefusal(response, body.refusal)
  const command = name as CommandName
  // Validated by the core, which does so for all hosts.
  const input = body.value as CommandInput<typeof command>
  const api = token === undefined ? panelApi(options, name) : programApi(options, token, name)
  sendJson(response, 200, withoutStack(await api.invoke(command, input), options.log))
}

/** The hint of an internal error is a stack: it goes to the log, and callers get a pointer to it. */
export function withoutStack<T>(result: Result<T>, log: (line: string) => void): Result<T> {
  if (result.ok || result.error.code !== 'internal') return result
  const { hint, ...error } = result.error
  log(`${error.message}${hint === undefined ? '' : `\n${hint}`}`)
  return { ok: false, error: { ...error, hint: 'The terminal of the host has the details.' } }
}
