/**
 * Owns how times, amounts and batches are said to people, in one voice for sentences, reports and the story.
 * Times are local. Must never read the database or the clock.
 */
import prettyBytes from 'pretty-bytes'
import { type NamedBatch, batchName as nameOf } from '../../contract/batch-name.ts'
import { amount, countOf } from '../../contract/counts.ts'

export { amount, countOf }

/** '350 ms', '4.2 s', '42 s', '3 min 12 s', '3 h 12 min', '2 d 4 h'; a negative time counts as none. */
export function duration(ms: number): string {
  if (ms < 0.5) return '0 ms'
  if (ms < 1_000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`
  const seconds = ms / 1_000
  if (seconds < 9.95) return `${seconds.toFixed(1).replace(/\.0$/, '')} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 600) return pair(whole, 60, 'min', 1, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  if (minutes < 48 * 60) return pair(minutes, 60, 'h', 1, 'min')
  return pair(Math.round(minutes / 60), 24, 'd', 1, 'h')
}

function pair(value: number, big: number, bigWord: string, small: number, smallWord: string): string {
  const rest = Math.floor((value % big) / small)
  return `${Math.floor(value / big)} ${bigWord}${rest > 0 ? ` ${rest} ${smallWord}` : ''}`
}

/** '1.2 MB'. */
export function bytes(amount: number): string {
  return prettyBytes(amount)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number) => String(value).padStart(2, '0')

/** The time of day on the clock here: '18:02'. */
export function clockTime(at: number): string {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}

/** '18:02' today, '21 Nov 18:02' on another day, with the year in another year. */
export function moment(at: number, now: number): string {
  const date = new Date(at)
  const today = new Date(now)
  if (date.toDateString() === today.toDateString()) return clockTime(at)
  const year = date.getFullYear() === today.getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${date.getDate()} ${months[date.getMonth()] ?? ''}${year} ${clockTime(at)}`
}

/** '2026-11-21 18:02:11', for tables and files. */
export function stamp(at: number): string {
  const date = new Date(at)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${clockTime(at)}:${two(date.getSeconds())}`
}

/** '99.2 %'; never '100 %' or '0 %' when that is only rounding. */
export function share(part: number): string {
  const percent = part * 100
  if (percent > 99.9 && percent < 100) return '99.9 %'
  if (percent > 0 && percent < 0.1) return '0.1 %'
  return `${percent.toFixed(1).replace(/\.0$/, '')} %`
}

/** '12.3', '0.4', '1,200': a rate with two or three digits. */
export function rate(value: number): string {
  if (value >= 100) return amount(Math.round(value))
  return value.toFixed(value >= 10 ? 0 : value >= 1 ? 1 : 2)
}

/** '#12 flood-2026 / evolve 0-9', printable. */
export function batchName(batch: NamedBatch, between?: '/' | '·'): string {
  return printable(nameOf(batch, between))
}

/** 'a', 'a and b', 'a, b and c'. */
export function listed(parts: readonly string[]): string {
  if (parts.length <= 1) return parts[0] ?? ''
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** The text on one line, cut at `length` characters with an ellipsis. */
export function brief(text: string, length = 160): string {
  const line = printable(text.replace(/\s+/g, ' ').trim())
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`
}

/** The text without what moves a terminal's cursor or turns the direction of writing; line ends stay. */
export function printable(text: string): string {
  return text.toWellFormed().replace(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu, '\ufffd')
}
