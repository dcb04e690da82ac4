import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aPlace, type Place } from '../process/slipway.ts'

const secret = 'open-sesame-7391'

/** Every file and folder below, with its mode. */
function below(folder: string): { path: string; mode: number; folder: boolean }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
    const look = lstatSync(join(folder, name))
    return { path: name, mode: look.mode & 0o777, folder: look.isDirectory() }
  })
}

const failing = (place: Place) =>
  place.write(
    'secret.slipway.yaml',
    `batches:
  - type: s
    env: { API_TOKEN: ${secret} }
    run: [sh, -c, 'test -n "$API_TOKEN" && echo "got it" && exit {value}']
    over: { range: 0..1 }`,
  )

describe('what is in `env`', () => {
  test('reaches the job, and stands in no answer, event, summary, report, journal or log', async () => {
    const place = aPlace()
    await place.run('add', failing(place))
    await place.run('work', '--until-empty')
    expect((await place.run('logs', '1', '1')).out).toContain('got it')
    const said = []
    for (const args of [
      ['show', '1', '--jobs'],
      ['show', '1', '--jobs', '--json'],
      ['list', '--all', '--json'],
      ['events'],
      ['events', '--json'],
      ['summary', '1', '--json'],
      ['summary', '1'],
      ['report', '1'],
      ['doctor', '--json'],
      ['settings', '--json'],
    ]) {
      const { out, err, code } = await place.run(...args)
      expect(code, `${args.join(' ')}: ${err}`).toBeLessThan(2)
      said.push(out + err)
    }
    expect(said.join('')).not.toContain(secret)
    for (const { path, folder } of below(place.home))
      if (!folder && !path.startsWith('slipway.db'))
        expect(readFileSync(join(place.home, path), 'utf8'), path).not.toContain(secret)
  })
})

test('the data folder and everything in it belongs to its user alone, whatever the umask', async () => {
  const place = aPlace()
  const before = process.umask(0)
  try {
    await place.run('add', failing(place))
    await place.run('work', '--until-empty')
  } finally {
    process.umask(before)
  }
  expect(lstatSync(place.home).mode & 0o777).toBe(0o700)
  const open = below(place.home).filter(({ mode }) => (mode & 0o077) !== 0)
  expect(open).toEqual([])
  expect(below(place.home).length).toBeGreaterThan(3)
})

describe('a log that somebody has bent', () => {
  const ran = async (place: Place) => {
    await place.run('add', failing(place))
    await place.run('work', '--until-empty')
    writeFileSync(join(place.project, 'private'), secret)
  }

  test('into a link is not read', async () => {
    const place = aPlace()
    await ran(place)
    const log = join(
      place.home,
      'logs',
      '1',
      below(join(place.home, 'logs', '1')).find((one) => !one.folder)?.path ?? '',
    )
    rmSync(log)
    symlinkSync(join(place.project, 'private'), log)
    const { out, err } = await place.run('logs', '1', '1')
    expect(out + err).not.toContain(secret)
    expect(err).toMatch(/symbolic link/)
  })

  test('by a folder that leads elsewhere is not read', async () => {
    const place = aPlace()
    await place.run('list')
    const elsewhere = join(place.project, 'elsewhere')
    mkdirSync(elsewhere)
    mkdirSync(join(place.home, 'logs'), { mode: 0o700 })
    symlinkSync(elsewhere, join(place.home, 'logs', '1'))
    await ran(place)
    const { out, code } = await place.run('logs', '1', '1')
    expect(out).not.toContain('got it')
    expect(code).not.toBe(0)
  })
})

test('names that climb or point elsewhere stay names: no report, log or backup leaves its place', async () => {
  const place = aPlace()
  const name = '../../../../escape'
  const file = place.write(
    'names.slipway.yaml',
    `configuration: "${name}"
batches:
  - type: "${name}"
    run: [echo, "{value}"]
    over: { list: ["${name}", "<script>alert(1)</script>"] }`,
  )
  const added = await place.run('add', file)
  if (added.code === 0) {
    await place.run('work', '--until-empty')
    const { out } = await place.run('report', '1', '--html', '-')
    expect(out).not.toContain('<script>alert(1)')
  } else expect(added.code).toBe(2)
  const escaped = below(join(place.home, '..')).filter(({ path }) => path.includes('escape'))
  expect(escaped).toEqual([])
  expect(existsSync(join(place.home, '..', '..', 'escape'))).toBe(false)
})
