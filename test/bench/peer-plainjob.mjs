/**
 * plainjob with every transaction synced (synchronous=FULL), one worker that starts /bin/true for each job.
 * Usage: node peer-plainjob.mjs <folder with its node_modules> <jobs> <work folder>. Prints ms per job.
 */
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'

const [, , peers, count, folder] = process.argv
const entry = createRequire(join(peers, 'x.js')).resolve('plainjob')
const { better, defineQueue, defineWorker } = await import(pathToFileURL(entry).href)
const quiet = { error: console.error, warn() {}, info() {}, debug() {} }
const database = new Database(join(folder, 'plainjob.db'))
const queue = defineQueue({ connection: better(database), logger: quiet })
database.pragma('synchronous = FULL')
const jobs = Number(count)
queue.addMany(
  'true',
  Array.from({ length: jobs }, (_, n) => n),
)
const log = openSync(join(folder, 'plainjob.log'), 'a')
let left = jobs
let from = 0
const worker = defineWorker(
  'true',
  () =>
    new Promise((resolve) => {
      spawn('/bin/true', { stdio: ['ignore', log, log], detached: true }).on('exit', resolve)
    }),
  {
    queue,
    logger: quiet,
    pollIntervall: 1,
    onCompleted() {
      left -= 1
      if (left > 0) return
      console.log((performance.now() - from) / jobs)
      process.exit(0)
    },
  },
)
from = performance.now()
void worker.start()
