import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { shells } from '../../src/cli/reference.ts'
import { entry, root } from './slipway.ts'

const launcher = join(root, 'bin/slipway')
/** What bash offers at the end of these words; `type` 63: while several fit, with what they stand for. */
const bashOffers = (words: string[], type = 9): string[] => {
  const line = words.map((word) => `'${word}'`).join(' ')
  const script = `source '${join(folder, 'slipway.bash')}'; COMP_TYPE=${type}; COMP_WORDS=(${line})
COMP_CWORD=${words.length - 1}; _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['-c', script], {
    env: shellEnv(),
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return out.toString().split('\n').filter(Boolean)
}

const shellEnv = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${join(folder, 'path')}:${process.env.PATH}`,
  SLIPWAY_HOME: join(folder, 'home'),
})

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-shell-'))
  mkdirSync(join(folder, 'path'))
  symlinkSync(launcher, join(folder, 'path/slipway'))
  for (const shell of shells) {
    const script = execFileSync(process.execPath, [entry, 'completion', shell])
    writeFileSync(join(folder, `slipway.${shell}`), script)
  }
  const run = { type: 'edm-creation', run: ['true', '{value}'], over: { range: '0..1' } }
  const text = JSON.stringify({ batches: [run, { type: 'portfolio', run: ['true'] }] })
  writeFileSync(join(folder, 'flood.slipway.json'), text)
  for (let n = 0; n < 2; n += 1)
    execFileSync(
      process.execPath,
      [entry, 'add', 'flood.slipway.json', 'portfolio', '--if-exists', 'allow'],
      {
        cwd: folder,
        env: shellEnv(),
      },
    )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a checkout starts from any folder and through a chain of links', () => {
  mkdirSync(join(folder, 'bin'))
  symlinkSync(launcher, join(folder, 'bin/one'))
  symlinkSync('one', join(folder, 'bin/slip way'))
  const { stdout, status } = spawnSync(join(folder, 'bin/slip way'), ['--version'], { cwd: '/' })
  expect({ status, out: stdout.toString() }).toEqual({
    status: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  })
})

test('a chosen node that is not there is named', () => {
  const { stderr, status } = spawnSync(launcher, ['--version'], {
    env: { ...process.env, SLIPWAY_NODE: '/no/node' },
  })
  expect(status).toBe(2)
  expect(stderr.toString()).toContain("SLIPWAY_NODE is '/no/node'")
})

/** A copy of the launcher in a folder that is no checkout, with a PATH of our making. */
function elsewhere(built: boolean, node: string | undefined): { status: number | null; err: string } {
  const place = mkdtempSync(join(folder, 'place-'))
  mkdirSync(join(place, 'bin'))
  writeFileSync(join(place, 'bin/slipway'), execFileSync('cat', [launcher]), { mode: 0o755 })
  if (built) {
    mkdirSync(join(place, 'out/cli'), { recursive: true })
    writeFileSync(join(place, 'out/cli/index.js'), '')
  }
  if (node !== undefined) writeFileSync(join(place, 'node'), node, { mode: 0o755 })
  const { SLIPWAY_NODE: _, ...env } = process.env
  const tools = mkdtempSync(join(folder, 'tools-'))
  for (const tool of ['dirname', 'readlink', 'sh']) {
    symlinkSync(
      execFileSync('sh', ['-c', `command -v ${tool}`])
        .toString()
        .trim(),
      join(tools, tool),
    )
  }
  const { status, stderr } = spawnSync(join(place, 'bin/slipway'), ['list'], {
    env: { ...env, PATH: `${place}:${tools}` },
  })
  return { status, err: stderr.toString() }
}

test('a checkout that is not built reports how to build it', () => {
  expect(elsewhere(false, undefined)).toEqual({ status: 2, err: expect.stringContaining('npm run build') })
})

test('no node, and a node that is too old, are refused in a sentence', () => {
  expect(elsewhere(true, undefined)).toEqual({ status: 2, err: expect.stringContaining('no node on PATH') })
  expect(elsewhere(true, '#!/bin/sh\necho v20.20.2\n')).toEqual({
    status: 2,
    err: expect.stringMatching(/needs Node 22\.12\.0 or newer, and node on PATH is v20\.20\.2/),
  })
})

const oldNode = '/usr/bin/node'
const isOld =
  existsSync(oldNode) &&
  Number(execFileSync(oldNode, ['-p', 'process.versions.node']).toString().split('.')[0]) < 22
