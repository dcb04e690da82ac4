/**
 * Owns the OpenAPI 3.1 description of the web host, made from the contract: every command with its input and answer.
 * Loaded only when it is requested.
 */
import { z } from 'zod'
import { type CommandName, commands } from './commands.ts'
import * as entities from './entities.ts'
import { slipwayErrorSchema } from './error-schemas.ts'
import { outputs } from './outputs.ts'
import { mayCall } from './tokens.ts'

type Json = Record<string, unknown>

const names = Object.keys(commands) as CommandName[]

/** The document; `version` is that of Slipway. */
export function openApi(version: string): Json {
  const schemas = {
    ...componentsOf({ Error: slipwayErrorSchema, ...entitySchemas(), ...answers() }, 'output'),
    ...componentsOf(Object.fromEntries(names.map((name) => [inputOf(name), commands[name].input])), 'input'),
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Slipway',
      version,
      description:
        'Commands of the web host (slipway serve). Send a token of `slipway token add NAME` as Authorization: Bearer. ' +
        'An expected failure is an answer with status 200 and ok: false. Times are milliseconds since 1970, UTC.',
    },
    security: [{ token: [] }],
    paths: {
      ...Object.fromEntries(names.map((name) => [`/api/invoke/${name}`, { post: operation(name) }])),
      '/api/events': {
        get: plainOperation('events-stream', 'Changes as server-sent events', 'text/event-stream', []),
      },
      '/api/report': {
        get: plainOperation('report-page', 'The summary of a batch as one page', 'text/html', ['batch']),
      },
      '/api/log': {
        get: plainOperation('log-file', 'The output of a job as it wrote it', 'application/octet-stream', [
          'batch',
          'job',
        ]),
      },
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas,
    },
  }
}

function operation(name: CommandName): Json {
  const scope = mayCall('watch', name) ? 'watch' : 'steer'
  return {
    operationId: name,
    description: `Scope: ${scope}.`,
    requestBody: { required: true, content: { 'application/json': { schema: ref(inputOf(name)) } } },
    responses: {
      '200': {
        description: 'The answer, or an expected failure',
        content: {
          'application/json': {
            schema: {
              oneOf: [
                {
                  type: 'object',
                  required: ['ok', 'value'],
                  properties: { ok: { const: true }, value: ref(answerOf(name)) },
                },
                {
                  type: 'object',
                  required: ['ok', 'error'],
                  properties: { ok: { const: false }, error: ref('Error') },
                },
              ],
            },
          },
        },
      },
      '401': { description: 'No valid token' },
      '403': { description: 'The token does not allow it' },
    },
  }
}

function plainOperation(
  operationId: string,
  description: string,
  type: string,
  query: readonly string[],
): Json {
  return {
    operationId,
    description,
    parameters: query.map((name) => ({ name, in: 'query', required: true, schema: { type: 'string' } })),
    responses: { '200': { description, content: { [type]: {} } }, '401': { description: 'No valid token' } },
  }
}

const ref = (id: string): Json => ({ $ref: `#/components/schemas/${id}` })
const pascal = (name: string): string =>
  name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())
const inputOf = (name: CommandName): string => `${pascal(name)}Input`
const answerOf = (name: CommandName): string => `${pascal(name)}Answer`

function answers(): Record<string, z.ZodType> {
  return Object.fromEntries(
    names.map((name) => [answerOf(name), outputs[name].describe(`What ${name} answers`)]),
  )
}

/** `batchSchema` as `Batch`: what many answers have in common is described once. */
function entitySchemas(): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(entities).flatMap(([name, schema]) =>
      name.endsWith('Schema') ? [[pascal(name.slice(0, -'Schema'.length)), schema as z.ZodType]] : [],
    ),
  )
}

function componentsOf(schemas: Record<string, z.ZodType>, io: 'input' | 'output'): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id })
  const made = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    unrepresentable: 'any',
  })
  return Object.fromEntries(
    Object.entries(made.schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]),
  )
}
