/**
 * Runs the mutation tester over the queue and the run, group by group; results are kept, so that the next run tries
 * only what has changed. Usage: npm run mutate [-- queue|run|launcher]… ; takes long, see docs/mutation.md.
 */
import { spawnSync } from 'node:child_process'
import { groups } from '../test/mutation/groups.ts'

const wanted = process.argv.slice(2)
for (const name of wanted.length > 0 ? wanted : Object.keys(groups)) {
  const env = { ...process.env, SLIPWAY_MUTATE: name }
  const { status } = spawnSync('stryker', ['run'], {
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exitCode = 1
}
