/** Takes frames off a launcher's stdin, in order. Must never hand over a part of one. */
import type { Readable } from 'node:stream'

/** `onEnd`: the host is gone. */
export function readFrames(from: Readable, onFrame: (fields: string[]) => void, onEnd: () => void): void {
  let received: Buffer = Buffer.alloc(0)
  from.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes])
    while (received.length >= 4) {
      const end = 4 + received.readUInt32LE(0)
      if (received.length < end) return
      // Each field ends with a NUL, so the last piece of the split is always empty.
      onFrame(received.subarray(4, end).toString('utf8').split('\0').slice(0, -1))
      received = received.subarray(end)
    }
  })
  from.on('error', onEnd)
  from.on('end', onEnd)
}
