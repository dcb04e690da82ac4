/** Keeping a log near its limit where the disk can punch holes, and where something is in its place. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { NodeLogCap } from '../../../src/core/launcher/node/log-cap.ts'
import {
  cutNotePath,
  keptTailPath,
  LOG_HEAD_BYTES,
  readLogExtent,
} from '../../../src/core/logs/log-extent.ts'
import { temporaryFolder } from '../../helpers/database.ts'

const limit = 100_000
const none = () => false

function aLog(punch?: () => boolean, limitBytes = limit) {
  const folder = temporaryFolder()
  const path = join(folder, '1.1.log')
  const fd = openSync(path, 'a+')
  onTestFinished(() => closeSync(fd))
  let lines = 0
  return {
    path,
    folder,
    cap: punch ? new NodeLogCap(path, fd, limitBytes, punch) : new NodeLogCap(path, fd, limitBytes),
    /** Lines of 100 bytes, numbered. */
    write(n: number) {
      const text = Array.from({ length: n }, () => `${String(lines++).padStart(99, '0')}\n`)
      appendFileSync(path, text.join(''))
    },
    text: () => readFileSync(path, 'utf8'),
    beside: () => readdirSync(folder).filter((name) => name !== '1.1.log'),
    onDisk: () => statSync(path).blocks * 512,
    open: () =>
      readdirSync('/proc/self/fd').filter((one) => {
        try {
          return readlinkSync(`/proc/self/fd/${one}`).startsWith(folder)
        } catch {
          return false // the descriptor of the listing itself
        }
      }).length,
  }
}

/** First and last of the numbered lines, how many there are, and whether none is missing between. */
function numbers(text: string): { first: number; last: number; whole: boolean } {
  const all = text.trimEnd().split('\n').map(Number)
  const first = all[0] ?? -1
  return {
    first,
    last: all.at(-1) ?? -1,
    whole: all.every((n, at) => n === first + at) && text.length === all.length * 100,
  }
}

const line = (n: number) => `${String(n).padStart(99, '0')}\n`

