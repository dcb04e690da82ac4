/**
 * Loaded into a host before it starts (`--import`): BENCH_BALLAST_MB makes it that much larger, each page touched;
 * BENCH_PAUSES names a file that gets, at the end, the longest time (ms) that its event loop stood still while jobs ran.
 */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const ballast = Number(process.env.BENCH_BALLAST_MB ?? 0)
globalThis.benchBallast = Buffer.alloc(ballast * 1e6, 1)

const file = process.env.BENCH_PAUSES
if (file) {
  const resolution = 2
  const pauses = monitorEventLoopDelay({ resolution })
  // Not the start, when everything is loaded and nothing runs yet.
  setTimeout(() => pauses.enable(), 300).unref()
  process.on('exit', () => {
    const past = (ns) => Math.max(0, ns / 1e6 - resolution)
    writeFileSync(file, JSON.stringify({ longest: past(pauses.max), p999: past(pauses.percentile(99.9)) }))
  })
}
