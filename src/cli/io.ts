/**
 * Owns the two output streams: waiting for a slow reader, a reader that has gone, colour only on a terminal.
 * Must never decide what is written.
 */
import { fstatSync, writeSync } from 'node:fs'
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
export function processIo(): Io {
  const out = outlet(1, () => process.stdout)
  const err = outlet(2, () => process.stderr)
  return {
    out: (text) => out.write(text),
    err: (text) => void err.write(text),
    get gone() {
      return out.gone
    },
    outIsTerminal: out.terminal !== undefined,
    errIsTerminal: err.terminal !== undefined,
    paint: out.terminal === undefined ? noPaint : paintFor(out.terminal),
    paintErr: err.terminal === undefined ? noPaint : paintFor(err.terminal),
    async flush() {
      await out.flush()
      await err.flush()
    },
  }
}

type Outlet = {
  /** The stream, where it is a terminal. */
  terminal: NodeJS.WriteStream | undefined
  readonly gone: boolean
  write(text: string | Buffer): Promise<void>
  flush(): Promise<void>
}

/**
 * Node's stream for a file or a pipe takes longer to load than most commands run, and writes to them at once all
 * the same: so we do, and take the stream for a terminal, and for a reader that can't take all at once.
 */
function outlet(fd: 1 | 2, open: () => NodeJS.WriteStream): Outlet {
  let stream = isPlain(fd) ? undefined : open()
  const terminal = stream?.isTTY === true ? stream : undefined
  let gone = false
  const listen = (to: NodeJS.WriteStream): NodeJS.WriteStream =>
    to.on('error', () => {
      gone = true
      to.emit('drain')
    })
  if (stream !== undefined) listen(stream)
  return {
    terminal,
    get gone() {
      return gone
    },
    async write(text) {
      if (gone) return
      let rest: string | Buffer = text
      if (stream === undefined) {
        const left = writeAtOnce(fd, Buffer.from(text))
        if (left === 'gone') gone = true
        if (left === 'gone' || left.length === 0) return
        stream = listen(open())
        rest = left
      }
      const to = stream
      if (to.write(rest) || gone) return
      await new Promise<void>((resolve) => to.once('drain', resolve))
    },
    async flush() {
      const to = stream
      if (to !== undefined && !gone) await new Promise<void>((resolve) => to.write('', () => resolve()))
    },
  }
}

const NULL_DEVICE = 259

/** Whether this is surely a file, a pipe or /dev/null. */
function isPlain(fd: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    const stats = fstatSync(fd)
    return stats.isFile() || stats.isFIFO() || (stats.isCharacterDevice() && stats.rdev === NULL_DEVICE)
  } catch {
    return false
  }
}

/** Writes until all is written or the reader must be waited for; answers what is left, or that nobody reads. */
function writeAtOnce(fd: number, bytes: Buffer): Buffer | 'gone' {
  let left = bytes
  try {
    while (left.length > 0) left = left.subarray(writeSync(fd, left))
    return left
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EAGAIN' ? left : 'gone'
  }
}
