/**
 * Owns the timeline: each attempt as a bar over time, with the stretches in which the batch stood still. Zoom by
 * dragging, by the wheel, or by the buttons.
 */
import { ActionIcon, Group } from '@mantine/core'
import { IconZoomIn, IconZoomOut, IconZoomReset } from '@tabler/icons-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import type uPlot from 'uplot'
import type { CommandOutput } from '../../../contract/commands.ts'
import type { Batch } from '../../../contract/entities.ts'
import { clock, type HourCycle } from '../../../contract/moments.ts'
import { countOf, duration } from '../../../contract/words.ts'
import { go } from '../../store/panel-store.ts'
import { AnswerError } from '../../ui/AnswerError.tsx'
import { useHourCycle } from '../../ui/clock-hooks.ts'
import { Plot, type PlotOptions } from '../../ui/Plot.tsx'
import { useAnswer } from '../../ui/use-answer.ts'
import { inLanes, type Lane } from './timeline-lanes.ts'
import './timeline.css'

type TimelineData = CommandOutput<'timeline'>

const laneMostPx = 22
const frameHeightPx = 34
const stretchWords = { paused: 'paused', slept: 'asleep', 'no-host': 'no host' } as const

export function TimelineTab({ batch }: { batch: Batch }) {
  const answer = useAnswer('timeline', { batch: batch.id }, batch.jobs.succeeded + batch.jobs.failed)
  if (answer.error)
    return (
      <div className="timeline">
        <AnswerError error={answer.error} again={answer.again} />
      </div>
    )
  if (!answer.value) return null
  if (answer.value.attempts.length === 0)
    return (
      <div className="timeline">
        <p className="dim">No job has run yet.</p>
      </div>
    )
  return <Drawing data={answer.value} />
}

function Drawing({ data }: { data: TimelineData }) {
  const cycle = useHourCycle()
  const plot = useRef<uPlot | null>(null)
  const [under, setUnder] = useState<Lane | null>(null)
  const { placed, lanes } = useMemo(() => inLanes(data.attempts), [data.attempts])
  const span = useMemo(() => timeSpan(data), [data])
  const series = useMemo<uPlot.AlignedData>(
    () => [
      [span.from / 1_000, span.to / 1_000],
      [0, lanes],
    ],
    [span, lanes],
  )
  const options = useMemo(
    () => timelineOptions(placed, lanes, data.stretches, span, cycle, setUnder),
    [placed, lanes, data.stretches, span, cycle],
  )
  const keep = useCallback((made: uPlot | null) => {
    plot.current = made
  }, [])
  const zoom = (factor: number | null) => {
    const u = plot.current
    if (!u) return
    const { min, max } = u.scales.x ?? {}
    if (factor === null || min == null || max == null) {
      u.setScale('x', { min: span.from / 1_000, max: span.to / 1_000 })
      return
    }
    const middle = (min + max) / 2
    const half = ((max - min) / 2) * factor
    u.setScale('x', {
      min: Math.max(span.from / 1_000, middle - half),
      max: Math.min(span.to / 1_000, middle + half),
    })
  }
  const heightPx = Math.min(420, Math.max(110, lanes * (laneMostPx + 6) + frameHeightPx))
  const counts = countOutcomes(data)
  return (
    <div className="timeline">
      <Group gap="xs" justify="space-between">
        <p className="figures tabular timeline-legend">
          <span data-colour="ok">{countOf(counts.succeeded, 'attempt')} succeeded</span>
          {counts.failed > 0 && <span data-colour="bad">{counts.failed} failed</span>}
          {counts.interrupted > 0 && <span data-colour="warn">{counts.interrupted} interrupted</span>}
          {data.stretches.length > 0 && (
            <span data-colour="rest">{countOf(data.stretches.length, 'idle period')}</span>
          )}
        </p>
        <Group gap={2}>
          <ActionIcon aria-label="Zoom in" onClick={() => zoom(0.5)}>
            <IconZoomIn size={17} />
          </ActionIcon>
          <ActionIcon aria-label="Zoom out" onClick={() => zoom(2)}>
            <IconZoomOut size={17} />
          </ActionIcon>
          <ActionIcon aria-label="Show all" onClick={() => zoom(null)}>
            <IconZoomReset size={17} />
          </ActionIcon>
        </Group>
      </Group>
      <div
        onDoubleClick={() => zoom(null)}
        onClick={() => under && go({ tab: 'log', job: under.attempt.ordinal })}
      >
        <Plot data={series} options={options} heightPx={heightPx} label={timelineLabel(data)} onPlot={keep} />
      </div>
      <p className="timeline-under dim tabular">{under ? attemptWords(under, cycle) : 'Drag to zoom in.'}</p>
      <Stretches data={data} cycle={cycle} />
      {data.truncated && (
        <p className="dim">Only the latest {countOf(data.attempts.length, 'attempt')} are drawn.</p>
      )}
    </div>
  )
}

