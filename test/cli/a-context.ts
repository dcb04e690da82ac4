/** What a command is handed, with streams that collect what it prints. */
import type { Context } from '../../src/cli/context.ts'
import { noPaint } from '../../src/cli/io.ts'

export function aContext(more: Partial<Context> = {}) {
  let out = ''
  let err = ''
  const context: Context = {
    io: {
      async out(text) {
        out += text
      },
      err(text) {
        err += text
      },
      gone: false,
      outIsTerminal: false,
      errIsTerminal: false,
      paint: noPaint,
      paintErr: noPaint,
      async flush() {},
    },
    args: [],
    json: false,
    lines: false,
    env: { SLIPWAY_HOME: '/dev/null/slipway' }, // unusable, so that no test opens the data folder of its user
    cwd: '/',
    version: '1.2.3',
    launcherDir: '/nowhere',
    packageDir: '/nowhere',
    ...more,
  }
  return { context, output: () => ({ out, err }) }
}
