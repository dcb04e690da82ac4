/**
 * Owns what the app is to open: configurations from the command line, a double click, a drop, and
 * `slipway://` links. Opening leads to the preview in the new-batch dialog and never starts anything. Pure.
 */
import path from 'node:path'

export type OpenRequest = { kind: 'file'; file: string } | { kind: 'batch'; number: number }

const configuration = /\.slipway\.(ya?ml|json)$/i

/** True for a file that Slipway can read as a configuration. */
export function isConfiguration(file: string): boolean {
  return configuration.test(file)
}

/** What a start's arguments open; `args` without the program (and the app's folder), relative to `cwd`. */
export function openRequestsOf(args: readonly string[], cwd: string): OpenRequest[] {
  return args.flatMap((arg) => {
    if (arg.startsWith('-')) return []
    const link = openRequestOf(arg)
    if (link !== null) return [link]
    if (arg.includes('://')) return []
    return isConfiguration(arg) ? [{ kind: 'file' as const, file: path.resolve(cwd, arg) }] : []
  })
}

/** `slipway://batch/12` shows a batch; no link can do anything else. */
export function openRequestOf(address: string): OpenRequest | null {
  const match = /^slipway:\/\/batch\/(\d{1,9})\/?$/.exec(address)
  return match?.[1] === undefined ? null : { kind: 'batch', number: Number(match[1]) }
}

/** The place in the panel that shows what was requested. */
export function hashOf(request: OpenRequest): string {
  return request.kind === 'batch'
    ? `#/queue?batch=${request.number}`
    : `#/queue?new=${encodeURIComponent(request.file)}`
}