describe('a log on a disk that can punch holes', () => {
  test('loses its middle to the disk while the job runs, and readers know what is missing', () => {
    const log = aLog()
    log.write(10_000)
    log.cap.look()
    const gapEnd = Math.floor((1_000_000 - limit) / 4_096) * 4_096
    expect(readFileSync(cutNotePath(log.path), 'utf8')).toBe(
      `${`65536 ${gapEnd} ${gapEnd - LOG_HEAD_BYTES} 0`.padEnd(95)}\n`,
    )
    expect(statSync(cutNotePath(log.path)).mode & 0o777).toBe(0o600)
    expect(readLogExtent(log.path)).toEqual({
      writtenBytes: 1_000_000,
      leftOutBytes: gapEnd - LOG_HEAD_BYTES,
      before: [{ path: log.path, start: 0, end: LOG_HEAD_BYTES }],
      after: [{ path: log.path, start: gapEnd, end: 1_000_000 }],
    })
    expect(log.onDisk()).toBeLessThan(LOG_HEAD_BYTES + limit + 20_000)
    expect(log.onDisk()).toBeGreaterThan(LOG_HEAD_BYTES + limit)
    expect(log.text().startsWith(line(0) + line(1))).toBe(true)
    expect(log.text().slice(gapEnd - 20, gapEnd)).toBe('\0'.repeat(20))
    expect(log.text().endsWith(line(9_999))).toBe(true)
    expect(log.beside()).toEqual(['1.1.log.cut'])
  })

  test('is cut again only when it has grown by a good piece', () => {
    const log = aLog()
    log.write(10_000)
    log.cap.look()
    const first = readFileSync(cutNotePath(log.path), 'utf8')
    log.write(600)
    log.cap.look()
    expect(readFileSync(cutNotePath(log.path), 'utf8')).toBe(first)
    log.write(5_000)
    log.cap.look()
    const gapEnd = Math.floor((1_560_000 - limit) / 4_096) * 4_096
    expect(readLogExtent(log.path)).toMatchObject({
      writtenBytes: 1_560_000,
      leftOutBytes: gapEnd - LOG_HEAD_BYTES,
    })
    expect(log.onDisk()).toBeLessThan(LOG_HEAD_BYTES + limit + 20_000)
    expect(log.onDisk()).toBeGreaterThan(LOG_HEAD_BYTES + limit)
  })

  test('is one whole file in the end, with a line where the gap was', () => {
    const log = aLog()
    log.write(10_000)
    log.cap.look()
    const open = log.open()
    expect(log.cap.finish()).toEqual({ logBytes: 1_000_000, logCut: true })
    const [head = '', tail = ''] = log.text().split('\n[slipway: 834.6 kB of output left out here]\n')
    expect(head).toBe(
      Array.from({ length: 700 }, (_, n) => line(n))
        .join('')
        .slice(0, LOG_HEAD_BYTES),
    )
    expect(numbers(tail)).toEqual({ first: 9_001, last: 9999, whole: true })
    expect(log.beside()).toEqual([])
    expect(log.open()).toBe(open)
    expect(statSync(log.path).mode & 0o777).toBe(0o600)
    expect(readLogExtent(log.path)).toMatchObject({ leftOutBytes: 0, after: [] })
  })

  test('is cut in the end also when nobody looked in time', () => {
    const log = aLog()
    log.write(1_700)
    expect(log.cap.finish()).toEqual({ logBytes: 170_000, logCut: true })
    expect(log.text()).toContain('\n[slipway: 4.6 kB of output left out here]\n')
    expect(log.text().endsWith(line(1_699))).toBe(true)
  })

  test('that stays just within its limit is left as it is', () => {
    const log = aLog(undefined, 100_000 - LOG_HEAD_BYTES)
    log.write(1_000)
    log.cap.look()
    expect(log.cap.finish()).toEqual({ logBytes: 100_000, logCut: false })
    expect(log.text()).toHaveLength(100_000)
    const over = aLog(undefined, 100_000 - LOG_HEAD_BYTES - 1)
    over.write(1_000)
    expect(over.cap.finish().logCut).toBe(true)
  })

  test('of one endless line keeps exactly as much of its end as the limit allows', () => {
    const log = aLog()
    appendFileSync(log.path, 'x'.repeat(500_000))
    log.cap.finish()
    expect(log.text()).toHaveLength(
      LOG_HEAD_BYTES + '\n[slipway: 334.5 kB of output left out here]\n'.length + limit,
    )
  })

  test('may be truncated by its own job, and is kept near its limit from there on', () => {
    const log = aLog()
    log.write(10_000)
    log.cap.look()
    truncateSync(log.path, 0)
    log.write(100)
    log.cap.look()
    log.write(10_000)
    log.cap.look()
    expect(log.onDisk()).toBeLessThan(LOG_HEAD_BYTES + limit + 20_000)
    expect(log.text().startsWith(line(10_000))).toBe(true)
  })

  test('that is empty is removed, one with a single byte is not', () => {
    const log = aLog()
    expect(log.cap.finish()).toEqual({ logBytes: 0, logCut: false })
    expect(existsSync(log.path)).toBe(false)
    const one = aLog()
    appendFileSync(one.path, 'x')
    expect(one.cap.finish()).toEqual({ logBytes: 1, logCut: false })
    expect(one.text()).toBe('x')
  })

  test('that somebody removed has nothing to be removed', () => {
    const log = aLog()
    rmSync(log.path)
    expect(log.cap.finish()).toEqual({ logBytes: 0, logCut: false })
  })

  test('with a limit of nothing, or less, keeps its head', () => {
    const log = aLog(undefined, -5)
    log.write(10_000)
    log.cap.look()
    expect(log.cap.finish()).toMatchObject({ logBytes: 1_000_000, logCut: true })
    expect(log.text()).toHaveLength(LOG_HEAD_BYTES + '\n[slipway: 934.5 kB of output left out here]\n'.length)
  })

  test('is checked less and less often while it is quiet, and soon again when it grows fast', () => {
    const log = aLog()
    expect(Array.from({ length: 7 }, () => log.cap.look())).toEqual([50, 100, 200, 400, 800, 1_000, 1_000])
    log.write(1_200)
    const soon = log.cap.look()
    expect(soon).toBeGreaterThanOrEqual(10)
    expect(soon).toBeLessThan(1_000)
    log.write(20_000)
    expect(log.cap.look()).toBe(10)
  })
})

