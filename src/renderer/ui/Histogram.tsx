/**
 * Owns the histogram of job times: logarithmic buckets as bars, with a table of the same for screen readers.
 */
import { useMemo } from 'react'
import type uPlot from 'uplot'
import { amount, duration } from '../../contract/words.ts'
import { Plot, type PlotColours } from './Plot.tsx'

export type Bucket = { fromMs: number; toMs: number; count: number }

const heightPx = 120

export function Histogram({ buckets }: { buckets: readonly Bucket[] }) {
  const data = useMemo<uPlot.AlignedData>(
    () => [buckets.map((_, i) => i), buckets.map((b) => b.count)],
    [buckets],
  )
  const options = useMemo(() => histogramOptions(buckets), [buckets])
  return (
    <figure style={{ margin: 0 }}>
      <Plot data={data} options={options} heightPx={heightPx} label="Histogram of job times" />
      <figcaption className="sr-only">
        {buckets
          .filter((b) => b.count > 0)
          .map((b) => `${duration(b.fromMs)} to ${duration(b.toMs)}: ${amount(b.count)}`)
          .join('; ')}
      </figcaption>
    </figure>
  )
}

function histogramOptions(buckets: readonly Bucket[]) {
  return (colours: PlotColours, bars: uPlot.Series.PathBuilder): Omit<uPlot.Options, 'width' | 'height'> => ({
    legend: { show: false },
    cursor: { x: false, y: false, drag: { x: false, y: false }, points: { show: false } },
    padding: [6, 8, 0, 0],
    scales: {
      x: { time: false, range: [-0.6, buckets.length - 0.4] },
      y: { range: (_u, _min, max) => [0, Math.max(1, max)] },
    },
    axes: [
      {
        stroke: colours.dim,
        font: colours.font,
        grid: { show: false },
        ticks: { show: false },
        gap: 4,
        size: 24,
        splits: () => buckets.map((_, i) => i),
        values: (u, splits) => {
          const every = Math.max(1, Math.ceil(splits.length / Math.max(2, Math.floor(u.width / 80))))
          return splits.map((i) => {
            const bucket = buckets[i]
            return bucket && i % every === 0 ? duration(bucket.fromMs) : ''
          })
        },
      },
      {
        stroke: colours.dim,
        font: colours.font,
        grid: { stroke: colours.line, width: 1 },
        ticks: { show: false },
        gap: 4,
        size: 40,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000],
        space: 36,
      },
    ],
    series: [{}, { paths: bars, fill: colours.run, stroke: colours.run, width: 0, points: { show: false } }],
  })
}
