/** A data folder that can be read and not written: what changes nothing works, what would is refused. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aPlace, type Place } from '../process/slipway.ts'
import { mayMount, SmallDisk } from './small-disk.ts'

const readers = [
  ['list', '--all'],
  ['show', '1', '--jobs'],
  ['logs', '1', '1'],
  ['summary', '1'],
  ['events'],
  ['report', '1'],
]

/** A data folder of its own disk with a batch that has completed. */
async function worked(): Promise<{ place: Place; disk: SmallDisk }> {
  const place = aPlace()
  const disk = new SmallDisk(place.home, 16_384)
  onTestFinished(() => disk.unmount())
  await place.run('settings', 'min-free-disk-mb', '0')
  place.write('x.slipway.yaml', '{batches: [{type: t, run: [echo, hello], over: {list: [a]}}]}')
  expect((await place.run('run', 'x.slipway.yaml')).code).toBe(0)
  return { place, disk }
}

async function answers(place: Place): Promise<string[]> {
  const texts: string[] = []
  for (const args of readers) {
    const { code, out, err } = await place.run(...args)
    expect({ code, err }, args.join(' ')).toEqual({ code: 0, err: '' })
    texts.push(out)
  }
  return texts
}

describe.skipIf(!mayMount())('a data folder that can only be read (a tmpfs; mounting it takes root)', () => {
  test('answers as before when nobody has it open', async () => {
    const { place, disk } = await worked()
    expect(existsSync(join(place.home, 'slipway.db-wal'))).toBe(false)
    const before = await answers(place)
    disk.readOnly()
    expect(await answers(place)).toEqual(before)
  })

  test('refuses what would change it, and a host, in a sentence', async () => {
    const { place, disk } = await worked()
    disk.readOnly()
    for (const args of [['add', 'x.slipway.yaml'], ['pause'], ['work', '--until-empty']]) {
      const { code, out, err } = await place.run(...args)
      expect({ code, out, args }).toEqual({ code: 6, out: '', args })
      expect(err).toMatch(/data folder .*can't be written/)
    }
  })

  test('refuses an empty one', async () => {
    const place = aPlace()
    const disk = new SmallDisk(place.home, 64)
    onTestFinished(() => disk.unmount())
    disk.readOnly()
    expect(await place.run('list')).toMatchObject({ code: 6, out: '' })
  })
})
