/**
 * Runs the mutation tester over the queue and the run, group by group; results are kept, so that the next run tries
 * only what has changed. Usage: npm run mutate [-- GROUP…] (test/mutation/groups.ts); takes long, see docs/mutation.md.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { groups } from '../test/mutation/groups.ts'

const wanted = process.argv.slice(2)
// Where it was built, hosts are tried with the native launcher: it starts in a fraction of the time.
const built = path.resolve('out/launcher')
const native = existsSync(path.join(built, 'slipway-launcher')) ? { SLIPWAY_TEST_LAUNCHER_DIR: built } : {}
for (const name of wanted.length > 0 ? wanted : Object.keys(groups)) {
  const env = { ...process.env, ...native, SLIPWAY_MUTATE: name }
  const { status } = spawnSync('stryker', ['run'], {
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exitCode = 1
}
