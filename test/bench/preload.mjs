/**
 * Loaded into a host before it starts (`--import`): BENCH_BALLAST_MB makes it that much larger, each page touched;
 * BENCH_PAUSES names a file that gets, at the end, the longest time (ms) that its event loop stood still while jobs ran,
 * and the most CPU time that one turn of it took: that one is the host's own also where the machine is busy.
 */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const ballast = Number(process.env.BENCH_BALLAST_MB ?? 0)
globalThis.benchBallast = Buffer.alloc(ballast * 1e6, 1)

const file = process.env.BENCH_PAUSES
if (file) {
  const resolution = 2
  const pauses = monitorEventLoopDelay({ resolution })
  let turn = 0
  let isMeasured = false
  const begin = () => {
    pauses.enable()
    isMeasured = true
    let before = process.threadCpuUsage()
    setInterval(() => {
      const { user, system } = process.threadCpuUsage(before)
      if (isMeasured) turn = Math.max(turn, (user + system) / 1_000)
      before = process.threadCpuUsage()
    }, resolution).unref()
  }
  // Not the start, when everything is loaded and nothing runs yet.
  const end = () => {
    pauses.disable()
    isMeasured = false
  }
  if (process.env.BENCH_PAUSES_FROM === 'signal') process.on('SIGUSR2', () => (isMeasured ? end() : begin()))
  else setTimeout(begin, 300).unref()
  process.on('exit', () => {
    const past = (ns) => Math.max(0, ns / 1e6 - resolution)
    const result = { longest: past(pauses.max), p999: past(pauses.percentile(99.9)), turn }
    writeFileSync(file, JSON.stringify(result))
  })
}
