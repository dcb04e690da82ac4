/** `slipway serve`: the panel in a browser, on loopback. */
import type { Context } from '../context.ts'
import { failed } from '../failure.ts'

export type ServeOptions = { port?: number; work: boolean }

/** Serves until a signal comes. */
export async function serve(context: Context, _options: ServeOptions): Promise<number> {
  return failed(context, { code: 'not-possible', message: 'the web panel is not built yet.' })
}
