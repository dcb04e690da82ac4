/** What stamp.c does, for machines without a C compiler; slower, and a daemon is only a child of its own session. */
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'

const [trace, ms, kind] = process.argv.slice(2)
const { SLIPWAY_BATCH: batch, SLIPWAY_JOB: job, SLIPWAY_ATTEMPT: attempt = '' } = process.env
const log = (what) =>
  appendFileSync(trace, `${what} ${batch} ${job} ${attempt} ${process.hrtime.bigint()} ${process.pid}\n`)

if (kind === 'child') {
  for (let done = 0; done < 60_000; done += 5) {
    await pass(5)
    log('T')
  }
} else {
  log('B')
  if (kind === 'daemon')
    spawn(process.execPath, [import.meta.filename, trace, '0', 'child'], {
      detached: true,
      stdio: 'ignore',
    }).unref()
  for (let done = 0; done < Number(ms); done += 5) {
    await pass(5)
    log('T')
  }
  log('E')
  process.exit(kind === 'shaky' && Number(attempt.split('.')[1]) % 2 === 1 ? 1 : 0)
}
