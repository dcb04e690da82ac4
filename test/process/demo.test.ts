import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from './slipway.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-demo-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the demo runs its batches, is stopped and continued, and finds all its checks to hold', async () => {
  const home = join(folder, 'demo')
  const { code, text } = await demo(home)
  expect(text).toMatch(/All \d+ checks hold/)
  expect(text).not.toContain('✗')
  expect(text).toMatch(/nothing was changed: .* already active/)
  expect(text).toContain('nothing left to add')
  expect(code).toBe(0)
  const page = readFileSync(join(home, 'report.html'), 'utf8')
  expect(page).toMatch(/All \d+ checks hold\./)
  expect(page).not.toMatch(/(?:src|href)=/)

  // What it checks can fail: one broken link of the chain, and one result of another row.
  const { verify } = await import('../../scripts/demo/verify.ts')
  const { slipwayIn } = await import('../../scripts/demo/slipway.ts')
  const places = {
    data: join(root, 'node_modules/vega-datasets/data'),
    results: join(home, 'results'),
    home: join(home, 'data'),
  }
  const generation = join(places.results, 'evolve/generation-50.json')
  writeFileSync(generation, readFileSync(generation, 'utf8').replace('"previous": "', '"previous": "0'))
  writeFileSync(join(places.results, 'states/1.json'), '{"state":"Alaska","population":1}')
  rmSync(join(places.results, 'profiles/airports.json'))
  const { checks } = await verify(slipwayIn(root, places.home), places)
  expect(checks.filter((check) => check.problems.length > 0).map((check) => check.problems)).toEqual([
    ['airports.csv has no profile'],
    ['Alabama: the result of another row'],
    ['generation 50 was changed', 'generation 50 does not follow'],
  ])
}, 300_000)

test('the demo leaves a folder alone that it did not make', async () => {
  writeFileSync(join(folder, 'thesis.txt'), 'three years of work')
  const { code, text } = await demo(folder)
  expect(code).toBe(2)
  expect(text).toContain("has files in it that the demo didn't make")
  expect(existsSync(join(folder, 'thesis.txt'))).toBe(true)
})

test('the demo does not pull the folder away from under another demo', async () => {
  writeFileSync(join(folder, '.made-by-slipway-demo'), String(process.pid))
  const { code, text } = await demo(folder)
  expect(code).toBe(2)
  expect(text).toContain(`Another demo (process ${process.pid}) is at work`)
})

function demo(home: string): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'scripts/demo/run.ts'), home], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, text }))
  })
}
