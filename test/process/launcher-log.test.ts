import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cutNotePath, keptTailPath, LOG_HEAD_BYTES, readLogExtent } from '../../src/core/logs/log-extent.ts'
import { type Kind, LauncherKit, until } from '../helpers/launcher-kit.ts'

const LIMIT = 200_000

/** Lines `1`, `2`, … up to n, then waits for the file `go` if set. */
const count = (n: number, wait = false) => [
  '/bin/sh',
  '-c',
  `seq 1 ${n}; ${wait ? 'while ! [ -e go ]; do sleep 0.01; done' : ':'}`,
]

describe.each<Kind>(['native', 'portable', 'node'])("a log's limit under the %s launcher", (kind) => {
  let kit: LauncherKit
  beforeEach(() => {
    kit = new LauncherKit(kind)
  })
  afterEach(() => kit.dispose())

  const beside = (attempt: string) =>
    [cutNotePath, keptTailPath, (p: string) => `${p}.new`].filter((name) =>
      existsSync(name(kit.logPath(attempt))),
    )

  it('leaves a log alone that stays within it', async () => {
    const attempt = await kit.start(count(10_000), { logLimitBytes: LIMIT })
    const exit = await kit.exitOf(attempt)
    expect(exit).toMatchObject({ logCut: false, logBytes: 48_894 })
    expect(kit.log(attempt)).toHaveLength(48_894)
  })

  it('keeps head and tail of a short job that wrote too much before anybody looked', async () => {
    const attempt = await kit.start(count(100_000), { logLimitBytes: LIMIT })
    const exit = await kit.exitOf(attempt)
    expect(exit).toMatchObject({ logCut: true, logBytes: 588_895 })
    const log = kit.log(attempt)
    const [head = '', gap, tail = ''] = log.split(/\n(\[slipway: .* of output left out here\]\n)/)
    expect(head).toHaveLength(LOG_HEAD_BYTES)
    expect(head.startsWith('1\n2\n3\n')).toBe(true)
    expect(gap).toBe('[slipway: 323.4 kB of output left out here]\n')
    expect(tail.endsWith('99999\n100000\n')).toBe(true)
    expect(tail.length).toBeGreaterThan(LIMIT - 4096)
    // The tail begins with a whole line, and no number is missing in it.
    const lines = tail.trimEnd().split('\n').map(Number)
    expect(lines).toEqual(lines.map((_, at) => 100_000 - lines.length + 1 + at))
    expect(beside(attempt)).toEqual([])
  })

  it('shows a reader what is there while the job runs, and one whole file after', async () => {
    const attempt = await kit.start(count(3_000_000, true), { logLimitBytes: LIMIT })
    const path = kit.logPath(attempt)
    let extent = readLogExtent(path)
    let after = ''
    // What was read counts only if the gap did not grow meanwhile.
    const isQuiet = () => {
      extent = readLogExtent(path)
      after = text(extent.after)
      const isStill = readLogExtent(path).leftOutBytes === extent.leftOutBytes
      return extent.leftOutBytes > 0 && isStill && after.endsWith('3000000\n')
    }
    await until(isQuiet, 'the log was cut and the last line is there')
    const held = [...extent.before, ...extent.after].reduce((sum, p) => sum + p.end - p.start, 0)
    expect(extent.writtenBytes).toBe(held + extent.leftOutBytes)
    expect(text(extent.before).startsWith('1\n2\n3\n')).toBe(true)
    expect(text(extent.before)).not.toContain('\0')
    expect(after).not.toContain('\0')
    await kit.start(['touch', 'go'])
    const exit = await kit.exitOf(attempt)
    expect(exit.logBytes).toBe(22_888_896)
    expect(readLogExtent(path)).toMatchObject({ leftOutBytes: 0, writtenBytes: statSync(path).size })
    expect(beside(attempt)).toEqual([])
    expect(kit.log(attempt).endsWith('2999999\n3000000\n')).toBe(true)
  })

  it('keeps the disk nearly empty under a flood of 1 GB of binary without a newline', async () => {
    const flood = ['/bin/sh', '-c', 'head -c 1000000000 /dev/zero | tr "\\0" "\\377"; echo; echo end']
    const attempt = await kit.start(flood, { logLimitBytes: LIMIT })
    const path = kit.logPath(attempt)
    let most = 0
    const disk = (p: string) => (statSync(p, { throwIfNoEntry: false })?.blocks ?? 0) * 512
    const watch = setInterval(() => {
      most = Math.max(most, disk(path) + disk(keptTailPath(path)))
    }, 20)
    const exit = await kit.exitOf(attempt)
    clearInterval(watch)
    expect(exit).toMatchObject({ exitCode: 0, logCut: true })
    expect(exit.logBytes).toBe(1_000_000_005)
    expect(most).toBeLessThan(300_000_000)
    const log = readFileSync(path)
    expect(log.length).toBeLessThan(LOG_HEAD_BYTES + LIMIT + 100)
    expect(log.subarray(0, LOG_HEAD_BYTES).every((byte) => byte === 255)).toBe(true)
    expect(log.subarray(-5).toString()).toBe('\nend\n')
  })
})

describe('reading the extent of a log', () => {
  it('takes a missing log for an empty one', () => {
    expect(readLogExtent('/no/such.log')).toMatchObject({ writtenBytes: 0, leftOutBytes: 0, after: [] })
  })
})

function text(pieces: readonly { path: string; start: number; end: number }[]): string {
  return pieces
    .map(({ path, start, end }) => {
      const bytes = Buffer.alloc(Math.max(0, end - start))
      const fd = openSync(path, 'r')
      const got = readSync(fd, bytes, 0, bytes.length, start)
      closeSync(fd)
      return bytes.subarray(0, got).toString('latin1')
    })
    .join('')
}
