/** Owns durations, rates and clock times in words. Times are epoch ms, shown in the local time zone. */
import type { DoneBy } from '../../contract/entities.ts'

const two = (n: number): string => String(n).padStart(2, '0')

/** `07:10` today, else with the date: `2026-03-01 07:10`. */
export function clockTime(at: number, now: number): string {
  const date = new Date(at)
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`
  return sameDay(at, now) ? time : `${day(at)} ${time}`
}

/** `2026-03-01 07:10:09` */
export function fullTime(at: number): string {
  const date = new Date(at)
  return `${day(at)} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

function day(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

function sameDay(a: number, b: number): boolean {
  return day(a) === day(b)
}

/** `done 07:10–07:40`, or one time when both are the same minute. */
export function doneByWords(doneBy: DoneBy, now: number): string {
  const from = clockTime(doneBy.earliest, now)
  const to = clockTime(doneBy.latest, now)
  if (from === to) return `done ${from}`
  return `done ${from}–${sameDay(doneBy.earliest, doneBy.latest) ? to.slice(-5) : to}`
}

/** `340 ms`, `12.4 s`, `3 min 5 s`, `2 h 7 min`, `3 d 4 h` */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return both(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1_440) return both(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(minutes / 60)
  return both(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** `12/min`, `8.3/s`, `4.5/h`: the unit in which the number is easiest to read. */
export function rate(jobsPerMinute: number): string {
  const readable = (n: number): string => (n >= 10 ? String(Math.round(n)) : n.toFixed(1).replace(/\.0$/, ''))
  if (jobsPerMinute >= 120) return `${readable(jobsPerMinute / 60)}/s`
  if (jobsPerMinute >= 1) return `${readable(jobsPerMinute)}/min`
  return `${readable(jobsPerMinute * 60)}/h`
}
