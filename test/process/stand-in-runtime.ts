/** A folder that looks like Electron's program to the packager: its files, and a place for the fuses. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Electron looks for its fuses behind this text: version 1, nine of them, all as they are shipped. */
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** Writes it to `folder`. */
export function writeStandIn(folder: string, version: string): void {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  mkdirSync(join(folder, 'locales'))
  writeFileSync(
    join(folder, 'electron'),
    Buffer.concat([
      Buffer.from('#!/bin/sh\necho "a stand-in for Electron" >&2\nexit 1\n'),
      Buffer.from(fuseSentinel),
      Buffer.from([1, 9]),
      Buffer.from('101110011'),
      Buffer.alloc(64),
    ]),
  )
  chmodSync(join(folder, 'electron'), 0o755)
  writeFileSync(join(folder, 'version'), version)
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'locales/en-US.pak'])
    writeFileSync(join(folder, name), 'stand-in')
}
