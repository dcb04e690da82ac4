/** What the end of a process means for its job, with real logs and real outputs. */
import { readdirSync, readlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JobExit } from '../../../src/core/launcher/protocol.ts'
import { firstLine, lastLine } from '../../../src/core/logs/log-lines.ts'
import { cutOff, judge, refusal } from '../../../src/core/run/verdict.ts'
import { noon, temporaryFolder } from '../../helpers/database.ts'

const exit: JobExit = {
  attempt: '1.1',
  exitCode: 0,
  signal: null,
  ended: 'exited',
  startedAt: noon,
  endedAt: noon + 1_500,
  awakeMs: 1_449,
  usage: { userMs: 12, systemMs: 3, maxRssKb: 4_096 },
  leftovers: 0,
  logBytes: 77,
  logCut: false,
}
const command = { argv: ['true'] }
const noLog = '/no/such/file.log'

/** What a descriptor of this process leads to. */
function linkOf(fd: string): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return null // the descriptor of the listing itself
  }
}

/** A log with this text. */
function logOf(text: string | Buffer): string {
  const file = join(temporaryFolder(), '1.1.log')
  writeFileSync(file, text)
  return file
}

describe('a job that ended by itself', () => {
  test('has succeeded with exit code 0, and what the launcher measured is kept', () => {
    expect(judge(exit, command, noLog, null, null)).toEqual({
      kind: 'succeeded',
      retryable: false,
      hostDied: false,
      leftovers: 0,
      startedAt: noon,
      endedAt: noon + 1_500,
      awakeMs: 1_449,
      exitCode: 0,
      signal: null,
      error: null,
      userMs: 12,
      systemMs: 3,
      maxRssKb: 4_096,
      logBytes: 77,
    })
  })

  test('has no usage where the launcher could not measure it', () => {
    expect(judge({ ...exit, usage: null }, command, noLog, null, null)).toMatchObject({
      userMs: null,
      systemMs: null,
      maxRssKb: null,
    })
  })

  test('has succeeded even if it was being stopped', () => {
    expect(judge(exit, command, noLog, 'interrupt', null).kind).toBe('succeeded')
  })

  test('never ends before it began, even if the wall clock was set back meanwhile', () => {
    const ended = judge({ ...exit, endedAt: noon - 3_600_000 }, command, noLog, null, null)
    expect(ended).toMatchObject({ startedAt: noon, endedAt: noon, awakeMs: 1_449 })
  })

  test('has failed with any other code, and its last words are the reason', () => {
    const verdict = judge({ ...exit, exitCode: 3 }, command, logOf('working\nno column "area"\n'), null, null)
    expect(verdict).toMatchObject({ kind: 'failed', retryable: true })
    expect(verdict).toMatchObject({ exitCode: 3, error: 'no column "area"' })
  })

  test('has failed without a word: the code is the reason', () => {
    const ended = judge({ ...exit, exitCode: 3 }, command, noLog, null, null)
    expect(ended.error).toBe('exit code 3, and no output')
  })

  test('was ended by a signal that nobody of ours sent', () => {
    const killed: JobExit = { ...exit, exitCode: null, signal: 'SIGSEGV' }
    expect(judge(killed, command, noLog, null, null)).toMatchObject({
      kind: 'failed',
      retryable: true,
      error: 'ended by SIGSEGV',
    })
    expect(judge(killed, command, logOf('half way'), null, null).error).toBe('ended by SIGSEGV: half way')
  })
})

describe('a job that was stopped', () => {
  const stopped: JobExit = { ...exit, exitCode: null, signal: 'SIGTERM', ended: 'stopped' }

  test('on request is interrupted and uses up no retry', () => {
    expect(judge(stopped, command, logOf('bye'), 'interrupt', null)).toMatchObject({
      kind: 'interrupted',
      retryable: false,
      error: 'stopped on request',
      signal: 'SIGTERM',
    })
  })

  test('by somebody else has failed', () => {
    expect(judge(stopped, command, logOf('bye'), null, null)).toMatchObject({
      kind: 'failed',
      retryable: true,
      error: 'stopped from outside',
    })
  })

  test('is interrupted even if it ended itself with code 0 when asked', () => {
    expect(judge({ ...stopped, exitCode: 0, signal: null }, command, noLog, 'cancel', null).kind).toBe(
      'interrupted',
    )
  })

  test('at its timeout has failed, with the awake time that it took to a tenth of a second', () => {
    const verdict = judge({ ...stopped, ended: 'timeout' }, command, logOf('bye'), 'interrupt', null)
    expect(verdict).toMatchObject({ kind: 'failed', retryable: true })
    expect(verdict.error).toBe('timed out after 1.4s of awake time')
  })
})

