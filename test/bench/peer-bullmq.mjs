/**
 * BullMQ with a Redis that syncs each command to its append-only file, one worker that starts /bin/true.
 * Usage: node peer-bullmq.mjs <folder with its node_modules> <jobs> <work folder> <port>. Prints ms per job.
 */
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [, , peers, count, folder, port] = process.argv
const { Queue, Worker } = createRequire(join(peers, 'x.js'))('bullmq')
const connection = { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null }
const name = `bench-${process.pid}`
const queue = new Queue(name, { connection })
const jobs = Number(count)
await queue.addBulk(Array.from({ length: jobs }, (_, n) => ({ name: 'true', data: { n } })))
const log = openSync(join(folder, 'bullmq.log'), 'a')
let left = jobs
const from = performance.now()
const worker = new Worker(
  name,
  () =>
    new Promise((resolve) => {
      spawn('/bin/true', { stdio: ['ignore', log, log], detached: true }).on('exit', () => resolve())
    }),
  { connection, concurrency: 1 },
)
worker.on('completed', () => {
  left -= 1
  if (left > 0) return
  console.log((performance.now() - from) / jobs)
  process.exit(0)
})
