/** Reads a trace of Chromium: what each frame cost the page's main thread, and what raster and display took. Pure. */

export type Frames = {
  /** CPU milliseconds of the main thread, for each frame. */
  main: number[]
  /** CPU milliseconds of the threads that turn the page into pixels, altogether. */
  rasterMs: number
  /** The same of the thread that puts the pixels together. */
  displayMs: number
}

type Entry = {
  name: string
  ph: string
  pid: number
  tid: number
  ts: number
  dur?: number
  tdur?: number
  args?: { name?: string }
}

/** From the trace's JSON; the busiest page is meant. */
export function framesOf(json: string): Frames {
  const { traceEvents } = JSON.parse(json) as { traceEvents: Entry[] }
  const names = new Map<string, string>()
  for (const entry of traceEvents)
    if (entry.ph === 'M' && entry.name === 'thread_name') names.set(thread(entry), entry.args?.name ?? '')
  const threads = Map.groupBy(
    traceEvents.filter((entry) => entry.ph === 'X'),
    thread,
  )
  const called = (name: string) =>
    [...threads].filter(([key]) => names.get(key) === name).map(([, list]) => list)
  const main = called('CrRendererMain').sort((a, b) => b.length - a.length)[0] ?? []
  const page = main[0]?.pid
  const raster = traceEvents.filter((entry) => entry.pid === page && entry.name === 'RasterTask')
  return {
    main: perFrame(main),
    rasterMs: raster.reduce((sum, each) => sum + cpuMs(each), 0),
    displayMs: called('VizCompositorThread')
      .flat()
      .filter((entry) => entry.name === task)
      .reduce((sum, each) => sum + cpuMs(each), 0),
  }
}

const task = 'ThreadControllerImpl::RunTask'
const thread = (entry: Entry) => `${entry.pid} ${entry.tid}`
const cpuMs = (entry: Entry) => (entry.tdur ?? entry.dur ?? 0) / 1_000

/** Every task counts for the frame in which it ended. */
function perFrame(main: readonly Entry[]): number[] {
  const begins = main
    .filter((entry) => entry.name === 'ProxyMain::BeginMainFrame')
    .map((entry) => entry.ts)
    .sort((a, b) => a - b)
  const work = begins.map(() => 0)
  for (const entry of main) {
    if (entry.name !== task) continue
    const end = entry.ts + (entry.dur ?? 0)
    const frame = begins.findLastIndex((begin) => begin <= end)
    if (frame >= 0) work[frame] = (work[frame] ?? 0) + cpuMs(entry)
  }
  return work
}
