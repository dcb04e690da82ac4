import { execFileSync } from 'node:child_process'
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
    const output = []
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
      output.push(out + err)
    }
    expect(output.join('')).not.toContain(secret)
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

  test('by a folder that leads elsewhere is neither written nor read: the job fails and reports why', async () => {
    const place = aPlace()
    await place.run('list')
    const elsewhere = join(place.project, 'elsewhere')
    mkdirSync(join(elsewhere, '0'), { recursive: true })
    writeFileSync(join(elsewhere, '0', '1.1.log'), secret)
    mkdirSync(join(place.home, 'logs'), { mode: 0o700 })
    symlinkSync(elsewhere, join(place.home, 'logs', '1'))
    await ran(place)
    expect(below(elsewhere).map(({ path }) => path)).toEqual(['0', join('0', '1.1.log')])
    expect(readFileSync(join(elsewhere, '0', '1.1.log'), 'utf8')).toBe(secret)
    expect((await place.run('show', '1', '--jobs')).out).toMatch(/lies behind one, which isn't followed/)
    const { out, code } = await place.run('logs', '1', '1')
    expect(out).not.toContain(secret)
    expect(code).not.toBe(0)
  })

  test('into a link before the job begins is not written: neither a file that is there nor one that is not', async () => {
    const place = aPlace()
    await place.run('list')
    const logs = join(place.home, 'logs', '1', '0')
    mkdirSync(logs, { recursive: true, mode: 0o700 })
    writeFileSync(join(place.project, 'letter'), 'Dear Ana')
    symlinkSync(join(place.project, 'letter'), join(logs, '1.1.log'))
    symlinkSync(join(place.project, 'not there'), join(logs, '2.1.log'))
    await ran(place)
    expect(readFileSync(join(place.project, 'letter'), 'utf8')).toBe('Dear Ana')
    expect(existsSync(join(place.project, 'not there'))).toBe(false)
    expect((await place.run('list', '--all')).out).toMatch(/completed with errors/)
  })

  test('beside it, where what is left out is noted, is not written through either', async () => {
    const place = aPlace()
    await place.run('list')
    const logs = join(place.home, 'logs', '1', '0')
    mkdirSync(logs, { recursive: true, mode: 0o700 })
    writeFileSync(join(place.project, 'letter'), 'Dear Ana')
    for (const end of ['.cut', '.new', '.tail', '.tail.new'])
      symlinkSync(join(place.project, 'letter'), join(logs, `1.1.log${end}`))
    const file = place.write(
      'loud.slipway.yaml',
      `batches: [{ type: l, run: [sh, -c, 'yes | head -c 3000000; sleep 0.2; yes | head -c 3000000'], log-limit: 100kB }]`,
    )
    await place.run('add', file)
    for (const SLIPWAY_LAUNCHER of ['native', 'node']) {
      place.env.SLIPWAY_LAUNCHER = SLIPWAY_LAUNCHER
      await place.run('work', '--until-empty')
      expect(readFileSync(join(place.project, 'letter'), 'utf8'), SLIPWAY_LAUNCHER).toBe('Dear Ana')
      await place.run('retry', '1', '--all')
    }
  })

  test('into a pipe by the job itself stops nobody: not the host, not who reads it', async () => {
    const place = aPlace()
    const log = join(place.home, 'logs', '1', '0', '1.1.log')
    const file = place.write(
      'pipe.slipway.yaml',
      `batches: [{ type: p, run: [sh, -c, 'echo hello; rm -f ${log}; mkfifo ${log} ${log}.cut; exit 1'] }]`,
    )
    await place.run('add', file)
    expect((await place.run('work', '--until-empty')).code).toBe(1)
    expect((await place.run('logs', '1', '1')).err).toMatch(/not a regular file/)
  })

  test.each(['native', 'node'])(
    'into a pipe before the job begins is refused by the %s launcher',
    async (kind) => {
      const place = aPlace()
      place.env.SLIPWAY_LAUNCHER = kind
      await place.run('list')
      const logs = join(place.home, 'logs', '1', '0')
      mkdirSync(logs, { recursive: true, mode: 0o700 })
      execFileSync('mkfifo', [join(logs, '1.1.log')])
      await ran(place)
      expect((await place.run('show', '1', '--jobs')).out).toMatch(/is not a regular file/)
    },
  )

  test('may lie on another disk as a whole: a folder of logs that is a link is the user’s own choice', async () => {
    const place = aPlace()
    await place.run('list')
    mkdirSync(join(place.project, 'big'), { mode: 0o700 })
    symlinkSync(join(place.project, 'big'), join(place.home, 'logs'))
    await ran(place)
    expect((await place.run('logs', '1', '1')).out).toContain('got it')
    expect(below(join(place.project, 'big')).some(({ path }) => path.endsWith('1.1.log'))).toBe(true)
  })
})

test('a report and a backup refuse a link: neither writes where it leads', async () => {
  const place = aPlace()
  await place.run('add', failing(place))
  await place.run('work', '--until-empty')
  const letter = join(place.project, 'letter')
  writeFileSync(letter, 'Dear Ana')
  for (const name of ['report.html', 'copy.db']) symlinkSync(letter, join(place.project, name))
  expect((await place.run('report', '1', '--html', join(place.project, 'report.html'))).code).toBe(2)
  expect(lstatSync(join(place.project, 'report.html')).isSymbolicLink()).toBe(true)
  expect((await place.run('backup', join(place.project, 'copy.db'))).code).not.toBe(0)
  expect(readFileSync(letter, 'utf8')).toBe('Dear Ana')
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
