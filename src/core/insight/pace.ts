/**
 * Owns how fast jobs of a kind go, learned from finished ones: a range of milliseconds per job.
 *
 * The sum of n jobs is what has to be predicted, so the evidence is made of sums too: finished jobs in the order
 * of their ends are cut into blocks of up to n, and the quantiles of the blocks' means are the range. Blocks keep
 * apart what a mean would hide (a slow batch, a slow hour), and no distribution is assumed. Few blocks are little
 * evidence: the range is widened by 1/blocks, and never by less than a twentieth.
 */

/** Finished jobs of one batch in the order of their ends. */
export type Sample = { parallel: number; jobs: readonly { cost_ms: number; completed_at: number }[] }
export type Range = { low: number; mid: number; high: number }
export type Pace = {
  /** How many finished jobs it was learned from. */
  readonly jobs: number
  /** What `count` jobs take together with `parallel` slots, in ms of awake time. */
  total(count: number, parallel: number): Range
  /** What one job takes, in ms. */
  readonly one: Range
}

/** Number of blocks where there are enough jobs. */
const blocksWanted = 8
/** What starting a job may cost beside its own time; a longer gap between two ends is a pause or sleep. */
const overheadMs = 100

/** Learns from samples; undefined when they hold no finished job. */
export function learnPace(samples: readonly Sample[]): Pace | undefined {
  const costs = samples.flatMap((sample) => sample.jobs.map((job) => job.cost_ms)).sort((a, b) => a - b)
  if (costs.length === 0) return undefined
  const known = new Map<string, Range>()
  const one = rangeOf(costs, costs.length)
  const perJob = (size: number, parallel: number): Range => {
    const key = `${size}/${parallel}`
    const found = known.get(key)
    if (found) return found
    const means = samples.flatMap((sample) => blockMeans(sample, size, parallel)).sort((a, b) => a - b)
    const range = rangeOf(means, means.length)
    if (known.size > 100) known.clear()
    known.set(key, range)
    return range
  }
  return {
    jobs: costs.length,
    one,
    total(count, parallel) {
      if (count <= 0) return { low: 0, mid: 0, high: 0 }
      const size = Math.max(1, Math.min(count, Math.floor(costs.length / blocksWanted)))
      const each = perJob(size, parallel)
      // However many slots there are, the last job takes its own time.
      return {
        low: Math.max(each.low * count, one.low),
        mid: Math.max(each.mid * count, one.mid),
        high: Math.max(each.high * count, one.high),
      }
    },
  }
}

function blockMeans(sample: Sample, size: number, parallel: number): number[] {
  const means: number[] = []
  const { jobs } = sample
  for (let from = 0; from < jobs.length; from += size) {
    const block = jobs.slice(from, from + size)
    // A remainder too small to compare stays out, unless it is all there is.
    if (block.length < size / 2 && means.length > 0) break
    const cost = block.reduce((sum, job) => sum + job.cost_ms, 0)
    const longest = block.reduce((most, job) => Math.max(most, job.cost_ms), 0)
    const ideal = cost / parallel
    const before = jobs[from - 1]
    const last = block.at(-1)
    // The time between ends holds what starting jobs costs; it counts where it shows neither pause nor sleep.
    const passed = before && last ? last.completed_at - before.completed_at : -1
    const fitting =
      sample.parallel === parallel &&
      (parallel === 1 || block.length >= 4 * parallel) &&
      passed >= ideal * 0.8 &&
      passed <= ideal + block.length * overheadMs + (parallel > 1 ? longest : 0)
    means.push((fitting ? passed : ideal) / block.length)
  }
  return means
}

function rangeOf(sorted: readonly number[], evidence: number): Range {
  const wider = 1 + Math.max(1 / evidence, 0.05)
  return {
    low: quantile(sorted, 0.1) / wider,
    mid: quantile(sorted, 0.5),
    high: quantile(sorted, 0.9) * wider,
  }
}

/** The q-quantile of sorted values, interpolated. */
function quantile(sorted: readonly number[], q: number): number {
  const place = (sorted.length - 1) * q
  const below = sorted[Math.floor(place)] ?? 0
  const above = sorted[Math.ceil(place)] ?? below
  return below + (above - below) * (place - Math.floor(place))
}
