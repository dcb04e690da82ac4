/**
 * What a Node launcher records and reports, with a real journal and a real pipe. The full disk is /dev/full, put
 * under the journal's own descriptor.
 */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fencePath, journalPath } from '../../../../src/core/launcher/journal.ts'
import { JournalWriter } from '../../../../src/core/launcher/node/journal-writer.ts'
import { realRunDir } from '../../../../src/core/process/processes.ts'
import { temporaryFolder } from '../../../helpers/database.ts'
import { until } from '../../../helpers/launcher-kit.ts'

const header = 'launcher\t1\tnode\tL1\thost-1\t1\t2\tboot\t3\n'

function aJournal() {
  const folder = realRunDir(temporaryFolder())
  const fifo = join(folder, 'host')
  execFileSync('mkfifo', [fifo])
  // Opened both ways, so that neither end waits for the other.
  const ear = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK)
  const mouth = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK)
  const path = journalPath(folder, 'L1')
  const writer = new JournalWriter(path, header, mouth)
  const fd = readdirSync('/proc/self/fd')
    .map(Number)
    .find((one) => linkOf(one) === path)
  if (fd === undefined) throw new Error('the journal is not open')
  onTestFinished(() => closeSync(ear))
  let received = ''
  const hears = () => {
    const buffer = Buffer.alloc(65_536)
    for (;;)
      try {
        received += buffer.toString('utf8', 0, readSync(ear, buffer))
      } catch {
        return received.slice(header.length)
      }
  }
  /** Puts another file under the journal's descriptor: numbers are given out from the lowest free one on. */
  const swap = (file: string) => {
    closeSync(fd)
    const others: number[] = []
    for (let got = openSync(file, 'a'); got !== fd; got = openSync(file, 'a')) others.push(got)
    for (const other of others) closeSync(other)
  }
  return {
    folder,
    path,
    writer,
    hears,
    written: () => readFileSync(path, 'utf8').slice(header.length),
    fill: () => swap('/dev/full'),
    empty: () => swap(path),
    close: () => new Promise<void>((resolve) => writer.close(resolve)),
  }
}

function linkOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

describe.runIf(process.platform === 'linux')('a journal', () => {
  test('begins with its header, for its owner alone, and the host gets the same', async () => {
    const { path, hears, close, folder } = aJournal()
    expect(readFileSync(path, 'utf8')).toBe(header)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(() => new JournalWriter(path, header)).toThrow('EEXIST')
    expect(hears()).toBe('')
    writeFileSync(fencePath(path), '')
    await close()
    expect(readdirSync(folder)).toEqual(['host'])
  })

  test('gets the announcement of a start; the host gets the rest too', () => {
    const { writer, written, hears } = aJournal()
    expect(writer.fenced).toBe(false)
    expect(writer.starting('1.1')).toBe(true)
    expect(written()).toBe('starting\t1.1\n')
    expect(hears()).toBe('')
    writer.started('1.1', 'started 1.1\n')
    writer.exited('1.1', 'exited 1.1\n')
    writer.refused('refused 2.1\n')
    expect(written()).toBe('starting\t1.1\nstarted 1.1\nexited 1.1\nrefused 2.1\n')
    expect(hears()).toBe('started 1.1\nexited 1.1\nrefused 2.1\n')
  })

  test('is fenced from the moment the fence exists', () => {
    const { writer, path } = aJournal()
    writeFileSync(fencePath(path), '')
    expect(writer.fenced).toBe(true)
  })

  test('forgets the ends that the host has committed, and no others', () => {
    const { writer, written } = aJournal()
    writer.forget(0)
    expect(written()).toBe('') // there was nothing to forget
    writer.exited('1.1', 'exited 1.1\n')
    writer.exited('2.1', 'exited 2.1\n')
    writer.forget(0)
    expect(written()).toBe('exited 1.1\nexited 2.1\n')
    writer.forget(1)
    expect(written()).toBe('exited 2.1\n')
    writer.forget(2)
    expect(written()).toBe('')
    writer.refused('refused 3.1\n')
    expect(writer.ends).toBe(3)
    writer.forget(2)
    expect(written()).toBe('refused 3.1\n')
    writer.forget(3)
    expect(written()).toBe('')
    writer.starting('4.1')
    writer.forget(3)
    expect(written()).toBe('starting\t4.1\n')
  })

  test('is written anew while a job runs, with that job and what is not committed', () => {
    const { writer, written, path } = aJournal()
    writer.started('1.1', 'started 1.1\n')
    writer.exited('2.1', 'exited 2.1\n')
    writer.exited('3.1', 'exited 3.1\n')
    writer.forget(1)
    expect(written()).toBe('started 1.1\nexited 3.1\n')
    writer.forget(2)
    expect(written()).toBe('started 1.1\n')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(existsSync(`${path}.new`)).toBe(false)
    writer.exited('1.1', 'exited 1.1\n')
    expect(written()).toBe('started 1.1\nexited 1.1\n')
  })

  test('reports what was held and is dropped to the host alone', () => {
    const { writer, written, hears } = aJournal()
    writer.dropped('1.1')
    expect(hears()).toBe('dropped\t1.1\n')
    expect(written()).toBe('')
    expect(writer.ends).toBe(0)
  })

  test('keeps its long form where no short one can be written', () => {
    const { writer, written, path, folder } = aJournal()
    symlinkSync('/dev/full', `${path}.new`)
    writer.started('1.1', 'started\n')
    writer.refused('refused\n')
    writer.forget(1)
    expect(written()).toBe('started\nrefused\n')
    expect(readdirSync(folder).sort()).toEqual(['L1.journal', 'host'])
  })

  test('is let go when it is written anew and when its launcher ends, and needs no fence to go', async () => {
    const { writer, path, folder, close } = aJournal()
    const open = () =>
      readdirSync('/proc/self/fd').filter((one) => linkOf(Number(one)).startsWith(path)).length
    writer.started('1.1', 'started\n')
    writer.refused('refused\n')
    writer.forget(1)
    expect(open()).toBe(1) // the longer one is not held any more
    await close()
    expect(open()).toBe(0)
    expect(readdirSync(folder)).toEqual(['host'])
  })

  test('that somebody removed has nothing to be removed', async () => {
    const { path, folder, close } = aJournal()
    rmSync(path)
    await close()
    expect(readdirSync(folder)).toEqual(['host'])
  })

  test('that still has something to report is left behind, fence included', async () => {
    const { writer, written, path, close } = aJournal()
    writer.exited('1.1', 'exited 1.1\n')
    writeFileSync(fencePath(path), '')
    await close()
    expect(written()).toBe('exited 1.1\n')
    expect(existsSync(fencePath(path))).toBe(true)
  })
})

