/**
 * Starts the command line as it was just built, on a data folder of its own: a bundle can be broken where
 * every source is right. Ends with 1 and what it printed if it does not list an empty queue or read a configuration.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const home = mkdtempSync(join(tmpdir(), 'slipway-built-'))
const file = join(home, 'x.slipway.yaml')
writeFileSync(file, 'batches: [{ type: x, run: [node, "{input}"], over: { list: [1] } }]')
for (const [args, beginning] of [
  [['list'], '{"batches":[],'],
  [['preview', file], '{"configuration":"x",'],
]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['out/cli/index.js', ...args, '--json'], {
    env: { ...process.env, SLIPWAY_HOME: home },
    encoding: 'utf8',
  })
  if (status === 0 && stdout.startsWith(beginning)) continue
  process.stderr.write(`the built command line ended with ${status}:\n${stdout}${stderr}`)
  process.exitCode = 1
}
rmSync(home, { recursive: true, force: true })
