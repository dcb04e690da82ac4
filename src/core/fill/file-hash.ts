/** Owns the hash over a file's bytes, read in small pieces so that nothing waits for it. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

const pieceBytes = 256 * 1024

/** 32 hex characters over the bytes; `pause` is awaited between pieces. Throws where the file can't be read. */
export async function hashFile(file: string, pause: () => Promise<void>): Promise<string> {
  const handle = await open(file)
  try {
    const hash = createHash('sha256')
    const piece = Buffer.allocUnsafe(pieceBytes)
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, pieceBytes)
      if (bytesRead === 0) return hash.digest('hex').slice(0, 32)
      hash.update(piece.subarray(0, bytesRead))
      if (bytesRead === pieceBytes) await pause()
    }
  } finally {
    await handle.close()
  }
}
