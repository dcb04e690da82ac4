/** A real Chromium for tests and benches: Debian's where it is installed, else Playwright's own. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright'

const systemChromium = '/usr/bin/chromium'

/** Starts one with nothing in it that calls home. */
export function launchChromium(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    ...(existsSync(systemChromium) ? { executablePath: systemChromium } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...more,
    ],
  })
}
