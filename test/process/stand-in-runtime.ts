/** A folder that looks like Electron's program to the packager: its files, and a place for the fuses. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Electron looks for its fuses behind this text: version 1, nine of them, all as they are shipped. */
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

const files = ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'locales/en-US.pak']

/** The packager writes into the resources of a program of Windows, so this one has some. */
const windowsProgram = `static volatile const char fuses[] = "${fuseSentinel}" "\\x01\\x09" "101110011";
int main(void) { return fuses[0] != 0; }
`
const windowsResources = `1 VERSIONINFO FILEVERSION 1,0,0,0 PRODUCTVERSION 1,0,0,0
BEGIN
  BLOCK "StringFileInfo" BEGIN BLOCK "040904B0" BEGIN VALUE "ProductName", "stand-in" END END
  BLOCK "VarFileInfo" BEGIN VALUE "Translation", 0x409, 1200 END
END
`

/** As `writeStandIn`, for Windows; needs MinGW. */
export function writeWindowsStandIn(folder: string, version: string): void {
  writeStandIn(folder, version)
  const source = join(folder, 'stand-in.c')
  const resources = join(folder, 'stand-in.rc')
  const compiled = join(folder, 'stand-in.o')
  writeFileSync(source, windowsProgram)
  writeFileSync(resources, windowsResources)
  execFileSync('x86_64-w64-mingw32-windres', [resources, compiled])
  execFileSync('x86_64-w64-mingw32-gcc', ['-O1', '-s', '-o', join(folder, 'electron.exe'), source, compiled])
}

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
  for (const name of files) writeFileSync(join(folder, name), 'stand-in')
}