describe.runIf(process.platform === 'linux')('a journal on a full disk', () => {
  test('lets nothing start, and reports why', () => {
    const { writer, fill, empty, written } = aJournal()
    fill()
    expect(writer.starting('1.1')).toBe(false)
    expect(writer.trouble).toBe('ENOSPC')
    expect(writer.settle()).toBe(false)
    expect(writer.starting('2.1')).toBe(false)
    empty()
    expect(writer.settle()).toBe(true)
    expect(written()).toBe('starting\t1.1\n') // the second one was not even announced
    expect(writer.starting('3.1')).toBe(true)
    expect(written()).toBe('starting\t1.1\nstarting\t3.1\n')
  })

  test('notifies the host at once, and records it in order when there is space, by itself', async () => {
    const { writer, fill, empty, written, hears } = aJournal()
    fill()
    writer.started('1.1', 'started 1.1\n')
    writer.exited('1.1', 'exited 1.1\n')
    expect(hears()).toBe('started 1.1\nexited 1.1\n')
    writer.forget(1) // not as long as it isn't written
    empty()
    expect(written()).toBe('')
    await until(() => written() !== '', 'it was tried again')
    expect(written()).toBe('started 1.1\nexited 1.1\n')
    fill()
    writer.refused('refused 2.1\n')
    empty()
    await until(() => written().endsWith('refused 2.1\n'), 'and again')
    writer.forget(2)
    expect(written()).toBe('')
  })

  test('that cannot be emptied is written anew', () => {
    const { writer, fill, written, path, hears } = aJournal()
    writer.exited('1.1', 'exited 1.1\n')
    fill()
    writer.forget(1) // /dev/full can't be truncated
    expect(written()).toBe('')
    expect(existsSync(`${path}.new`)).toBe(false)
    expect(hears()).toBe('exited 1.1\n')
    writer.exited('2.1', 'exited 2.1\n')
    expect(written()).toBe('exited 2.1\n')
  })
})

test.runIf(process.platform === 'linux')(
  'a descriptor that is none of ours any more is an error, not a full disk',
  () => {
    const { writer, path } = aJournal()
    const fd = readdirSync('/proc/self/fd')
      .map(Number)
      .find((one) => linkOf(one) === path)
    closeSync(fd ?? -1)
    expect(() => writer.starting('1.1')).toThrow('EBADF')
  },
)