test.skipIf(!isOld)('the entry itself refuses an old Node before it loads anything', () => {
  const plain = spawnSync(oldNode, [entry, 'list'])
  expect(plain.status).toBe(2)
  expect(plain.stdout.toString()).toBe('')
  expect(plain.stderr.toString()).toMatch(/needs Node 22\.12\.0 or newer, and this is Node \d+/)
  const json = spawnSync(oldNode, [entry, 'list', '--json'])
  expect(JSON.parse(json.stderr.toString())).toMatchObject({ error: { code: 'usage' } })
})

test('bash accepts its script and completes commands, options and answers', () => {
  expect(spawnSync('bash', ['-n', join(folder, 'slipway.bash')]).status).toBe(0)
  const commands = buildProgram('', () => async () => {}).commands.map((command) => command.name())
  expect(bashOffers(['slipway', ''])).toEqual([...commands, 'help'])
  expect(bashOffers(['slipway', 'su'])).toEqual(['summary'])
  expect(bashOffers(['slipway', 'add', '--if'])).toEqual(['--if-exists'])
  expect(bashOffers(['slipway', 'add', '--if-exists', 're'])).toEqual(['return', 'replace', 'remaining'])
  expect(bashOffers(['slipway', '--json', 'completion', 'z'])).toEqual(['zsh'])
  expect(bashOffers(['slipway', 'token', 're'])).toEqual(['remove'])
  expect(bashOffers(['slipway', 'settings', 'keep-a'])).toEqual(['keep-awake'])
  expect(bashOffers(['slipway', 'add', 'flo'])).toEqual(['flood.slipway.json'])
})

test('batch numbers are completed with their names, and the types of the given file', () => {
  expect(bashOffers(['slipway', 'cancel', '1'])).toEqual(['1'])
  expect(bashOffers(['slipway', 'show', ''])).toEqual(['1', '2'])
  expect(bashOffers(['slipway', 'show', ''], 63)).toEqual([
    '1  (flood / portfolio: queued)',
    '2  (flood / portfolio: queued)',
  ])
  expect(bashOffers(['slipway', 'run', 'flood.slipway.json', ''])).toEqual(['edm-creation', 'portfolio'])
  expect(bashOffers(['slipway', 'run', '--priority', '3', 'flood.slipway.json', 'e'])).toEqual([
    'edm-creation',
  ])
})

test('completion creates nothing and reports nothing, whatever there is', () => {
  const home = join(folder, 'no-such-home')
  const complete = (...words: string[]) =>
    spawnSync(process.execPath, [entry, '__complete', '--current=', '--', ...words], {
      env: { ...process.env, SLIPWAY_HOME: home },
      encoding: 'utf8',
    })
  expect(complete('show')).toMatchObject({ status: 0, stdout: '', stderr: '' })
  expect(complete('add', '/no/such.slipway.yaml')).toMatchObject({ status: 0, stdout: '', stderr: '' })
  expect(existsSync(home)).toBe(false)
})

test.skipIf(spawnSync('zsh', ['--version']).status !== 0)(
  'zsh accepts its script and uses it for slipway',
  () => {
    const script = join(folder, 'slipway.zsh')
    expect(spawnSync('zsh', ['-n', script]).status).toBe(0)
    // What it hands to zsh's own _describe, in a call as zsh makes it.
    const offered = execFileSync(
      'zsh',
      [
        '-fc',
        `autoload -Uz compinit && compinit -D -u && source '${script}' && print -r -- $_comps[slipway]
_describe() { print -rl -- $found }
words=(slipway completion z); CURRENT=3; _slipway
words=(slipway show ''); CURRENT=3; _slipway`,
      ],
      { env: shellEnv() },
    )
    const found = offered.toString().trimEnd().split('\n')
    expect(found).toEqual(['_slipway', 'zsh', '1:flood / portfolio: queued', '2:flood / portfolio: queued'])
  },
)

test.skipIf(spawnSync('fish', ['--version']).status !== 0)(
  'fish offers words with what they stand for',
  () => {
    const offers = (line: string) =>
      execFileSync('fish', ['-c', `source '${join(folder, 'slipway.fish')}'; complete -C '${line}'`], {
        env: { ...shellEnv(), HOME: folder },
        cwd: folder,
      })
        .toString()
        .trimEnd()
        .split('\n')
    expect(offers('slipway show ')).toEqual(['1\tflood / portfolio: queued', '2\tflood / portfolio: queued'])
    expect(offers('slipway add flo')).toEqual(['flood.slipway.json'])
  },
)