describe('where something is in its place', () => {
  test('a log that cannot be made whole keeps its parts and the note beside them', () => {
    const log = aLog()
    log.write(10_000)
    log.cap.look()
    symlinkSync('/proc/none/x', `${log.path}.new`)
    expect(log.cap.finish()).toEqual({ logBytes: 1_000_000, logCut: true })
    expect(log.beside()).toEqual(['1.1.log.cut'])
    expect(readLogExtent(log.path)).toMatchObject({ writtenBytes: 1_000_000 })
  })

  test('a log that was never cut and cannot be made whole is not said to be cut', () => {
    const log = aLog()
    log.write(1_700)
    symlinkSync('/proc/none/x', `${log.path}.new`)
    expect(log.cap.finish()).toEqual({ logBytes: 170_000, logCut: false })
    expect(log.text()).toHaveLength(170_000)
  })

  test('a tail that cannot be set aside is left out, and counted', () => {
    const log = aLog(none)
    log.write(5_000)
    log.cap.look()
    expect(log.beside().sort()).toEqual(['1.1.log.cut', '1.1.log.tail'])
    symlinkSync('/proc/none/x', `${log.path}.tail.new`)
    log.write(5_000)
    log.cap.look()
    expect(log.beside()).toEqual(['1.1.log.cut'])
    expect(statSync(log.path).size).toBe(LOG_HEAD_BYTES)
    expect(readLogExtent(log.path)).toMatchObject({
      writtenBytes: 1_000_000,
      leftOutBytes: 1_000_000 - LOG_HEAD_BYTES,
    })
    log.write(10)
    expect(log.cap.finish()).toEqual({ logBytes: 1_001_000, logCut: true })
    expect(log.text()).toContain('[slipway: 934.6 kB of output left out here]\n')
    expect(log.text().endsWith(line(10_009))).toBe(true)
  })

  test('a tail that could never be set aside is left out too, and there is nothing of it to be removed', () => {
    const log = aLog(none)
    log.write(5_000)
    symlinkSync('/proc/none/x', `${log.path}.tail.new`)
    log.cap.look()
    expect(log.beside()).toEqual(['1.1.log.cut'])
    expect(readLogExtent(log.path)).toMatchObject({ leftOutBytes: 500_000 - LOG_HEAD_BYTES })
  })

  test('a note that cannot be written changes nothing for the log', () => {
    const log = aLog()
    symlinkSync('/proc/none/x', cutNotePath(log.path))
    log.write(10_000)
    log.cap.look()
    expect(log.cap.finish()).toEqual({ logBytes: 1_000_000, logCut: true })
    expect(log.text().endsWith(line(9_999))).toBe(true)
    expect(log.beside()).toEqual([])
  })

  test('what is set aside and what came after it are the tail together', () => {
    const log = aLog(none)
    log.write(5_000)
    const open = log.open()
    log.cap.look()
    expect(log.open()).toBe(open)
    log.write(300)
    expect(log.cap.finish()).toEqual({ logBytes: 530_000, logCut: true })
    const [, tail = ''] = log.text().split('[slipway: 364.6 kB of output left out here]\n')
    expect(numbers(tail)).toEqual({ first: 4_301, last: 5299, whole: true })
    expect(log.open()).toBe(open)
    expect(log.beside()).toEqual([])
  })

  test('of what is set aside nothing is needed if enough came after it', () => {
    const log = aLog(none)
    log.write(5_000)
    log.cap.look()
    log.write(1_100)
    expect(log.cap.finish()).toEqual({ logBytes: 610_000, logCut: true })
    expect(numbers(log.text().split(' left out here]\n')[1] ?? '')).toEqual({
      first: 5_101,
      last: 6099,
      whole: true,
    })
    expect(log.beside()).toEqual([])
  })
})

describe('reading how much of a log there is', () => {
  const whole = (path: string, size: number) => ({
    writtenBytes: size,
    leftOutBytes: 0,
    before: [{ path, start: 0, end: size }],
    after: [],
  })

  test.each(['', '65536', '65536 90000', '65536 90000 24464', 'garbage'])(
    'goes without a note that says %j',
    (text) => {
      const log = aLog()
      log.write(1_000)
      writeFileSync(cutNotePath(log.path), text)
      expect(readLogExtent(log.path)).toEqual(whole(log.path, 100_000))
    },
  )

  test('takes a missing log for an empty one', () => {
    expect(readLogExtent('/no/such.log')).toEqual(whole('/no/such.log', 0))
  })

  test('takes no notice of a note that is a link', () => {
    const log = aLog()
    log.write(10)
    writeFileSync(join(log.folder, 'forged'), '100 200 100 0')
    symlinkSync(join(log.folder, 'forged'), cutNotePath(log.path))
    expect(readLogExtent(log.path).leftOutBytes).toBe(0)
  })

  test('adds what is kept aside', () => {
    const log = aLog()
    log.write(700)
    writeFileSync(cutNotePath(log.path), '  65536   65536  500000   100000 \n')
    expect(readLogExtent(log.path)).toEqual({
      writtenBytes: 670_000,
      leftOutBytes: 500_000,
      before: [{ path: log.path, start: 0, end: LOG_HEAD_BYTES }],
      after: [
        { path: keptTailPath(log.path), start: 0, end: 100_000 },
        { path: log.path, start: LOG_HEAD_BYTES, end: 70_000 },
      ],
    })
  })
})
