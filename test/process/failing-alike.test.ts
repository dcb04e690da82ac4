/** A batch that does nothing but fail: what is reported early, and what the setting does. */
import { expect, test } from 'vitest'
import { outputs } from '../../src/contract/outputs.ts'
import { aPlace } from './slipway.ts'

const BROKEN = ['--range', '1..60', '--name', 'broken', '--']
const SCRIPT = 'echo "Traceback of $0" >&2; echo "KeyError: area" >&2; exit 3'

test('continues by default; its clusters have the first and the last line', async () => {
  const place = aPlace()
  const { code, out } = await place.run('run', ...BROKEN, 'sh', '-c', SCRIPT, '{}')
  expect(code).toBe(1)
  expect(out).toMatch(/60 × KeyError: area {2}\(exit code 3\)\n +first line: Traceback of 1\n/)
})

test('is paused once if the setting requires it, and continues when it is resumed', async () => {
  const place = aPlace()
  await place.run('settings', 'failing-batch', 'pause')
  const running = place.start('work')
  await place.run('add', ...BROKEN, 'sh', '-c', SCRIPT, '{}')
  const list = async () => (await place.json(outputs.list, ['list', '--all'])).batches[0]
  await expect.poll(list).toMatchObject({
    status: 'paused',
    cause: { code: 'failing-alike', failed: expect.any(Number), message: 'KeyError: area' },
    reason: expect.stringMatching(/^the first 2\d jobs failed in the same way: KeyError: area$/),
  })
  await place.run('resume', '1')
  await expect.poll(list).toMatchObject({ status: 'completed_with_errors', jobs: { failed: 60 } })
  running.child.kill('SIGINT')
  await running.ended
})
