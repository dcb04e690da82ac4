import { describe, expect, it } from 'vitest'
import {
  encodeFrame,
  exitedLine,
  formatLine,
  type JobExit,
  parseLine,
  parseStart,
  type StartSpec,
  startFrame,
} from '../../../../src/core/run/launcher/protocol.ts'

const exit: JobExit = {
  attempt: '17.2',
  exitCode: null,
  signal: 'SIGKILL',
  ended: 'timeout',
  startedAt: 1_700_000_000_000,
  endedAt: 1_700_000_060_000,
  awakeMs: 60_000,
  usage: { userMs: 12, systemMs: 3, maxRssKb: 4096 },
  leftovers: 2,
  logBytes: 9_200_000_000,
  logCut: true,
}

describe('the launcher protocol', () => {
  it('carries a start with awkward arguments unchanged', () => {
    const spec: StartSpec = {
      attempt: '17.2',
      argv: ['./evolve', '', 'two\nlines', `a b'"$(touch x);\n-rf.csv`, 'Überraschung 🚢', 'A=B'],
      cwd: '/data/a b',
      env: { EMPTY: '', EQUALS: 'a=b=c' },
      logPath: '/log/17.2.log',
      logLimitBytes: 10_000_000,
      timeoutMs: null,
      graceMs: 5000,
    }
    const [letter, ...fields] = startFrame(spec).subarray(4, -1).toString('utf8').split('\0')
    expect(letter).toBe('S')
    expect(parseStart(fields)).toEqual(spec)
  })

  it('announces the length of a frame in bytes, not characters', () => {
    const frame = encodeFrame(['T', 'ü'])
    expect(frame.readUInt32LE(0)).toBe(frame.length - 4)
  })

  it('reads back an exit as it was written, with and without usage', () => {
    const read = (e: JobExit) => parseLine(exitedLine(e).trimEnd())
    expect(read(exit)).toEqual({ line: 'exited', exit })
    const plain = { ...exit, exitCode: 0, signal: null, usage: null, logCut: false }
    expect(read(plain)).toEqual({ line: 'exited', exit: plain })
  })

  it('answers null for every torn part of a line', () => {
    const line = exitedLine(exit).trimEnd()
    const fields = line.split('\t')
    for (let n = 0; n < fields.length; n += 1) expect(parseLine(fields.slice(0, n).join('\t'))).toBeNull()
  })

  it('keeps a line one line, whatever a path contains', () => {
    const line = formatLine(['refused', '1.1', 'program', 'ENOENT', '-', './a\n\tb'])
    expect(line.split('\n')).toHaveLength(2)
    expect(parseLine(line.trimEnd())).toMatchObject({
      refused: { message: 'program "./a  b" was not found' },
    })
  })
})
