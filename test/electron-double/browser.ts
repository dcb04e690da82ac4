/** Owns the real Chromium that shows the double's windows: started with the first one, closed with the process. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type BrowserContext, chromium } from 'playwright'

let started: Promise<BrowserContext> | null = null
let folder = ''

/** The system's, else the one that Playwright brought. */
const system = '/usr/bin/chromium'

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--remote-debugging-port=0',
]

export function browser(): Promise<BrowserContext> {
  started ??= (async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-double-'))
    return chromium.launchPersistentContext(folder, {
      ...(existsSync(system) ? { executablePath: system } : {}),
      args,
      viewport: null,
      colorScheme: null,
      reducedMotion: null,
      forcedColors: null,
      contrast: null,
      handleSIGHUP: false,
      handleSIGINT: false,
      handleSIGTERM: false,
    })
  })()
  return started
}

/** Where a test's own Playwright connects to. */
export async function debugAddress(): Promise<string> {
  await browser()
  const [port] = readFileSync(path.join(folder, 'DevToolsActivePort'), 'utf8').split('\n')
  return `http://127.0.0.1:${port}`
}

process.on('exit', () => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})
