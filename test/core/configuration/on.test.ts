/** Where jobs run: the key `on`, the setting `places`, and `--on`. */
import path from 'node:path'
import { expect, test } from 'vitest'
import type { NamedPlaces } from '../../../src/contract/places.ts'
import { formatProblem } from '../../../src/core/configuration/problem.ts'
import { readConfiguration } from '../../../src/core/configuration/read.ts'
import { project } from './project.ts'

async function read(on: string, options: { places?: NamedPlaces; on?: string } = {}, more = '') {
  const folder = project({ 'x.slipway.yaml': `batches:\n  - type: a\n    run: [echo]\n    ${on}\n${more}` })
  const places = options.places ?? {}
  return readConfiguration(path.join(folder, 'x.slipway.yaml'), { ...options, places })
}

async function placeOf(...args: Parameters<typeof read>) {
  const found = await read(...args)
  if (!found.ok) throw new Error(found.problems.map(formatProblem).join('\n'))
  const [batchType] = found.value.batchTypes
  return { place: batchType?.jobPlace, parallel: batchType?.parallel }
}

async function problemsOf(...args: Parameters<typeof read>) {
  const found = await read(...args)
  return found.ok ? [] : found.problems.map(({ line, message }) => `${line}: ${message}`)
}

test('a batch runs here unless it says otherwise', async () => {
  expect(await placeOf('priority: 1')).toEqual({ place: null, parallel: 1 })
  expect(await placeOf('on: here')).toEqual({ place: null, parallel: 1 })
})

test('what is asked of Slurm is read with its units, and the rest is left to the cluster', async () => {
  const { place } = await placeOf(
    'on: { slurm: { partition: long, time: 90m, cpus: 4, memory: 16GB, gpus: "a100:2", extra: [--exclusive, --nice=10] } }',
  )
  expect(place).toEqual({
    name: 'slurm',
    slurm: {
      partition: 'long',
      account: null,
      qos: null,
      timeMs: 5_400_000,
      cpus: 4,
      memoryMb: 15_259,
      gpus: 'a100:2',
      extra: ['--exclusive', '--nice=10'],
      folder: null,
      atOnce: 500,
      lostAfterMs: 180_000,
    },
  })
})

test('on a cluster as many jobs run at once as may be handed to it, or as the batch says', async () => {
  expect((await placeOf('on: slurm')).parallel).toBe(500)
  expect((await placeOf('on: { slurm: { at-once: 40 } }')).parallel).toBe(40)
  expect((await placeOf(['on: slurm', 'parallel: 300'].join('\n    '))).parallel).toBe(300)
  expect((await placeOf('parallel: 300\n    on: { slurm: { at-once: 40 } }')).parallel).toBe(40)
})

test('a place of the settings is found by its name, and --on sends every batch there, or back here', async () => {
  const places: NamedPlaces = { cluster: { slurm: { partition: 'gpu', 'at-once': 7 } } }
  const named = await placeOf('on: cluster', { places })
  expect(named.place).toMatchObject({ name: 'cluster', slurm: { partition: 'gpu', atOnce: 7 } })
  expect(await placeOf('priority: 1', { places, on: 'cluster' })).toEqual(named)
  expect((await placeOf('on: cluster', { places, on: 'here' })).place).toBeNull()
})

test('what is wrong with it is reported with its line and the known keys', async () => {
  expect(await problemsOf('on: clutser', { places: { cluster: { slurm: {} } } })).toEqual([
    '4: there is no place "clutser"; known are here, slurm, cluster (slipway settings places)',
  ])
  expect(await problemsOf('on: { slurm: { memory: 16, tiem: 2h } }')).toEqual([
    expect.stringContaining('a number needs its unit'),
    expect.stringContaining('unknown key "tiem" in slurm'),
  ])
  expect(await problemsOf('on: cluster', { places: { cluster: { slurm: { cpus: 0 } } } })).toEqual([
    expect.stringContaining('the setting places, "cluster": cpus is 0'),
  ])
  expect((await problemsOf('priority: 1', { on: 'elsewhere' }))[0]).toContain('there is no place "elsewhere"')
})

test.each([
  '--job-name=x',
  '-J',
  '--array=1-3',
  '--requeue',
  '--output=/tmp/x',
  '--export=ALL',
  'x',
  '--chdir',
])(
  'an argument of sbatch that would take Slipway the means to find its jobs is refused: %s',
  async (extra) => {
    expect(await problemsOf(`on: { slurm: { extra: ["${extra}"] } }`)).toHaveLength(1)
  },
)
