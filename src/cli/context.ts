/** What every command is handed: the streams, how it was called, and where Slipway is installed. */
import type { Io } from './io.ts'

export type Context = {
  io: Io
  /** Arguments after the program's name. */
  args: string[]
  /** `--json` was given: stdout gets one document and nothing else. */
  json: boolean
  /** `--json-lines` was given (`json` is true then, too): stdout gets lines as in contract/json-lines.ts. */
  lines: boolean
  /** The command of another program that stands behind `--`, on `run`, `add` and `preview`. */
  command?: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
  version: string
  /** Folder of the built launchers. */
  launcherDir: string
  /** Folder that holds package.json. */
  packageDir: string
}
