/**
 * Owns how moments and durations are written: in the reader's time zone and hour cycle. Pure; times are
 * milliseconds since 1970, durations milliseconds.
 */
import type { DoneBy } from '../../contract/entities.ts'

export type HourCycle = 'system' | '12' | '24'

const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000

const formats = new Map<string, Intl.DateTimeFormat>()

function format(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let found = formats.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat('en', options)
    formats.set(key, found)
  }
  return found
}

let systemUsesTwelve: boolean | undefined

function usesTwelve(cycle: HourCycle): boolean {
  if (cycle !== 'system') return cycle === '12'
  if (systemUsesTwelve === undefined) {
    // Asked once: making a format takes longer than all else that a row does.
    const system = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hourCycle
    systemUsesTwelve = system === 'h12' || system === 'h11'
  }
  return systemUsesTwelve
}

/** A time of day such as `18:02` or `6:02 PM`; with `seconds`, `18:02:07`, and with `digits` of them `18:02:07.5`. */
export function clock(atMs: number, cycle: HourCycle, seconds = false, digits?: 1 | 2 | 3): string {
  const twelve = usesTwelve(cycle)
  return format(`clock ${twelve} ${seconds} ${digits}`, {
    hour: twelve ? 'numeric' : '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' as const } : {}),
    ...(digits ? { fractionalSecondDigits: digits } : {}),
    hourCycle: twelve ? 'h12' : 'h23',
  }).format(atMs)
}

/**
 * A moment as short as it can be told apart from now: `18:02`, `Mon 18:02`, `3 Nov 18:02`, `3 Nov 2025`; today also
 * with `seconds`.
 */
export function moment(atMs: number, nowMs: number, cycle: HourCycle, seconds = false): string {
  const at = new Date(atMs)
  const now = new Date(nowMs)
  if (at.toDateString() === now.toDateString()) return clock(atMs, cycle, seconds)
  const day = `${at.getDate()} ${format('month', { month: 'short' }).format(atMs)}`
  if (at.getFullYear() !== now.getFullYear()) return `${day} ${at.getFullYear()}`
  if (Math.abs(atMs - nowMs) < 6 * dayMs)
    return `${format('weekday', { weekday: 'short' }).format(atMs)} ${clock(atMs, cycle)}`
  return `${day} ${clock(atMs, cycle)}`
}

/** Everything about a moment, for a tooltip: `Sunday, 22 November 2026, 18:02:07, UTC`. */
export function fullMoment(atMs: number, cycle: HourCycle): string {
  const day = format('full', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(atMs)
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return `${day}, ${clock(atMs, cycle, true)}, ${zone}`
}

/** The range in which something is expected to be done; one moment when both ends read the same. */
export function doneByRange(doneBy: DoneBy, nowMs: number, cycle: HourCycle): string {
  const from = moment(doneBy.earliest, nowMs, cycle)
  const to = moment(doneBy.latest, nowMs, cycle)
  if (from === to) return from
  const sameDay = new Date(doneBy.earliest).toDateString() === new Date(doneBy.latest).toDateString()
  return `${from}–${sameDay ? clock(doneBy.latest, cycle) : to}`
}

/** `done 19:10–19:40`, or `done about 19:10` where both ends read the same. */
export function doneByWords(doneBy: DoneBy, nowMs: number, cycle: HourCycle): string {
  const range = doneByRange(doneBy, nowMs, cycle)
  return range.includes('–') ? `done ${range}` : `done about ${range}`
}

/** The core's sentence with its range of times on this reader's clock, which may be in another zone. */
export function onThisClock(
  sentence: string,
  doneBy: DoneBy | null,
  nowMs: number,
  cycle: HourCycle,
): string {
  if (!doneBy) return sentence
  const [from = '', to] = doneByRange(doneBy, nowMs, cycle).split('–')
  const range = to === undefined ? `about ${from}` : `between ${from} and ${to}`
  return sentence.replace(/, done (between|about) [\w :]+/, () => `, done ${range}`)
}

/** A duration in its two largest units: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < minuteMs - 500) return `${Math.round(ms / 1_000)} s`
  if (ms < hourMs - 500) {
    const seconds = Math.round(ms / 1_000)
    return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  }
  const minutes = Math.round(ms / minuteMs)
  if (ms < dayMs - minuteMs / 2) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(ms / hourMs)
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0
    ? `${big} ${bigUnit}`
    : `${big} ${bigUnit} ${String(small).padStart(2, '0')} ${smallUnit}`
}

/** How long ago, loosely: `just now`, `12 s ago`, `3 min ago`, `2 h ago`, `4 d ago`. */
export function ago(atMs: number, nowMs: number): string {
  const ms = Math.max(0, nowMs - atMs)
  if (ms < 2_000) return 'just now'
  if (ms < minuteMs) return `${Math.floor(ms / 1_000)} s ago`
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min ago`
  if (ms < dayMs) return `${Math.floor(ms / hourMs)} h ago`
  return `${Math.floor(ms / dayMs)} d ago`
}
