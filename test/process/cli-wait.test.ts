/** What `run` and `work` print while they wait, and that they never wait for what nobody will do. */

import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, summarySchema } from '../../src/contract/entities.ts'
import { outputs } from '../../src/contract/outputs.ts'
import { until } from '../helpers/launcher-kit.ts'
import { aPlace, documentOf, type Place } from './slipway.ts'

const workDocument = z.object({
  batches: z.array(batchSchema),
  interrupted: z.boolean(),
  blocked: z.array(z.string()),
})
const runDocument = outputs.enqueue.extend(workDocument.shape).extend({ summaries: z.array(summarySchema) })
const ONE = '{batches: [{type: t, run: [echo, "{input}"], over: {list: [a]}}]}'

describe('when nothing can run now', () => {
  test('run ends with 7 and the reason: a paused queue', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', ONE)
    await place.run('pause', '--reason', 'lunch')
    const document = await place.json(runDocument, ['run', 'x.slipway.yaml'], 7)
    expect(document.blocked).toEqual([
      expect.stringMatching(/^The queue has been paused since .*: lunch; 1 batch waits$/),
    ])
    const text = await place.run('run', 'x.slipway.yaml', '--if-exists', 'return')
    expect(text.code).toBe(7)
    expect(text.err).toMatch(/^Nothing can run now:\n {2}The queue has been paused since .*: lunch/m)
    await place.run('resume')
    expect((await place.run('run', 'x.slipway.yaml', '--if-exists', 'return')).code).toBe(0)
  })

  test('so does work --until-empty once a stop mark was reached, two of them alike', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', ONE)
    place.write('y.slipway.yaml', ONE)
    await place.run('add', 'x.slipway.yaml')
    await place.run('add', 'y.slipway.yaml')
    await place.run('stop-after', '1')
    const workers = [1, 2].map(() => place.start('work', '--until-empty', '--json').ended)
    for (const { code, out } of await Promise.all(workers)) {
      expect(code).toBe(7)
      expect(documentOf(workDocument, out).blocked).toEqual([
        expect.stringMatching(
          /^The queue has been paused since .*: stop after #1 was reached; 1 batch waits$/,
        ),
      ])
    }
  })

  test('a paused queue with nothing in it is empty', async () => {
    const place = aPlace()
    await place.run('pause')
    expect((await place.run('work', '--until-empty')).code).toBe(0)
  })
})

describe('a batch in the queue that nobody sealed', () => {
  const put = (place: Place, status: string, position: number) => {
    const db = new Database(join(place.home, 'slipway.db'))
    db.exec(
      `DROP TRIGGER batch_begins_initiated; DROP TRIGGER sealed_first;
       INSERT INTO batches (id, configuration_id, batch_type, status, position, created_at, queued_at)
       VALUES ('00000000-0000-4000-8000-000000000002', 1, 'raw', 'queued', 1, 1, 1);
       INSERT INTO jobs (batch_id, ordinal, command) VALUES
         ('00000000-0000-4000-8000-000000000002', 1, '{"argv":["true"]}');
       UPDATE batches SET status = '${status}', position = ${position} WHERE number = 2`,
    )
    db.close()
  }

  test('does not keep work from ending, which names the reason', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', ONE)
    await place.run('run', 'x.slipway.yaml')
    put(place, 'queued', 1)
    const document = await place.json(workDocument, ['work', '--until-empty'], 7)
    expect(document).toMatchObject({
      batches: [],
      blocked: ['#2 waits to be sealed by whoever adds its jobs'],
    })
    expect((await place.run('cancel', '2')).code).toBe(0)
  })

  test('and that runs is let go when its jobs have ended', async () => {
    const place = aPlace()
    place.write('x.slipway.yaml', ONE)
    await place.run('run', 'x.slipway.yaml')
    put(place, 'running', 0)
    const { code, out } = await place.run('work', '--until-empty', '--json')
    expect(code).toBe(7)
    expect(documentOf(workDocument, out).blocked[0]).toMatch(
      /^#2 has run all its jobs and waits to be sealed/,
    )
    const { batches } = await place.json(outputs.list, ['list'])
    expect(batches).toMatchObject([{ number: 2, status: 'queued', jobs: { succeeded: 1 } }])
  })
})

/** Whether the process has this file open. */
function hasOpen(pid: number, file: string): boolean {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).some((fd) => {
    try {
      return readlinkSync(join(folder, fd)) === file
    } catch {
      return false // closed since it was listed
    }
  })
}

test('a held database is waited for: a person is notified, and what a program reads stays a document', async () => {
  const place = aPlace()
  place.write('x.slipway.yaml', ONE)
  place.write('y.slipway.yaml', ONE)
  await place.run('list')
  const holder = new Database(join(place.home, 'slipway.db'))
  holder.exec('BEGIN IMMEDIATE')
  const program = place.start('add', 'x.slipway.yaml', '--json')
  await until(
    () => hasOpen(program.pid, join(place.home, 'slipway.db')),
    'the program waits for the database',
  )
  const person = place.start('add', 'y.slipway.yaml')
  // It began to wait after the program did, so the program has had the time to print it as well.
  await person.until(/^Waiting for another program that has locked the database…\n/m)
  holder.exec('COMMIT')
  holder.close()
  const [answered, reports] = await Promise.all([program.ended, person.ended])
  expect(reports.code).toBe(0)
  expect(answered).toMatchObject({ code: 0, err: '' })
  expect(documentOf(outputs.enqueue, answered.out).created).toHaveLength(1)
})
