import { closeSync, openSync, truncateSync, writeSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { CommandInput } from '../../../src/contract/commands.ts'
import { commands } from '../../../src/contract/commands.ts'
import { outputs } from '../../../src/contract/outputs.ts'
import type { Scope } from '../../../src/core/commands/command.ts'
import { logSearch, searchBytesPerCall } from '../../../src/core/commands/log-search.ts'
import { aRunningBatch, aScope, writeLog } from './a-scope.ts'

async function search(scope: Scope, input: CommandInput<'log-search'>) {
  const result = await logSearch(scope, commands['log-search'].input.parse(input))
  if (!result.ok) throw new Error(result.error.message)
  return outputs['log-search'].parse(result.value)
}

describe('log-search', () => {
  it('finds lines whatever their case, once each, with their offsets in bytes', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    writeLog(scope, batch, 'größe\nÜBERALL error error\r\nnothing\nüberall')
    const found = await search(scope, { batch: batch.id, job: 1, query: 'Überall' })
    expect(found).toEqual({
      matches: [
        { offset: 8, line: 'ÜBERALL error error' },
        { offset: 38, line: 'überall' },
      ],
      next: null,
    })
  })

  it('continues where a page ended', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    writeLog(scope, batch, Array.from({ length: 25 }, (_, n) => `hit ${n}\n`).join(''))
    const lines: string[] = []
    for (let from: number | null = 0; from !== null; ) {
      const page: Awaited<ReturnType<typeof search>> = await search(scope, {
        batch: batch.id,
        job: 1,
        query: 'hit',
        from,
        limit: 10,
      })
      lines.push(...page.matches.map((match) => match.line))
      from = page.next
    }
    expect(lines).toEqual(Array.from({ length: 25 }, (_, n) => `hit ${n}`))
  })

  it('finds what lies across chunks of a log without line ends, and shows only its surroundings', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    const at = 1_048_576 - 3
    writeLog(scope, batch, `${'a'.repeat(at)}needle${'b'.repeat(2_000_000)}`)
    const { matches } = await search(scope, { batch: batch.id, job: 1, query: 'NEEDLE' })
    expect(matches).toHaveLength(1)
    expect(matches[0]?.line).toContain('needle')
    expect(matches[0]?.line.length).toBeLessThanOrEqual(400)
    expect(matches[0]?.offset).toBeGreaterThan(at - 1_000)
  })

  it('scans a bounded part of a huge log in one call', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    const file = writeLog(scope, batch, '')
    truncateSync(file, 100_000_000)
    const fd = openSync(file, 'r+')
    writeSync(fd, '\nthe needle\n', 90_000_000)
    closeSync(fd)
    const first = await search(scope, { batch: batch.id, job: 1, query: 'needle' })
    expect(first.matches).toEqual([])
    expect(first.next).toBeGreaterThanOrEqual(searchBytesPerCall)
    const second = await search(scope, { batch: batch.id, job: 1, query: 'needle', from: first.next ?? 0 })
    expect(second).toEqual({ matches: [{ offset: 90_000_001, line: 'the needle' }], next: null })
  })

  it('finds nothing in a log that is not there', async () => {
    const scope = aScope()
    const batch = aRunningBatch(scope)
    expect(await search(scope, { batch: batch.id, job: 1, query: 'x' })).toEqual({ matches: [], next: null })
  })
})
