import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fencePath, journalPath } from '../../../src/core/run/launcher/journal.ts'
import { rescue } from '../../../src/core/run/rescuer.ts'
import {
  addBatch,
  addHost,
  claim,
  hostId,
  noon,
  reread,
  startJob,
  temporaryDatabase,
  temporaryFolder,
} from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

test('a host that only believes it is the executor fences nobody and takes nothing over', async () => {
  const db = temporaryDatabase()
  const home = temporaryFolder()
  const clock = stubClock(noon)
  addBatch(db)
  const batch = claim(db, clock.now())
  startJob(db, batch, clock.now())
  const run = join(home, 'run')
  mkdirSync(run)
  const journal = journalPath(run, 'L1')
  writeFileSync(journal, ['launcher', 1, 'native', 'L1', hostId, 1, '1', 'boot', 1].join('\t').concat('\n'))
  addHost(db, 'late', clock.now()) // the role stays with the other one
  expect(await rescue({ db, clock, home, hostId: 'late' })).toBeNull()
  expect(existsSync(fencePath(journal))).toBe(false)
  expect(reread(db, batch.id)).toMatchObject({ host_id: batch.host_id, claim_token: batch.claim_token })
  // The very same in the hands of the executor is a rescue.
  expect(await rescue({ db, clock, home, hostId })).toMatchObject({ finished: [{ hostDied: true }] })
  expect(reread(db, batch.id).claim_token).not.toBe(batch.claim_token)
})
