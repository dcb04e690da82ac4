/** The wrapper as a node runs it, by every shell that is here; Slurm is not needed for it. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Slice } from '../../../../src/core/launcher/slurm/slice.ts'
import { temporaryFolder } from '../../../helpers/database.ts'
import { root, until } from '../../../helpers/launcher-kit.ts'

const wrapper = join(root, 'src/core/launcher/slurm/wrapper.sh')
const shells = [['dash'], ['bash', '--posix']].filter(
  ([name = '']) => spawnSync(name, ['-c', ':']).status === 0,
)

function aSlice(argv: string[], more: { timeoutMs?: number; cwd?: string } = {}) {
  const folder = temporaryFolder()
  const spec = {
    attempt: '17.1',
    argv,
    cwd: more.cwd ?? folder,
    env: { A: 'x\ny', 'b.c': '1' },
    logPath: join(folder, 'log'),
    logLimitBytes: 1_000,
    timeoutMs: more.timeoutMs ?? null,
    graceMs: 200,
  }
  const slice = Slice.create(folder, 'slipway-L1-1', [spec], { PATH: process.env.PATH ?? '' }, 1, false)
  const log = () => (existsSync(spec.logPath) ? readFileSync(spec.logPath, 'utf8') : '')
  return { slice, log }
}

describe.skipIf(process.platform !== 'linux').each(shells)('the wrapper in %s', (shell, ...options) => {
  const begin = (slice: Slice) => {
    const env = { ...process.env, SLURM_ARRAY_TASK_ID: '0', SLURMD_NODENAME: 'n1', SLURM_JOB_ID: '12' }
    const child = spawn(shell ?? 'sh', [...options, wrapper, slice.folder], { env, stdio: 'ignore' })
    return new Promise<number | null>((resolve) => child.on('close', resolve))
  }
  const whole = (slice: Slice) => {
    const end = slice.end(0)
    return end?.refused === null ? [end.exit.exitCode, end.exit.signal, end.why, end.exit.leftovers] : end
  }

  test('hands arguments and environment over byte for byte, and its exit code on', async () => {
    const { slice, log } = aSlice([
      'sh',
      '-c',
      'printf "<%s>" "$@" "$A"; exit 7',
      'sh',
      'a b',
      '',
      '$(id)',
      "'",
      'x\ny',
    ])
    expect(await begin(slice)).toBe(7)
    expect(log()).toBe("<a b><><$(id)><'><x\ny><x\ny>")
    expect(whole(slice)).toEqual([7, null, 'exited', 0])
    expect(slice.begun(0)?.node).toBe('n1')
  })

  test('runs a task once, however often Slurm begins it, and never one that was revoked', async () => {
    const { slice, log } = aSlice(['echo', 'ran'])
    await Promise.all([begin(slice), begin(slice), begin(slice)])
    expect(log()).toBe('ran\n')
    const revoked = aSlice(['echo', 'ran'])
    expect(revoked.slice.revoke(0)).toBe(true)
    await begin(revoked.slice)
    expect(revoked.log()).toBe('')
  })

  test('ends the task, and what left its session, at its stop file', async () => {
    const { slice, log } = aSlice(['sh', '-c', 'setsid sleep 300 & echo up; sleep 300'])
    const ended = begin(slice)
    await until(() => log() === 'up\n', 'the task runs')
    slice.askToStop(0, 200)
    await ended
    expect(whole(slice)).toEqual([null, 'SIGTERM', 'stopped', 0])
  })

  test('ends the task at its timeout, and what it leaves behind at its end', async () => {
    const late = aSlice(['sleep', '300'], { timeoutMs: 300 })
    const left = aSlice(['sh', '-c', 'setsid sleep 300 & exit 3'])
    await Promise.all([begin(late.slice), begin(left.slice)])
    expect(whole(late.slice)).toEqual([null, 'SIGTERM', 'timeout', 0])
    expect(whole(left.slice)).toEqual([3, null, 'exited', 1])
  })

  test('reports a folder that is not there, and arguments that no system takes', async () => {
    const nowhere = aSlice(['true'], { cwd: '/nowhere/at/all' })
    await begin(nowhere.slice)
    expect(nowhere.slice.end(0)).toEqual({ refused: { stage: 'cwd', errno: 'ENOENT' } })
    const large = aSlice(['echo', ...Array.from({ length: 30 }, () => 'x'.repeat(100_000))])
    await begin(large.slice)
    expect(large.slice.end(0)).toEqual({ refused: { stage: 'program', errno: 'E2BIG' } })
  })
})
