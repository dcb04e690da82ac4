/**
 * Owns how clock times are written: in the local time zone, with 24 hours unless the reader wants 12. Pure but for the
 * zone. Times are milliseconds since 1970.
 */
import type { DoneBy } from './entities.ts'

export type HourCycle = 'system' | '12' | '24'

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const dayMs = 86_400_000

const two = (value: number): string => String(value).padStart(2, '0')

const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString()

let systemUsesTwelve: boolean | undefined

function usesTwelve(cycle: HourCycle): boolean {
  if (cycle !== 'system') return cycle === '12'
  if (systemUsesTwelve === undefined) {
    // Cached: making a format takes longer than the rest of a row.
    const system = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hourCycle
    systemUsesTwelve = system === 'h12' || system === 'h11'
  }
  return systemUsesTwelve
}

/** A time of day such as '18:02' or '6:02 PM'; with `seconds` '18:02:07', and with `digits` of them '18:02:07.5'. */
export function clock(
  atMs: number,
  cycle: HourCycle = '24',
  seconds = false,
  digits: 0 | 1 | 2 | 3 = 0,
): string {
  const at = new Date(atMs)
  const fraction = digits === 0 ? '' : `.${String(at.getMilliseconds()).padStart(3, '0').slice(0, digits)}`
  const rest = `${two(at.getMinutes())}${seconds ? `:${two(at.getSeconds())}${fraction}` : ''}`
  const hours = at.getHours()
  if (!usesTwelve(cycle)) return `${two(hours)}:${rest}`
  return `${hours % 12 || 12}:${rest} ${hours < 12 ? 'AM' : 'PM'}`
}

/**
 * A moment in the shortest form that is clear today: '18:02', 'Mon 18:02', '3 Nov 18:02', '3 Nov 2025'; today also
 * with `seconds`.
 */
export function moment(atMs: number, nowMs: number, cycle: HourCycle = '24', seconds = false): string {
  const at = new Date(atMs)
  if (sameDay(atMs, nowMs)) return clock(atMs, cycle, seconds)
  const day = `${at.getDate()} ${months[at.getMonth()]}`
  if (at.getFullYear() !== new Date(nowMs).getFullYear()) return `${day} ${at.getFullYear()}`
  if (Math.abs(atMs - nowMs) < 6 * dayMs) return `${weekdays[at.getDay()]} ${clock(atMs, cycle)}`
  return `${day} ${clock(atMs, cycle)}`
}

/** '2026-11-21 18:02:11', for tables and files. */
export function stamp(atMs: number): string {
  const at = new Date(atMs)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(atMs, '24', true)}`
}

let fullDate: Intl.DateTimeFormat | undefined

/** Everything about a moment, for a tooltip: 'Sunday, November 22, 2026, 18:02:07, UTC'. */
export function fullMoment(atMs: number, cycle: HourCycle): string {
  fullDate ??= new Intl.DateTimeFormat('en', { dateStyle: 'full' })
  return `${fullDate.format(atMs)}, ${clock(atMs, cycle, true)}, ${fullDate.resolvedOptions().timeZone}`
}

/** '19:10–19:40', when something is expected to be done; one moment when both ends read the same. */
export function doneByRange(doneBy: DoneBy, nowMs: number, cycle: HourCycle = '24'): string {
  const from = moment(doneBy.earliest, nowMs, cycle)
  const to = moment(doneBy.latest, nowMs, cycle)
  if (from === to) return from
  return `${from}–${sameDay(doneBy.earliest, doneBy.latest) ? clock(doneBy.latest, cycle) : to}`
}

/** 'done 19:10–19:40', or 'done about 19:10' where both ends read the same. */
export function doneByWords(doneBy: DoneBy, nowMs: number, cycle: HourCycle = '24'): string {
  const oneMoment = moment(doneBy.earliest, nowMs, cycle) === moment(doneBy.latest, nowMs, cycle)
  return `done ${oneMoment ? 'about ' : ''}${doneByRange(doneBy, nowMs, cycle)}`
}
