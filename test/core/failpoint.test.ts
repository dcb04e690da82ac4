/** Named points at which a host dies, in processes of their own that say how far they came. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../helpers/launcher-kit.ts'

const source = join(root, 'src/core/failpoint.ts')
const script = `
  const { failpoint } = await import(${JSON.stringify(source)})
  const { writeSync } = await import('node:fs')
  for (const name of ['mid-fill', 'mid-backup', 'mid-fill', 'mid-fill']) { failpoint(name); writeSync(1, name + ' ') }
`

function run(armed: string | undefined) {
  const { SLIPWAY_FAILPOINT: _, ...env } = process.env
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: armed === undefined ? env : { ...env, SLIPWAY_FAILPOINT: armed },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return [child.stdout.trim(), child.signal ?? child.status]
}

test('nobody dies without being configured to, or at a point that is not passed, or so often', () => {
  const whole = ['mid-fill mid-backup mid-fill mid-fill', 0]
  expect(run(undefined)).toEqual(whole)
  expect(run('mid-summary')).toEqual(whole)
  expect(run('mid-fill:4')).toEqual(whole)
})

test('a process dies as by kill -9 at its point, at once or at the passage that was named', () => {
  expect(run('mid-fill:4')[1]).toBe(0)
  expect(run('mid-fill')).toEqual(['', 'SIGKILL'])
  expect(run('mid-backup')).toEqual(['mid-fill', 'SIGKILL'])
  expect(run('mid-fill:2')).toEqual(['mid-fill mid-backup', 'SIGKILL'])
  expect(run('mid-fill:3')).toEqual(['mid-fill mid-backup mid-fill', 'SIGKILL'])
})
