/** Reading a job's log as the stream that the job wrote, and what is never read. */
import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LOG_HEAD_BYTES } from '../../../src/core/logs/log-extent.ts'
import { type LogView, readStream, stretchAt, viewLog } from '../../../src/core/logs/log-file.ts'
import { temporaryFolder } from '../../helpers/database.ts'

function aLog(text: string | Buffer) {
  const home = temporaryFolder()
  const folder = join(home, 'logs', '1', '0')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, '1.1.log')
  writeFileSync(file, text)
  const view = (written: number | null = null): LogView => {
    const result = viewLog(home, file, written)
    if (!result.ok) throw new Error(result.error.message)
    return result.value
  }
  const refusal = (path: string) => {
    const result = viewLog(home, path, null)
    return result.ok ? null : result.error.message
  }
  return { home, folder, file, view, refusal }
}

const gapLine = '\n[slipway: 934.5 kB of output left out here]\n'

describe('a log', () => {
  test('that is not there is empty, and one that is there is read as it is', () => {
    const { home, view, file } = aLog('hello')
    expect(viewLog(home, `${file}.none`, 7)).toEqual({ ok: true, value: { size: 0, gap: null, spans: [] } })
    for (const written of [null, 5, 900])
      expect(view(written)).toEqual({
        size: 5,
        gap: null,
        spans: [{ path: file, fileStart: 0, start: 0, end: 5 }],
      })
    expect(readStream(view(), 1, 3).toString()).toBe('ell')
    expect(readStream(view(), 4, 100).toString()).toBe('o')
    expect(readStream(view(), 5, 100)).toHaveLength(0)
    expect(readStream(view(), 0, 0)).toHaveLength(0)
    expect(stretchAt(view(), 3)).toEqual({ start: 3, end: 5 })
    expect(stretchAt(view(), 30)).toEqual({ start: 5, end: 5 })
  })

  test('that was cut and made whole keeps the offsets of the stream, and steps over the gap', () => {
    const { view, file } = aLog(`${'h'.repeat(LOG_HEAD_BYTES)}${gapLine}the end`)
    const seen = view(1_000_000)
    const tailAt = LOG_HEAD_BYTES + gapLine.length
    expect(seen).toEqual({
      size: 1_000_000,
      gap: { from: LOG_HEAD_BYTES, to: 999_993 },
      spans: [
        { path: file, fileStart: 0, start: 0, end: LOG_HEAD_BYTES },
        { path: file, fileStart: tailAt, start: 999_993, end: 1_000_000 },
      ],
    })
    expect(readStream(seen, 999_997, 100).toString()).toBe('end')
    expect(readStream(seen, LOG_HEAD_BYTES - 2, 100).toString()).toBe('hh')
    expect(readStream(seen, 500_000, 100)).toHaveLength(0)
    expect(stretchAt(seen, 10)).toEqual({ start: 10, end: LOG_HEAD_BYTES })
    expect(stretchAt(seen, 500_000)).toEqual({ start: 999_993, end: 1_000_000 })
    expect(stretchAt(seen, 999_995)).toEqual({ start: 999_995, end: 1_000_000 })
  })

  test('that was cut down to its beginning has no end to show', () => {
    const { view, file } = aLog(`${'h'.repeat(LOG_HEAD_BYTES)}${gapLine}`)
    const seen = view(1_000_000)
    expect(seen).toEqual({
      size: 1_000_000,
      gap: { from: LOG_HEAD_BYTES, to: 1_000_000 },
      spans: [{ path: file, fileStart: 0, start: 0, end: LOG_HEAD_BYTES }],
    })
    expect(readStream(seen, 1_000_000, 10)).toHaveLength(0)
  })

  test.runIf(process.platform === 'linux')('is let go after each look', () => {
    const { view, folder } = aLog('hello')
    for (let n = 0; n < 3; n += 1) readStream(view(), 0, 5)
    const open = readdirSync('/proc/self/fd').filter((one) => {
      try {
        return readlinkSync(`/proc/self/fd/${one}`).startsWith(folder)
      } catch {
        return false // the descriptor of the listing itself
      }
    })
    expect(open).toEqual([])
  })

  test('whose folder has become something else is an error with its cause', () => {
    const { view, folder, file } = aLog('hello')
    const seen = view()
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    const read = () => readStream(seen, 0, 5)
    expect(read).toThrow(`the log ${file} can't be read`)
    expect(read).toThrow(expect.objectContaining({ cause: expect.objectContaining({ code: 'ENOTDIR' }) }))
  })

  test('whose job wrote such a line itself is read as it is', () => {
    const text = `${'h'.repeat(LOG_HEAD_BYTES)}${gapLine}the end`
    expect(aLog(text).view(text.length).gap).toBeNull()
    expect(aLog(text).view(LOG_HEAD_BYTES + 7).gap).toBeNull()
    expect(aLog(text.slice(1)).view(1_000_000).gap).toBeNull()
    expect(aLog(gapLine).view(1_000_000).gap).toBeNull()
    expect(aLog('h'.repeat(LOG_HEAD_BYTES)).view(1_000_000).gap).toBeNull()
  })

  test('that was made whole between the look and the read has no bytes; the next look finds it', () => {
    const { view, file } = aLog('hello')
    const seen = view()
    rmSync(file)
    expect(readStream(seen, 0, 5)).toHaveLength(0)
    symlinkSync('/etc/passwd', file)
    expect(readStream(seen, 0, 5)).toHaveLength(0)
    rmSync(file)
    mkdirSync(file)
    expect(readStream(seen, 0, 5)).toHaveLength(0)
    rmSync(file, { recursive: true })
    writeFileSync(file, 'hi')
    expect(readStream(seen, 0, 5).toString()).toBe('hi')
  })

  test('is never a link, a folder, or anything outside the folder of logs', () => {
    const { home, folder, file, refusal } = aLog('hello')
    const link = join(folder, 'link.log')
    symlinkSync(file, link)
    expect(refusal(link)).toBe(`The log ${link} is a symbolic link, so it is not read.`)
    expect(refusal(folder)).toBe(`The log ${folder} is not a regular file, so it is not read.`)
    const outside = join(home, 'secret.log')
    writeFileSync(outside, 'x')
    expect(refusal(outside)).toContain('is in a folder that leads out of the folder of logs')
    symlinkSync(home, join(home, 'logs', 'out'))
    expect(refusal(join(home, 'logs', 'out', 'secret.log'))).toContain('leads out of the folder of logs')
    expect(refusal(file)).toBeNull()
  })
})
