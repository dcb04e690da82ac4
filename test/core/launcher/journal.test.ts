import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  fenceLauncher,
  fencePath,
  journalPath,
  readJournal,
  readJournals,
  removeJournal,
  stopOrphanedLauncher,
} from '../../../src/core/launcher/journal.ts'

const header = 'launcher\t1\tnative\tL1\thost-1\t999999\t123\tboot\t1700000000000\n'
const exited = (attempt: string) => `exited\t${attempt}\t0\t-\texited\t10\t20\t10\t1\t2\t3\t0\t5\t0\n`

import { identify, isRunning } from '../../../src/core/process/processes.ts'

describe("a launcher's journal", () => {
  let runDir: string
  beforeEach(() => {
    runDir = mkdtempSync(join(tmpdir(), 'slipway-journal-'))
  })
  afterEach(() => rmSync(runDir, { recursive: true, force: true }))

  const write = (text: string, id = 'L1') => writeFileSync(journalPath(runDir, id), text)
  const read = () => {
    const [journal] = readJournals(runDir)
    if (journal === undefined) throw new Error('no journal was read')
    return journal
  }

  it('reports who wrote it, what was started and how it ended', () => {
    write(`${header}starting\t1.1\nstarted\t1.1\t42\t777\t10\n${exited('1.1')}starting\t2.1\n`)
    const journal = read()
    expect(journal).toMatchObject({ launcherId: 'L1', hostId: 'host-1', kind: 'native' })
    expect(journal.launcher).toEqual({ pid: 999999, startedAt: '123', bootId: 'boot' })
    expect(journal.started.get('1.1')).toEqual({ attempt: '1.1', pid: 42, processStartedAt: '777', at: 10 })
    expect(journal.exits.get('1.1')).toMatchObject({ exitCode: 0, signal: null, logBytes: 5 })
    expect(journal.starting).toEqual(new Set(['2.1']))
  })

  it('reads the same from every prefix, but for the line that is torn', () => {
    const whole = `${header}starting\t1.1\nstarted\t1.1\t42\t777\t10\n${exited('1.1')}`
    for (let length = header.length; length < whole.length; length += 1) {
      write(whole.slice(0, length))
      const journal = read()
      expect(journal.exits.size).toBe(0)
      expect(journal.started.size).toBe(whole.slice(0, length).includes('777\t10\n') ? 1 : 0)
    }
    write(whole)
    expect(read().exits.size).toBe(1)
  })

  it('passes over garbage in the middle, and over a file without a whole first line', () => {
    write(`${header}\0\0\0\0\nnonsense\t1\n${exited('1.1')}`)
    write(header.slice(0, -1), 'L2')
    write('', 'L3')
    write(header.replace('\t1\t', '\t999\t'), 'L4')
    expect(readJournals(runDir).map((j) => j.launcherId)).toEqual(['L1'])
    expect(read().exits.size).toBe(1)
  })

  it('holds nothing of what its host has committed', () => {
    write(`${header}started\t1.1\t42\t777\t10\nstarted\t2.1\t43\t778\t11\n${exited('1.1')}forgotten\n`)
    appendFileSync(journalPath(runDir, 'L1'), 'refused\t3.1\tprogram\tENOENT\tpath\tnope\n')
    const journal = read()
    expect([...journal.started.keys()]).toEqual(['2.1'])
    expect(journal.exits.size).toBe(0)
    expect(journal.refused.get('3.1')?.message).toBe('program "nope" was not found in PATH')
  })

  it('is an empty list where there is no run folder', () => {
    expect(readJournals(join(runDir, 'none'))).toEqual([])
  })

  it('that has gone meanwhile is none; one that cannot be read is an error with its cause', () => {
    expect(readJournal(journalPath(runDir, 'gone'))).toBeNull()
    write(header)
    const file = journalPath(runDir, 'L1')
    expect(() => readJournals(file)).toThrow(`the run folder ${file} can't be read`)
    mkdirSync(journalPath(runDir, 'L2'))
    const thrown = () => readJournals(runDir)
    expect(thrown).toThrow(`the launcher's journal ${journalPath(runDir, 'L2')} can't be read`)
    expect(thrown).toThrow(expect.objectContaining({ cause: expect.objectContaining({ code: 'EISDIR' }) }))
  })

  it('keeps what the host must still commit, and what began, apart', () => {
    const started = 'started\t1.1\t42\t777\t10\n'
    write(`${header}starting\t1.1\n`)
    expect(read()).toMatchObject({ starting: new Set(['1.1']), started: new Map() })
    write(`${header}starting\t1.1\nstarting\t2.1\n${started}`)
    expect(read().starting).toEqual(new Set(['2.1']))
    expect(read().started.get('1.1')).toEqual({ attempt: '1.1', pid: 42, processStartedAt: '777', at: 10 })
    write(`${header}starting\t1.1\nrefused\t1.1\tprogram\tENOENT\tpath\tnope\n`)
    expect(read().starting).toEqual(new Set())
    expect([...read().refused.keys()]).toEqual(['1.1'])
    write(`${header}${started}${exited('1.1')}refused\t2.1\tfenced\t-\t-\t-\nforgotten\n`)
    expect(read()).toMatchObject({ started: new Map(), exits: new Map(), refused: new Map() })
  })

  it('is removed together with its fence', () => {
    write(header)
    const journal = read()
    fenceLauncher(journal)
    expect(existsSync(fencePath(journal.path))).toBe(true)
    removeJournal(journal)
    removeJournal(journal)
    expect(existsSync(fencePath(journal.path))).toBe(false)
    expect(readJournals(runDir)).toEqual([])
  })

  it('leads to a signal for that very process only, not for another with the same pid', async () => {
    const child = spawn('sleep', ['60'])
    const ended = once(child, 'exit')
    const own = identify(child.pid ?? 0)
    if (own === null) throw new Error('the child is not there')
    write(header.replace('999999\t123\tboot', `${own.pid}\t${own.startedAt}0\t${own.bootId}`))
    stopOrphanedLauncher(read())
    expect(isRunning(own)).toBe(true)
    expect(child.kill('SIGUSR1')).toBe(true)
    expect(await ended).toEqual([null, 'SIGUSR1'])
  })

  it('leads to a signal for a launcher that is still there', async () => {
    const child = spawn('sleep', ['60'])
    const ended = once(child, 'exit')
    const own = identify(child.pid ?? 0)
    write(header.replace('999999\t123\tboot', `${own?.pid}\t${own?.startedAt}\t${own?.bootId}`))
    stopOrphanedLauncher(read())
    expect(await ended).toEqual([null, 'SIGTERM'])
  })
})
