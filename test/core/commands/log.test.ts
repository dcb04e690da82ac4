import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CommandInput } from '../../../src/contract/commands.ts'
import { commands } from '../../../src/contract/commands.ts'
import { outputs } from '../../../src/contract/outputs.ts'
import type { Scope } from '../../../src/core/commands/command.ts'
import { log } from '../../../src/core/commands/log.ts'
import { cutNotePath, keptTailPath } from '../../../src/core/logs/log-extent.ts'
import { seeded } from '../../helpers/seeded.ts'
import { aBatch, aRunningBatch, aScope, endJob, writeLog } from './a-scope.ts'

const head = 65_536

async function read(scope: Scope, input: CommandInput<'log'>) {
  const result = await log(scope, commands.log.input.parse(input))
  if (!result.ok) throw new Error(result.error.message)
  return outputs.log.parse(result.value)
}

/** Reads to the end as a follower does. */
async function follow(scope: Scope, batch: string, length: number) {
  let text = ''
  for (let from = 0; ; ) {
    const piece = await read(scope, { batch, job: 1, from, length })
    text += piece.text
    from = piece.from + piece.bytes
    if (piece.bytes === 0 || from >= piece.size) return { text, from, piece }
  }
}

describe('log', () => {
  it('gives the last part by default, and reports where it is from', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    writeLog(scope, batch, 'x'.repeat(100_000))
    const piece = await read(scope, { batch: batch.number, job: 1 })
    expect(piece).toMatchObject({
      from: 100_000 - 65_536,
      bytes: 65_536,
      size: 100_000,
      attempt: 1,
      open: true,
    })
  })

  it('is empty for a job without output and for one that has not begun', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope, 2)
    expect(await read(scope, { batch: batch.number, job: 1 })).toMatchObject({
      text: '',
      size: 0,
      open: true,
    })
    expect(await read(scope, { batch: batch.number, job: 2 })).toMatchObject({
      text: '',
      attempt: 0,
      open: false,
    })
  })

  it('knows no other batch, job or attempt', async () => {
    const scope = aScope()
    const { number } = aBatch(scope)
    for (const input of [
      { batch: number + 1, job: 1 },
      { batch: number, job: 2 },
      { batch: number, job: 1, attempt: 1 },
    ])
      expect(await log(scope, commands.log.input.parse(input))).toMatchObject({
        error: { code: 'not-found' },
      })
  })

  it('never splits a character, whatever the pieces', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: -200, max: 200 }),
        async (text, length, from) => {
          writeLog(scope, batch, text)
          expect((await follow(scope, batch.id, length)).text).toBe(text)
          const piece = await read(scope, { batch: batch.id, job: 1, from, length })
          expect(
            Buffer.from(text)
              .subarray(piece.from, piece.from + piece.bytes)
              .toString(),
          ).toBe(piece.text)
          expect(text).toContain(piece.text)
        },
      ),
      seeded(300),
    )
  }, 120_000)

  it('shows bytes that are no text, and gets past them', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    writeLog(scope, batch, Buffer.from([0, 0xff, 0xe2, 0x80, 0x80, 0x80, 0x80, 0x80, 0xf0, 0x41, 0xc3]))
    const open = await follow(scope, batch.id, 2)
    expect(open.from).toBe(10) // the last byte may be the first half of a character to come
    endJob(scope, batch, 11)
    expect((await follow(scope, batch.id, 2)).from).toBe(11)
  })

  it('reads only the piece, also far inside a huge log', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    const file = writeLog(scope, batch, 'begin')
    truncateSync(file, 1_500_000_000)
    const started = performance.now()
    expect(await read(scope, { batch: batch.id, job: 1, from: -10, length: 10 })).toMatchObject({
      from: 1_499_999_990,
      bytes: 10,
      size: 1_500_000_000,
    })
    expect(performance.now() - started).toBeLessThan(500)
  })

  it('steps over the gap of a log that is being cut, with offsets of the whole stream', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    const file = writeLog(scope, batch, `${'h'.repeat(head)}new`)
    writeFileSync(keptTailPath(file), 'tail-')
    writeFileSync(cutNotePath(file), `${head} ${head} 1000 5\n`)
    const first = await read(scope, { batch: batch.id, job: 1, from: 0, length: 100_000 })
    expect(first).toMatchObject({ bytes: head, gap: { from: head, to: head + 1000 }, size: head + 1008 })
    const second = await read(scope, { batch: batch.id, job: 1, from: head, length: 100_000 })
    expect(second).toMatchObject({ from: head + 1000, text: 'tail-new' })
    const inTail = await read(scope, { batch: batch.id, job: 1, from: -7, length: 100_000 })
    expect(inTail).toMatchObject({ from: head + 1001, text: 'ail-new' })
  })

  it('keeps the same offsets after a cut log was made whole', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    writeLog(scope, batch, `${'h'.repeat(head)}\n[slipway: 1.0 kB of output left out here]\ntail-new`)
    endJob(scope, batch, head + 1008)
    const piece = await read(scope, { batch: batch.id, job: 1, from: head + 1005 })
    expect(piece).toMatchObject({ text: 'new', size: head + 1008, gap: { from: head, to: head + 1000 } })
    expect((await follow(scope, batch.id, 100_000)).text === `${'h'.repeat(head)}tail-new`).toBe(true)
  })

  it('leaves alone what only looks like the line of a gap', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    const text = `${'h'.repeat(head)}\n[slipway: 1.0 kB of output left out here]\ntail`
    writeLog(scope, batch, text)
    endJob(scope, batch, text.length)
    const { text: read, piece } = await follow(scope, batch.id, 1_000_000)
    expect(piece.gap).toBeNull()
    expect(read === text).toBe(true) // not toBe(text): a failure would print all of it
  })

  it('holds the place of a follower while a log is shorter for a moment', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    writeLog(scope, batch, 'short')
    expect(await read(scope, { batch: batch.id, job: 1, from: 900 })).toMatchObject({ from: 900, bytes: 0 })
  })

  it('follows no link, neither as the log nor as its folder', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    const file = writeLog(scope, batch, 'text')
    const secret = path.join(scope.home, 'secret')
    renameSync(file, secret)
    symlinkSync(secret, file)
    const input = commands.log.input.parse({ batch: batch.id, job: 1 })
    expect(await log(scope, input)).toMatchObject({ error: { code: 'not-possible' } })
    const folder = path.dirname(file)
    rmSync(folder, { recursive: true })
    const elsewhere = path.join(scope.home, 'elsewhere')
    mkdirSync(elsewhere)
    writeFileSync(path.join(elsewhere, path.basename(file)), 'secret')
    symlinkSync(elsewhere, folder)
    expect(await log(scope, input)).toMatchObject({ error: { code: 'not-possible' } })
  })
})