describe('a job that declares its outputs', () => {
  const began = Date.now() - 1_000
  const now: JobExit = { ...exit, startedAt: began, endedAt: began + 60_000, awakeMs: 60_000 }
  const later: JobExit = { ...now, startedAt: began + 3_600_000, endedAt: began + 3_660_000 }
  const expecting = (file: string, nonEmpty: boolean) => ({ ...command, expect: [{ file, nonEmpty }] })

  test('has succeeded if they are there, and failed, to be tried again, if one is not', () => {
    const folder = temporaryFolder()
    const file = join(folder, 'out.json')
    expect(judge(now, expecting(file, false), noLog, null, began)).toMatchObject({
      kind: 'failed',
      retryable: true,
      exitCode: 0,
      error: `exit code 0, but the expected file ${file} is not there`,
    })
    writeFileSync(file, '')
    expect(judge(now, expecting(file, false), noLog, null, began).kind).toBe('succeeded')
    expect(judge(now, expecting(file, true), noLog, null, began)).toMatchObject({
      kind: 'failed',
      error: `exit code 0, but the expected file ${file} is empty`,
    })
    writeFileSync(file, '1')
    expect(judge(now, expecting(file, true), noLog, null, began).kind).toBe('succeeded')
  })

  test('has failed if a file is older than the attempt, unless the configuration accepts that', () => {
    const file = join(temporaryFolder(), 'out.json')
    writeFileSync(file, '1')
    expect(judge(later, expecting(file, true), noLog, null, later.startedAt)).toMatchObject({
      kind: 'failed',
      retryable: true,
      error: `exit code 0, but the expected file ${file} is older than this attempt`,
    })
    const anyAge = { ...command, expect: [{ file, nonEmpty: true, fresh: false as const }] }
    expect(judge(later, anyAge, noLog, null, later.startedAt).kind).toBe('succeeded')
  })

  test('may set the time of a file into the past, as cp -p and tar do', () => {
    const file = join(temporaryFolder(), 'out.json')
    writeFileSync(file, '1')
    utimesSync(file, new Date(2020, 0, 1), new Date(2020, 0, 1))
    expect(judge(now, expecting(file, true), noLog, null, began).kind).toBe('succeeded')
  })

  test('may write before its launcher has read the clock, but not before it was claimed', () => {
    const file = join(temporaryFolder(), 'out.json')
    writeFileSync(file, '1')
    expect(judge(later, expecting(file, true), noLog, null, began).kind).toBe('succeeded')
  })

  test('may run while the clock is set back', () => {
    const file = join(temporaryFolder(), 'out.json')
    writeFileSync(file, '1')
    const back = { ...later, endedAt: began + 50, awakeMs: 50 }
    expect(judge(back, expecting(file, true), noLog, null, later.startedAt).kind).toBe('succeeded')
  })

  test('may have declared a folder, or a device', () => {
    const folder = temporaryFolder()
    for (const file of [folder, '/dev/null'])
      expect(judge(later, expecting(file, false), noLog, null, later.startedAt).kind).toBe('succeeded')
  })

  test('has failed if a file is where nobody can look', () => {
    const file = join(temporaryFolder(), 'x'.repeat(300), 'out.json')
    expect(judge(now, expecting(file, false), noLog, null, began).error).toMatch(/is not there$/)
  })

  test('fails with the first that is missing of several', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a'), '1')
    const expect_ = ['a', 'b', 'c'].map((name) => ({ file: join(folder, name), nonEmpty: true }))
    const ended = judge(now, { ...command, expect: expect_ }, noLog, null, began)
    expect(ended.error).toBe(`exit code 0, but the expected file ${join(folder, 'b')} is not there`)
  })
})

describe('the last line of a log', () => {
  test.each([
    ['one\ntwo\n', 'two'],
    ['one\ntwo', 'two'],
    ['one\n   two  \n\n \t \n', 'two'],
    ['10 %\r20 %\rfailed: disk', 'failed: disk'],
    ['\u001b[31mred alarm\u001b[0m\n', 'red alarm'],
    ['', null],
    ['\n\n  \n', null],
  ])('of %j is %j', (text, line) => {
    expect(lastLine(logOf(text))).toBe(line)
  })

  test('is cut at 500 characters', () => {
    expect(lastLine(logOf(`${'x'.repeat(600)}\n`))).toBe('x'.repeat(500))
  })

  test('is found at the end of a long log, of which only the end is read', () => {
    const log = logOf(`\n first\n${'filler\n'.repeat(20_000)}the end\n`)
    expect(lastLine(log)).toBe('the end')
    expect(firstLine(log)).toBe('first')
    expect(lastLine(logOf(`said long ago\n${'\n'.repeat(5_000)}`))).toBeNull()
  })

  test('is read without leaving the file open', () => {
    const file = logOf('x\n')
    const open = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd) === file)
    lastLine(file)
    expect(open()).toEqual([])
  })

  test('of a log that is not there is null', () => {
    expect(lastLine(noLog)).toBeNull()
  })
})

describe('an attempt whose end nobody saw', () => {
  test('is cut off now, and took the time since its start', () => {
    expect(cutOff(noon, noon + 5_000, 'its host died')).toMatchObject({
      startedAt: noon,
      endedAt: noon + 5_000,
      awakeMs: 5_000,
      exitCode: null,
      signal: null,
      error: 'its host died',
      userMs: null,
      systemMs: null,
      maxRssKb: null,
      logBytes: 0,
    })
  })

  test('took no time if by the clock it began later', () => {
    expect(cutOff(noon, noon - 5_000, 'x')).toMatchObject({ startedAt: noon, endedAt: noon, awakeMs: 0 })
  })

  test('or that never began has an empty record at the time of the refusal', () => {
    expect(
      refusal({ stage: 'program', errno: 'ENOENT', message: 'program "x" was not found' }, noon),
    ).toEqual({
      kind: 'failed',
      retryable: false,
      hostDied: false,
      leftovers: 0,
      startedAt: noon,
      endedAt: noon,
      awakeMs: 0,
      exitCode: null,
      signal: null,
      error: 'program "x" was not found',
      userMs: null,
      systemMs: null,
      maxRssKb: null,
      logBytes: 0,
    })
  })
})
