/** `slipway open`: the desktop app where it is installed, else the panel in a browser. */
import type { Context } from '../context.ts'
import { failed } from '../failure.ts'

/** Starts it and hands over the files. */
export async function open(context: Context, _files: string[]): Promise<number> {
  return failed(context, { code: 'not-possible', message: 'the desktop app is not built yet.' })
}
