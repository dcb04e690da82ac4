import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { entry, root } from './slipway.ts'

const launcher = join(root, 'bin/slipway')
const completionWords = (script: string, ...words: string[]): string[] => {
  const line = words.map((word) => `'${word}'`).join(' ')
  const out = execFileSync('bash', [
    '-c',
    `source '${script}'; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ])
  return out.toString().split('\n').filter(Boolean)
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-shell-'))
  for (const shell of ['bash', 'zsh']) {
    writeFileSync(
      join(folder, `slipway.${shell}`),
      execFileSync(process.execPath, [entry, 'completion', shell]),
    )
  }
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
  const script = join(folder, 'slipway.bash')
  expect(spawnSync('bash', ['-n', script]).status).toBe(0)
  const commands = buildProgram('', () => async () => {}).commands.map((command) => command.name())
  expect(completionWords(script, 'slipway', '')).toEqual(expect.arrayContaining(commands))
  expect(completionWords(script, 'slipway', 'su')).toEqual(['summary'])
  expect(completionWords(script, 'slipway', 'add', '--if')).toEqual(['--if-exists'])
  expect(completionWords(script, 'slipway', 'add', '--if-exists', 're')).toEqual([
    'return',
    'replace',
    'remaining',
  ])
  expect(completionWords(script, 'slipway', '--json', 'completion', 'z')).toEqual(['zsh'])
})

test.skipIf(spawnSync('zsh', ['--version']).status !== 0)(
  'zsh accepts its script and uses it for slipway',
  () => {
    const script = join(folder, 'slipway.zsh')
    expect(spawnSync('zsh', ['-n', script]).status).toBe(0)
    const loaded = execFileSync('zsh', [
      '-fc',
      `autoload -Uz compinit && compinit -D -u && source '${script}' && print -r -- $_comps[slipway]`,
    ])
    expect(loaded.toString()).toBe('_slipway\n')
  },
)