function Stretches({ data, cycle }: { data: TimelineData; cycle: HourCycle }) {
  if (data.stretches.length === 0) return null
  return (
    <section aria-label="Idle periods">
      <h3 className="section-title">Idle periods</h3>
      <ul className="plain tabular">
        {data.stretches.map((each) => (
          <li key={`${each.kind} ${each.from}`}>
            {stretchWords[each.kind]} {clock(each.from, cycle)}–
            {each.to === null ? 'now' : clock(each.to, cycle)}
            {each.to !== null && <span className="dim"> · {duration(each.to - each.from)}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function attemptWords({ attempt }: Lane, cycle: HourCycle): string {
  const again = attempt.number > 1 ? `, attempt ${attempt.number}` : ''
  return `job ${attempt.ordinal}${again}: ${attempt.outcome}, ${clock(attempt.startedAt, cycle, true)}, ${duration(attempt.awakeMs)}${attempt.error ? `, ${attempt.error}` : ''}`
}

/** A time on the axis, as fine as the step between two of them needs: no two read the same. */
function tickWords(atMs: number, stepMs: number, cycle: HourCycle): string {
  if (stepMs >= 1_000) return clock(atMs, cycle, stepMs < 60_000)
  return clock(atMs, cycle, true, stepMs % 100 === 0 ? 1 : stepMs % 10 === 0 ? 2 : 3)
}

function countOutcomes(data: TimelineData) {
  const counts = { succeeded: 0, failed: 0, interrupted: 0, cancelled: 0 }
  for (const attempt of data.attempts) counts[attempt.outcome] += 1
  return counts
}

function timelineLabel(data: TimelineData): string {
  const counts = countOutcomes(data)
  return `Timeline of ${countOf(data.attempts.length, 'attempt')}: ${counts.succeeded} succeeded, ${counts.failed} failed, ${counts.interrupted} interrupted`
}

function timeSpan(data: TimelineData): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const attempt of data.attempts) {
    from = Math.min(from, attempt.startedAt)
    to = Math.max(to, attempt.endedAt)
  }
  for (const stretch of data.stretches) {
    from = Math.min(from, stretch.from)
    to = Math.max(to, stretch.to ?? to)
  }
  const edge = Math.max(500, (to - from) * 0.01)
  return { from: from - edge, to: to + edge }
}

function timelineOptions(
  placed: readonly Lane[],
  lanes: number,
  stretches: TimelineData['stretches'],
  span: { from: number; to: number },
  cycle: HourCycle,
  onUnder: (lane: Lane | null) => void,
): PlotOptions {
  return (colours) => {
    const colourOf = {
      succeeded: colours.ok,
      failed: colours.bad,
      interrupted: colours.warn,
      cancelled: colours.dim,
    }
    const draw = (u: uPlot) => {
      const { ctx } = u
      const { left, top, width, height } = u.bbox
      const x = (ms: number) => u.valToPos(ms / 1_000, 'x', true)
      ctx.save()
      ctx.beginPath()
      ctx.rect(left, top, width, height)
      ctx.clip()
      ctx.fillStyle = colours.rest
      ctx.globalAlpha = 0.22
      for (const stretch of stretches)
        ctx.fillRect(x(stretch.from), top, Math.max(2, x(stretch.to ?? span.to) - x(stretch.from)), height)
      ctx.globalAlpha = 1
      const laneHeight = height / lanes
      const bar = Math.min(laneHeight * 0.78, laneMostPx * devicePixelRatio)
      for (const { attempt, lane } of placed) {
        const from = x(attempt.startedAt)
        const to = x(attempt.endedAt)
        if (to < left || from > left + width) continue
        ctx.fillStyle = colourOf[attempt.outcome]
        const gap = to - from > 4 ? 1 : 0
        ctx.fillRect(
          from,
          top + laneHeight * lane + (laneHeight - bar) / 2,
          Math.max(1, to - from - gap),
          bar,
        )
      }
      ctx.restore()
    }
    const find = (u: uPlot) => {
      const { left, top } = u.cursor
      if (left == null || top == null || left < 0) return onUnder(null)
      const at = u.posToVal(left, 'x') * 1_000
      const lane = Math.floor((top / (u.bbox.height / devicePixelRatio)) * lanes)
      onUnder(
        placed.find((p) => p.lane === lane && p.attempt.startedAt <= at && at <= p.attempt.endedAt) ?? null,
      )
    }
    const wheel = (u: uPlot) => {
      u.over.addEventListener(
        'wheel',
        (event) => {
          event.preventDefault()
          const { min, max } = u.scales.x ?? {}
          if (min == null || max == null) return
          const at = u.posToVal(event.offsetX, 'x')
          const factor = event.deltaY < 0 ? 0.8 : 1.25
          u.setScale('x', {
            min: Math.max(span.from / 1_000, at - (at - min) * factor),
            max: Math.min(span.to / 1_000, at + (max - at) * factor),
          })
        },
        { passive: false },
      )
    }
    return {
      legend: { show: false },
      padding: [4, 32, 0, 32], // half of a time with its seconds on each side
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: true } },
      scales: { x: { time: true }, y: { range: [0, lanes] } },
      axes: [
        {
          stroke: colours.dim,
          font: colours.font,
          grid: { stroke: colours.line, width: 1 },
          ticks: { show: false },
          size: 26,
          space: 80,
          values: (_u, splits) => {
            const stepS = (splits[1] ?? 0) - (splits[0] ?? 0)
            return splits.map((s) => tickWords(Math.round(s * 1_000), Math.round(stepS * 1_000), cycle))
          },
        },
        { show: false },
      ],
      series: [{}, { show: true, paths: () => null, points: { show: false } }],
      hooks: { draw: [draw], setCursor: [find], ready: [wheel] },
    }
  }
}
