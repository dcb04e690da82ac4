import { appendFileSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatBytes, NodeLogCap } from '../../../../src/core/launcher/node/log-cap.ts'
import { keptTailPath, LOG_HEAD_BYTES, readLogExtent } from '../../../../src/core/logs/log-extent.ts'

const LIMIT = 100_000

describe('a log on a disk that can not punch holes', () => {
  let folder: string
  let path: string
  let fd: number
  let cap: NodeLogCap
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-cap-'))
    path = join(folder, 'job.log')
    fd = openSync(path, 'a+')
    cap = new NodeLogCap(path, fd, LIMIT, () => false)
  })
  afterEach(() => {
    closeSync(fd)
    rmSync(folder, { recursive: true, force: true })
  })

  const line = (n: number) => `${String(n).padStart(99, '0')}\n`
  const write = (from: number, to: number) => {
    for (let n = from; n < to; n += 1) appendFileSync(path, line(n))
  }

  it('keeps head and tail, and counts what it leaves out, over many cuts', () => {
    for (let n = 0; n < 10_000; n += 2500) {
      write(n, n + 2500)
      cap.look()
      const extent = readLogExtent(path)
      expect(extent.writtenBytes).toBe((n + 2500) * 100)
      expect(extent.after[0]).toEqual({ path: keptTailPath(path), start: 0, end: LIMIT })
      expect(readFileSync(keptTailPath(path), 'utf8').endsWith(line(n + 2499))).toBe(true)
    }
    write(10_000, 10_200)
    expect(cap.finish()).toEqual({ logBytes: 1_020_000, logCut: true })
    const text = readFileSync(path, 'utf8')
    expect(text.slice(0, 200)).toBe(line(0) + line(1))
    const [, tail = ''] = text.split(' of output left out here]\n')
    expect(tail).toBe(
      Array.from({ length: 1000 }, (_, i) => line(9200 + i))
        .join('')
        .slice(tail.length === LIMIT ? 0 : 100),
    )
    expect(existsSync(keptTailPath(path))).toBe(false)
    expect(readLogExtent(path).leftOutBytes).toBe(0)
  })

  it('does not touch a log within its limit', () => {
    write(0, 1500)
    cap.look()
    expect(readLogExtent(path)).toMatchObject({ writtenBytes: 150_000, leftOutBytes: 0 })
    expect(cap.finish()).toEqual({ logBytes: 150_000, logCut: false })
    expect(150_000).toBeLessThan(LOG_HEAD_BYTES + LIMIT)
  })

  it('looks more often the faster a log grows', () => {
    const calm = cap.look()
    write(0, 1500)
    expect(cap.look()).toBeLessThan(calm)
  })
})

describe('a number of bytes for people', () => {
  it.each([
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [999_940, '999.9 kB'],
    [999_950, '1.0 MB'],
    [999_960, '1.0 MB'],
    [9_230_000_000, '9.2 GB'],
    [1_500_000_000_000, '1.5 TB'],
  ])('writes %i as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})
