/**
 * Owns the two output streams: waiting for a slow reader, a reader that has gone, colour only on a terminal.
 * Must never decide what is written.
 */
import { fstatSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Colours a text, or returns it as it is when the stream is not a terminal or NO_COLOR is set. */
export type Paint = (format: Format, text: string) => string

export type Io = {
  /** Writes to stdout; resolves when the reader can take more. Quietly does nothing once it has gone. */
  out(text: string | Buffer): Promise<void>
  /** Writes to stderr. */
  err(text: string): void
  /** True once the reader of stdout has gone (`| head`): stop producing. */
  readonly gone: boolean
  /** Why stdout can't be written, such as a full disk; a reader that has gone is not a failure. */
  readonly failure?: Error | undefined
  readonly outIsTerminal: boolean
  readonly errIsTerminal: boolean
  readonly paint: Paint
  readonly paintErr: Paint
  /** Waits until all that was written has left the process. */
  flush(): Promise<void>
}

/** Returns every text as it is. */
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
    get failure() {
      return out.failure
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
  readonly failure: Error | undefined
  write(text: string | Buffer): Promise<void>
  flush(): Promise<void>
}

/**
 * Node's stream for a file or a pipe takes longer to load than most commands run, and writes synchronously anyway:
 * so we do that ourselves, and use the stream only for a terminal and for a reader that is too slow.
 */
function outlet(fd: 1 | 2, open: () => NodeJS.WriteStream): Outlet {
  let stream = isPlain(fd) ? undefined : open()
  const terminal = stream?.isTTY === true ? stream : undefined
  let gone = false
  let failure: Error | undefined
  const end = (cause: unknown): void => {
    gone = true
    if (cause instanceof Error && !isBrokenPipe(cause)) failure ??= cause
  }
  const listen = (to: NodeJS.WriteStream): NodeJS.WriteStream =>
    to.on('error', (cause) => {
      end(cause)
      to.emit('drain')
    })
  if (stream !== undefined) listen(stream)
  return {
    terminal,
    get gone() {
      return gone
    },
    get failure() {
      return failure
    },
    async write(text) {
      if (gone) return
      let rest: string | Buffer = text
      if (stream === undefined) {
        const left = writeAtOnce(fd, Buffer.from(text), end)
        if (left.length === 0) return
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

/** Whether this is certainly a file, a pipe or a device other than a terminal. */
function isPlain(fd: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    const stats = fstatSync(fd)
    return stats.isFile() || stats.isFIFO() || (stats.isCharacterDevice() && !isatty(fd))
  } catch {
    return false
  }
}

/** Writes until all is written or the reader is full, and returns what is left: nothing after an error. */
function writeAtOnce(fd: number, bytes: Buffer, end: (cause: unknown) => void): Buffer {
  let left = bytes
  try {
    while (left.length > 0) left = left.subarray(writeSync(fd, left))
    return left
  } catch (cause) {
    if (codeOf(cause) === 'EAGAIN') return left
    end(cause)
    return Buffer.alloc(0)
  }
}

const isBrokenPipe = (cause: Error): boolean => codeOf(cause) === 'EPIPE'

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined
}
