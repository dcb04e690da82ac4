/**
 * Draws the app's icon, the tray's pictures (each state, for light and dark bars, at each scale factor) and the
 * taskbar's overlay into resources/icons, from the panel's own mark. Run by hand when the mark changes; the
 * pictures are kept in the repository. Needs a Chromium (SLIPWAY_CHROMIUM, else /usr/bin/chromium).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const target = join(root, 'resources/icons')
const scales = { '': 1, '@1.25x': 1.25, '@1.5x': 1.5, '@2x': 2, '@3x': 3 }

const ship = (colour) => `
  <path d="M2.6 9.4h10.8l-2 2.7-6.6 1.2z" fill="${colour}"/>
  <path d="M7.2 2.4v5.9h5z" fill="${colour}"/>`

/** Leaves a gap around a sign, so that it doesn't melt into the ship, also where macOS draws both in one colour. */
const withoutPart = (part, drawing) =>
  `<mask id="gap"><rect width="16" height="16" fill="#fff"/><g fill="#000">${part}</g></mask><g mask="url(#gap)">${drawing}</g>`

const around = 2 * Math.PI * 7.1

const marks = {
  idle: (c) => ship(c),
  paused: (c) =>
    `${withoutPart('<rect x="8.8" y="7.4" width="8" height="9"/>', ship(c))}
     <rect x="10" y="8.6" width="2" height="7" fill="${c}"/><rect x="13.4" y="8.6" width="2" height="7" fill="${c}"/>`,
  attention: (c) =>
    `${withoutPart('<circle cx="12.6" cy="3.6" r="4.3"/>', ship(c))}
     <circle cx="12.6" cy="3.6" r="3.2" fill="#e03131"/>`,
}
for (let eighths = 0; eighths <= 8; eighths += 1)
  marks[`running-${eighths}`] = (c) => `
    <g transform="translate(2.6 2.4) scale(.68)">${ship(c)}</g>
    <circle cx="8" cy="8" r="7.1" fill="none" stroke="${c}" stroke-opacity=".3" stroke-width="1.6"/>
    <circle cx="8" cy="8" r="7.1" fill="none" stroke="${c}" stroke-width="1.6" transform="rotate(-90 8 8)"
      stroke-dasharray="${(around * eighths) / 8} ${around}"/>`

const browser = await chromium.launch({
  executablePath: process.env.SLIPWAY_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
})
const page = await browser.newPage()

/** One picture of `size` pixels. */
async function draw(svg, size, file) {
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(
    file,
    await page.screenshot({ omitBackground: true, clip: { x: 0, y: 0, width: size, height: size } }),
  )
}

for (const [state, mark] of Object.entries(marks))
  for (const [shade, colour] of Object.entries({ dark: '#1c1c1c', light: '#f4f4f4' }))
    for (const [suffix, scale] of Object.entries(scales)) {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${mark(colour)}</svg>`
      await draw(svg, Math.round(16 * scale), join(target, 'tray', `${state}-${shade}${suffix}.png`))
    }

const app = readFileSync(join(root, 'src/renderer/public/icon.svg'), 'utf8')
for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024])
  await draw(app, size, join(target, `${size}x${size}.png`))
await draw(app, 512, join(target, 'icon.png'))
await draw(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="#e03131"/><path d="M7 3h2v7H7zM7 11.5h2v2H7z" fill="#fff"/></svg>',
  16,
  join(target, 'overlay.png'),
)
await browser.close()
