/** What `--skip-done` leaves out, and why, through the built command line. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { outputs } from '../../src/contract/outputs.ts'
import { aPlace, type Place } from './slipway.ts'

const text = (more = '') => `
batches:
  - type: t
    run: [sh, job.sh, "{input}", "out/{stem}"]
    over: { files: "data/*.csv" }
    expect: "out/{stem}"
    make-folders: true
    reads: [shared.txt, "data/{stem}.meta"]
${more}`

/** A batch over five files that has run once. */
async function doneOnce(place: Place) {
  mkdirSync(join(place.project, 'data'))
  const put = (name: string, content: string) => {
    writeFileSync(join(place.project, name), content)
    // Of yesterday, as a file that changed while its job ran proves nothing about what the job has read.
    const day = new Date(Date.now() - 86_400_000)
    utimesSync(join(place.project, name), day, day)
  }
  put('job.sh', 'cat "$1" > "$2"')
  put('shared.txt', 'shared')
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    put(`data/${name}.csv`, name)
    put(`data/${name}.meta`, name)
  }
  const file = place.write('x.slipway.yaml', text())
  expect(await place.run('run', file)).toMatchObject({ code: 0 })
  const add = async (how = '--skip-done') => {
    const { skipped, created } = await place.json(outputs.enqueue, ['add', 'x.slipway.yaml', how])
    for (const { number } of created) await place.run('cancel', String(number))
    return skipped[0]
  }
  return { put, add, file }
}

test('nothing that is unchanged runs again, and the answer counts it', async () => {
  const place = aPlace()
  const { add } = await doneOnce(place)
  expect(await add()).toMatchObject({
    jobs: 5,
    done: { unchanged: 5, changed: 0, outputsMissing: 0, new: 0, since: 1 },
  })
  const again = await place.run('add', '--skip-done', 'x.slipway.yaml')
  expect(again.out).toMatch(/left out 5 jobs of t: 5 unchanged since #1\n.*nothing left to add/)
})

test('a changed input, a missing output and a new input run, each for its reason', async () => {
  const place = aPlace()
  const { add, put } = await doneOnce(place)
  put('data/a.csv', 'other')
  put('data/b.meta', 'B') // as long as before: only the hash differs
  rmSync(join(place.project, 'out/c'))
  put('data/f.csv', 'f')
  const dry = await place.run('add', 'x.slipway.yaml', '--skip-done', '--dry-run')
  expect(dry.out).toMatch(/2 unchanged since #1; 2 changed, 1 output missing, 1 new/)
  expect(await add()).toMatchObject({
    jobs: 2,
    done: { unchanged: 2, changed: 2, outputsMissing: 1, new: 1, since: 1 },
  })
  expect(await add('--skip-done=command')).toMatchObject({ jobs: 5, done: { unchanged: 5, new: 1 } })
})

test('a file that was written again with the same content is unchanged, by its hash', async () => {
  const place = aPlace()
  const { add } = await doneOnce(place)
  writeFileSync(join(place.project, 'data/a.csv'), 'a')
  writeFileSync(join(place.project, 'shared.txt'), 'shared')
  expect(await add()).toMatchObject({ done: { unchanged: 5 } })
})

test('a changed script, or something more to read, changes all jobs', async () => {
  const place = aPlace()
  const { add, put } = await doneOnce(place)
  put('more.txt', '')
  place.write('x.slipway.yaml', text().replace('shared.txt', 'shared.txt, more.txt'))
  expect(await add()).toMatchObject({ done: { changed: 5, since: null } })
  place.write('x.slipway.yaml', text())
  put('job.sh', 'cat "$1"  > "$2"')
  expect(await add()).toMatchObject({ jobs: 0, done: { changed: 5, unchanged: 0 } })
})

test('a stage whose inputs are looked up at its turn leaves out what is unchanged then', async () => {
  const place = aPlace()
  const { file } = await doneOnce(place)
  place.write(
    'x.slipway.yaml',
    text(
      '  - { type: u, after: t, run: [cp, "{input}", "two/{stem}"], over: { files: "out/*" }, expect: "two/{stem}", make-folders: true }',
    ),
  )
  expect(await place.run('run', file, '--skip-done')).toMatchObject({ code: 0 })
  writeFileSync(join(place.project, 'data/a.csv'), 'A')
  expect(await place.run('run', file, '--skip-done')).toMatchObject({ code: 0 })
  const { batches } = await place.json(outputs.list, ['list', '--all'])
  expect(batches.map(({ type, jobs }) => `${type} ${jobs.succeeded}`).sort()).toEqual([
    't 1',
    't 5',
    'u 1',
    'u 5',
  ])
})
