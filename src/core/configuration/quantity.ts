/** Owns quantities with a unit: durations, sizes, shares. Must never accept a bare number. */

const DURATION_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The longest duration that is accepted: a year, in milliseconds. */
const LONGEST_MS = 365 * 86_400_000

/** `500ms`, `5s`, `1h30m`, `2d` in milliseconds, or undefined. Largest unit first, each once. */
export function parseDuration(text: string): number | undefined {
  const compact = text.trim().replace(/\s+/g, '')
  if (!/^(\d+(\.\d+)?d)?(\d+(\.\d+)?h)?(\d+(\.\d+)?m)?(\d+(\.\d+)?s)?(\d+(\.\d+)?ms)?$/.test(compact))
    return undefined
  const pieces = [...compact.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)]
  if (pieces.length === 0) return undefined
  const total = pieces.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (DURATION_MS[unit ?? ''] ?? 0),
    0,
  )
  return total <= LONGEST_MS ? Math.round(total) : undefined
}

const SIZE_BYTES: Record<string, number> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** `10MB` (10,000,000) or `64MiB` (67,108,864) in bytes, or undefined. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) *([kmgt]?i?b)$/i.exec(text.trim())
  const factor = SIZE_BYTES[match?.[2]?.toLowerCase() ?? '']
  if (match === null || factor === undefined) return undefined
  const bytes = Math.round(Number(match[1]) * factor)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** `20%` as 0.2; more than nothing and at most everything, else undefined. */
export function parseShare(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) *%$/.exec(text.trim())
  const share = Number(match?.[1]) / 100
  return share > 0 && share <= 1 ? share : undefined
}
