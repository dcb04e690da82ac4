import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { commandReference } from '../../src/cli/command-reference.ts'
import { buildProgram, groups, runProgram } from '../../src/cli/program.ts'
import { aContext } from './a-context.ts'

const program = buildProgram('0.0.0', () => async () => {})

async function called(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { context, output } = aContext({ args, json: args.includes('--json') })
  const code = await runProgram(context)
  return { code, ...output() }
}

test('has every command of the design', () => {
  expect(program.commands.map((command) => command.name()).sort()).toEqual(
    [
      'init run add work wait list show logs pause resume cancel retry move priority summary events sweep doctor backup serve token',
      'open stop-after undo settings trust report preview completion',
    ]
      .join(' ')
      .split(' ')
      .sort(),
  )
})

test.each(program.commands.map((command) => [command.name(), command] as [string, Command]))(
  'help of %s has an example that begins with the command itself',
  async (name) => {
    const { code, out, err } = await called(name, '--help')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(new RegExp(`Examples?:\n  slipway ${name}`))
    expect(out).toContain('--json')
  },
)

test('an unknown command is wrong usage and the nearest one is offered', async () => {
  expect(await called('lst')).toEqual({
    code: 2,
    out: '',
    err: "slipway: unknown command 'lst'\nDid you mean: slipway list\n",
  })
})

test('an unknown option is wrong usage and the nearest one is offered', async () => {
  const { code, err } = await called('add', 'x.yaml', '--if-exist', 'fail')
  expect(code).toBe(2)
  expect(err).toContain('Did you mean --if-exists?')
})

test.each([
  ['add'],
  ['add', 'x.yaml', '--if-exists', 'maybe'],
  ['add', 'x.yaml', '--var', 'novalue'],
  ['add', 'x.yaml', '--priority', 'high'],
  ['priority', '3', 'high'],
  ['retry', '1', '2', '--job', '3'],
  ['show'],
  ['show', '1', '2'],
  ['logs', '1', 'two'],
  ['cancel'],
  ['move', '3'],
  ['move', '3', '--top', '--bottom'],
  ['move', '3', '--to', '0'],
  ['priority', '3'],
  ['stop-after'],
  ['stop-after', '3', '--none'],
  ['settings', 'no-such-setting'],
  ['completion', 'tcsh'],
  [],
])('wrong usage is exit code 2, also as JSON: %j', async (...args) => {
  const text = await called(...args)
  expect(text).toMatchObject({ code: 2, out: '' })
  const json = await called(...args, '--json')
  expect(json).toMatchObject({ code: 2, out: '' })
  expect(JSON.parse(json.err)).toMatchObject({ error: { code: 'usage', message: expect.any(String) } })
})

test('version and help are one JSON document with --json', async () => {
  expect(JSON.parse((await called('--version', '--json')).out)).toEqual({ version: '1.2.3' })
  expect(JSON.parse((await called('--json', 'list', '--help')).out)).toEqual({
    help: expect.stringContaining('slipway list'),
  })
})

test('docs/cli.md matches the definitions (npm run docs:cli writes it)', async () => {
  const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
  expect(page).toBe(commandReference())
})

test('for a call only its own group of commands is built, and every command is in one', () => {
  const built = (only?: string) =>
    buildProgram('1', () => async () => {}, only).commands.map((one) => one.name())
  const named = groups.flatMap(({ commands }) => commands)
  expect([...named].sort()).toEqual(built().sort())
  for (const { commands } of groups)
    for (const command of commands) expect(built(command)).toEqual(expect.arrayContaining([...commands]))
  expect(built('list').sort()).toEqual(['events', 'list', 'logs', 'report', 'show', 'summary'])
  expect(built('lsit')).toEqual(built())
})

test("another tool's word is answered with ours, and an unknown command is not found in help either", async () => {
  expect((await called('exec')).err).toBe("slipway: unknown command 'exec'\nDid you mean: slipway run\n")
  expect((await called('stop')).err).toMatch(/Did you mean: slipway pause or slipway cancel\n/)
  expect((await called('help', 'nothing')).err).toMatch(/unknown command 'nothing'/)
  expect((await called('cancel')).err).toMatch(/See slipway cancel --help\./)
})

test('a wrong value is named with what is right and what was given', async () => {
  const first = async (...args: string[]) => (await called(...args)).err.split('\n')[0]
  expect(await first('priority', '3', '1e3')).toBe(
    'slipway: N must be a whole number from -1,000,000 to 1,000,000 (got 1e3)',
  )
  expect(await first('add', 'x.yaml', '--priority', 'high')).toBe(
    'slipway: --priority must be a whole number from -1,000,000 to 1,000,000 (got high)',
  )
  expect(await first('move', '3')).toBe('slipway: Specify --top, --bottom or --to N.')
  expect(await first('stop-after')).toBe('slipway: Specify one batch, or --none.')
})
