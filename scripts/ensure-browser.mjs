/**
 * Makes sure that the browser tests have a Chromium that starts: the system's, or Playwright's own. Where there
 * is none it gets Playwright's, and where that can't be had (or lacks libraries) and we are root on a Debian,
 * the system's package. Says what it does; silent when there is nothing to do.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { chromium } from 'playwright'

const SYSTEM = '/usr/bin/chromium'
const playwright = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js')

if (!(await starts())) {
  console.log(
    'The browser tests need a Chromium, and there is none that starts. Getting one with Playwright …',
  )
  run(process.execPath, [playwright, 'install', 'chromium'])
}
let trouble = await whyNot()
if (trouble !== undefined && process.getuid?.() === 0 && has('apt-get')) {
  console.log('That did not give a Chromium that starts. Installing the system’s package with apt-get …')
  run('apt-get', ['update', '-q'])
  run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'])
  trouble = await whyNot()
}
if (trouble !== undefined) {
  console.error(`There is still no Chromium that starts:\n${trouble}`)
  console.error(
    `Install one as ${SYSTEM}, or run: npx playwright install --with-deps chromium. Without a browser: npx vitest run --project unit --project process`,
  )
  process.exit(1)
}

async function starts() {
  return (await whyNot()) === undefined
}

/** Starts the browser that the tests would take; returns the reason when it doesn't start. */
async function whyNot() {
  try {
    const browser = await chromium.launch({
      ...(existsSync(SYSTEM) ? { executablePath: SYSTEM } : {}),
      args: ['--no-sandbox'],
    })
    await browser.close()
    return undefined
  } catch (cause) {
    return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
  }
}

function run(program, args) {
  const { error, status } = spawnSync(program, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (error !== undefined || status !== 0)
    console.log(`${program} ${args.join(' ')}: ${error ?? `exit code ${status}`}`)
}

function has(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
}
