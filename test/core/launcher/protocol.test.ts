import { describe, expect, it } from 'vitest'
import {
  encodeFrame,
  exitedLine,
  formatLine,
  type JobExit,
  PROTOCOL,
  parseLine,
  parseStart,
  type StartSpec,
  startFrame,
} from '../../../src/core/launcher/protocol.ts'

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

  it('reports each thing in its own words, field by field', () => {
    expect(exitedLine(exit)).toBe(
      'exited\t17.2\t-\tSIGKILL\ttimeout\t1700000000000\t1700000060000\t60000\t12\t3\t4096\t2\t9200000000\t1\n',
    )
    expect(exitedLine({ ...exit, exitCode: 3, signal: null, usage: null, logCut: false })).toMatch(
      /^exited\t17\.2\t3\t-\ttimeout\t.*\t-\t-\t-\t2\t9200000000\t0\n$/,
    )
    expect(parseLine('launcher\t1\tnode\tL1\thost\t42\t777\tboot\t1700')).toEqual({
      line: 'launcher',
      header: {
        protocol: '1',
        kind: 'node',
        launcherId: 'L1',
        hostId: 'host',
        launcher: { pid: 42, startedAt: '777', bootId: 'boot' },
      },
    })
    expect(parseLine('launcher\t2\tnode\tL1\thost\t42\t777\tboot\t1700')).toMatchObject({
      header: { protocol: PROTOCOL },
    })
    expect(parseLine('dropped\t1.1')).toEqual({ line: 'dropped', attempt: '1.1' })
    expect(parseLine('starting\t1.1')).toEqual({ line: 'starting', attempt: '1.1' })
    expect(parseLine('started\t1.1\t42\t777\t10')).toEqual({
      line: 'started',
      started: { attempt: '1.1', pid: 42, processStartedAt: '777', at: 10 },
    })
    expect(parseLine('refused\t1.1\tfenced\t-\t-\t-')).toEqual({
      line: 'refused',
      refused: { attempt: '1.1', stage: 'fenced', errno: '-', message: expect.any(String) },
    })
    expect(parseLine('forgotten')).toEqual({ line: 'forgotten' })
  })

  it.each([
    'launcher\t3\tnode\tL1\thost\t42\t777\tboot\t1700',
    'launcher\t1\trust\tL1\thost\t42\t777\tboot\t1700',
    'launcher\t1\tnode\tL1\thost\t42\t777\tboot\t1700\tmore',
    'starting\t1.1\tmore',
    'starting',
    'started\t1.1\t42\t777',
    'started\t1.1\t42\t777\t10\tmore',
    'refused\t1.1\tfenced\t-\t-',
    'refused\t1.1\tfenced\t-\t-\t-\tmore',
    'started\t1.1',
    'refused\t1.1',
    'ended\t1.1',
    '',
  ])('does not understand %j', (line) => {
    expect(parseLine(line)).toBeNull()
  })

  it('sends whole numbers, a dash where there is no timeout, and how many arguments follow', () => {
    const spec: StartSpec = {
      attempt: '1.1',
      argv: ['a', 'b'],
      cwd: '/c',
      env: { N: 'V' },
      logPath: '/l',
      logLimitBytes: 10.4,
      timeoutMs: 20.6,
      graceMs: 30.5,
    }
    const output = (more: Partial<StartSpec>) => startFrame({ ...spec, ...more }).toString('utf8', 4)
    expect(output({})).toBe(
      `${['S', '1.1', '/c', '/l', '10', '21', '31', '2', 'a', 'b', 'N=V'].join('\0')}\0`,
    )
    expect(output({ timeoutMs: null })).toContain('\u000010\0-\u000031\0')
    expect(parseStart(['1.1', '/c', '/l', '10', '20', '30', '2', 'a', 'b', 'N=V'])).toEqual({
      ...spec,
      logLimitBytes: 10,
      timeoutMs: 20,
      graceMs: 30,
    })
    expect(parseStart([])).toMatchObject({ attempt: '', cwd: '', logPath: '', argv: [], env: {} })
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
