/** From the samples of an hour to lines on the terminal and the section of docs/performance.md. Pure. */

export type Sample = {
  minute: number
  hostMb: number
  /** After a forced collection; null where there was none. */
  hostHeapMb: number | null
  launcherMb: number
  pageHeapMb: number
  nodes: number
  listeners: number
  walMb: number
  databaseMb: number
  jobsDone: number
  place: string
}

export type Hour = {
  samples: readonly Sample[]
  complaints: number
  rate: number
  machine: string
  load: [number, number]
  at: string
  logBytes: number
}

/** The first minutes fill caches and compile code; the slope is that of the rest. */
const warmUpMinutes = 10

/** One sample as a line. */
export function sampleLine(sample: Sample): string {
  const cells = [
    `${sample.minute.toFixed(1)} min`,
    `host ${sample.hostMb.toFixed(1)} MB`,
    ...(sample.hostHeapMb === null ? [] : [`its heap ${sample.hostHeapMb.toFixed(2)} MB`]),
    `launcher ${sample.launcherMb.toFixed(1)} MB`,
    `page ${sample.pageHeapMb.toFixed(2)} MB`,
    `${sample.nodes} nodes`,
    `${sample.listeners} listeners`,
    `wal ${sample.walMb.toFixed(2)} MB`,
    `db ${sample.databaseMb.toFixed(1)} MB`,
    `${sample.jobsDone} jobs`,
    sample.place,
  ]
  return cells.join('  ')
}

/** The section, with a slope for everything that must stay flat. */
export function hourSection(hour: Hour): string {
  const { samples } = hour
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined) return 'No sample was taken.'
  const settled = samples.filter((one) => one.minute >= Math.min(warmUpMinutes, last.minute / 3))
  const flat = (name: string, unit: string, of: (sample: Sample) => number) => {
    const values = settled.map(of)
    const cells = [
      name,
      number(Math.min(...values)),
      number(Math.max(...values)),
      number(values.at(-1) ?? Number.NaN),
    ]
    return `| ${cells.join(' | ')} | ${signed(slope(settled, of))} ${unit} |`
  }
  const spent = (last.minute - first.minute) * 60
  const done = last.jobsDone - first.jobsDone
  const perJob = ((last.databaseMb + last.walMb - first.databaseMb - first.walMb) * 1e6) / done
  return `## An hour of ${hour.rate} jobs a second, with a panel open

${hour.at} UTC, \`npm run bench:hour\`, ${last.minute.toFixed(0)} minutes, ${samples.length} samples, ${hour.machine}, load average ${hour.load.map((n) => n.toFixed(1)).join(' to ')}.
Each job prints 12 lines, one in fifty fails; batches of 500, added by the command line as the queue empties. Chromium
shows one view after the other, a change of view every 30 s. The page's memory is measured after a garbage collection.
The host's memory is as it is: it goes up until V8 collects, and down then; what its heap holds after a collection is below.
Slopes are least squares over the samples after the first ${Math.min(warmUpMinutes, last.minute / 3).toFixed(0)} minutes.

| what | lowest | highest | last | slope |
|---|---|---|---|---|
${flat('host, resident, MB', 'MB/h', (s) => s.hostMb)}
${flat('launcher, resident, MB', 'MB/h', (s) => s.launcherMb)}
${flat("page's JavaScript heap, MB", 'MB/h', (s) => s.pageHeapMb)}
${flat("page's DOM nodes", 'nodes/h', (s) => s.nodes)}
${flat("page's event listeners", 'listeners/h', (s) => s.listeners)}
${flat('write-ahead log, MB', 'MB/h', (s) => s.walMb)}
${flat('database, MB', 'MB/h', (s) => s.databaseMb)}

${done.toLocaleString('en')} jobs in ${(spent / 60).toFixed(1)} minutes: ${(done / spent).toFixed(1)} a second. The database grew by ${Math.round(perJob).toLocaleString('en')} bytes
for each job (its row, its events, its share of the batch's summary), and the logs took ${Math.round(hour.logBytes / last.jobsDone).toLocaleString('en')} bytes of disk each.
The host's heap after a collection: ${heaps(samples)}.
The page complained ${hour.complaints} times.
`
}

/** '13.1 MB at 10 min, 13.2 MB at 20 min'. */
function heaps(samples: readonly Sample[]): string {
  return samples
    .flatMap(({ minute, hostHeapMb }) =>
      hostHeapMb === null ? [] : [`${hostHeapMb.toFixed(1)} MB at ${minute.toFixed(0)} min`],
    )
    .join(', ')
}

/** Change per hour of a straight line through the samples. */
function slope(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const n = samples.length
  const meanX = samples.reduce((sum, one) => sum + one.minute / 60, 0) / n
  const meanY = samples.reduce((sum, one) => sum + of(one), 0) / n
  const up = samples.reduce((sum, one) => sum + (one.minute / 60 - meanX) * (of(one) - meanY), 0)
  const down = samples.reduce((sum, one) => sum + (one.minute / 60 - meanX) ** 2, 0)
  return up / down
}

function number(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${number(Math.abs(value))}`
}
