/**
 * Owns the two output streams: waiting for a slow reader, a reader that has gone, colour only on a terminal.
 * Must never decide what is written.
 */
import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Colours a text, or returns it as it is when the stream is no terminal or NO_COLOR is set. */
export type Paint = (format: Format, text: string) => string

export type Io = {
  /** Writes to stdout; resolves when the reader can take more. Quietly does nothing once it has gone. */
  out(text: string | Buffer): Promise<void>
  /** Writes to stderr. */
  err(text: string): void
  /** True once the reader of stdout has gone (`| head`): stop producing. */
  readonly gone: boolean
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  readonly paint: Paint
  readonly paintErr: Paint
  /** Waits until all that was written has left the process. */
  flush(): Promise<void>
}

/** Leaves every text as it is. */
export const noPaint: Paint = (_format, text) => text

const paintFor = (stream: NodeJS.WriteStream): Paint =>
  stream.isTTY && stream.hasColors()
    ? (format, text) => styleText(format, text, { validateStream: false })
    : noPaint

/** The process's own streams. A broken pipe ends output, never the process. */
export function processIo(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Io {
  let gone = false
  let errGone = false
  stdout.on('error', () => {
    gone = true
    stdout.emit('drain')
  })
  stderr.on('error', () => {
    errGone = true
  })
  const drained = (stream: NodeJS.WriteStream) =>
    new Promise<void>((resolve) => stream.write('', () => resolve()))
  return {
    async out(text) {
      if (gone || stdout.write(text) || gone) return
      await new Promise<void>((resolve) => stdout.once('drain', resolve))
    },
    err(text) {
      if (!errGone) stderr.write(text)
    },
    get gone() {
      return gone
    },
    outIsTerminal: stdout.isTTY === true,
    errIsTerminal: stderr.isTTY === true,
    paint: paintFor(stdout),
    paintErr: paintFor(stderr),
    async flush() {
      if (!gone) await drained(stdout)
      if (!errGone) await drained(stderr)
    },
  }
}
