import { expect, test } from 'vitest'
import { torture } from '../torture/torture.ts'

test('forty rounds of kills lose nothing, do nothing twice and leave nothing stuck', {
  timeout: 600_000,
}, async () => {
  const seed = Number(process.env.SLIPWAY_TORTURE_SEED ?? Date.now() % 1_000_000)
  const lines: string[] = []
  const report = await torture({ rounds: 40, seed, log: (line) => lines.push(line) })
  expect(report.losses, `seed ${seed}\n${lines.join('\n')}`).toEqual([])
  expect(report.rounds).toBe(40)
  expect(report.checks).toBeGreaterThan(2_000)
  // Every kind of death was really met; which named points a host reaches is a matter of chance.
  for (const kind of ['host', 'launcher', 'mid-migration', 'mid-fill', 'mid-reorder', 'mid-backup'])
    expect(report.kills[kind], kind).toBeGreaterThan(0)
})
