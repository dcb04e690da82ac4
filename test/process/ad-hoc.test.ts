/** Batches without a file: a command behind `--`, with everything that a file has. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { batchSchema, jobSchema } from '../../src/contract/entities.ts'
import { aPlace, entry, onTerminal, type Place } from './slipway.ts'

const listed = async (place: Place) => {
  const { out } = await place.run('list', '--all', '--json')
  return z.looseObject({ batches: z.array(batchSchema) }).parse(JSON.parse(out)).batches
}
const inputsOf = async (place: Place, batch: string) => {
  const { out } = await place.run('show', batch, '--json')
  return z
    .looseObject({ jobs: z.array(jobSchema) })
    .parse(JSON.parse(out))
    .jobs.map(({ input, status }) => `${input} ${status}`)
}
const withInput = (place: Place, input: string, ...args: string[]) =>
  spawnSync(process.execPath, [entry, ...args], {
    cwd: place.project,
    env: place.env,
    input,
    encoding: 'utf8',
  })

describe('a command behind --', () => {
  test('runs over files, and is known by its folder and its words', async () => {
    const place = aPlace()
    mkdirSync(join(place.project, 'in'))
    for (const name of ['a', 'b']) writeFileSync(join(place.project, 'in', `${name}.txt`), name)
    const ended = await place.run(
      'run',
      '--over',
      'in/*.txt',
      '--parallel',
      '2',
      '--',
      'cp',
      '{input}',
      '{stem}.out',
    )
    expect(ended.code).toBe(0)
    expect(readFileSync(join(place.project, 'b.out'), 'utf8')).toBe('b')
    expect(await listed(place)).toMatchObject([
      { configuration: 'project', type: 'cp input stem.out', specPath: 'ad-hoc', status: 'completed' },
    ])
    const shown = await place.run('show', '1')
    expect(shown.out).toMatch(/^ {2}folder +.*project$/m)
  })

  test.each([
    [['--list', 'x', 'y z', '--', 'echo']],
    [['--', 'echo', '{}', ':::', 'x', 'y z']],
    [['echo', '{}', ':::', 'x', 'y z']],
    [['--lines', 'names.txt', '--', 'echo', '{}']],
    [['--', 'echo', '::::', 'names.txt']],
  ])('%j has a job for each value', async (args) => {
    const place = aPlace()
    place.write('names.txt', 'x\n\ny z\n')
    expect((await place.run('add', ...args)).code).toBe(0)
    expect(await inputsOf(place, '1')).toEqual(['x pending', 'y z pending'])
  })

  test('runs all combinations of several :::, as GNU parallel does', async () => {
    const place = aPlace()
    const values = [':::', 'a', 'b "c", d', ':::', '1', '2']
    expect((await place.run('run', '--name', 'x', '--', 'echo', ...values)).code).toBe(0)
    const said = ['a, 1', 'a, 2', 'b "c", d, 1', 'b "c", d, 2']
    expect(await inputsOf(place, '1')).toEqual(said.map((input) => `${input} succeeded`))
    expect((await place.run('logs', '1', '4')).out).toBe('b "c", d 2\n')
    const preview = await place.run('preview', '--', 'sh', '-c', 'echo {2}-{1}', '{}', 'x{}', ...values)
    expect(preview.out).toContain("1  sh -c 'echo 1-a' a 1 'xa 1'\n")
  })

  test('takes standard input for lines, a table and a whole configuration', async () => {
    const place = aPlace()
    expect(withInput(place, 'a\r\n\nb\n', 'add', '--lines', '-', '--', 'echo').status).toBe(0)
    expect(withInput(place, 'r,y\nN,1\n', 'add', '--table', '-', '--', 'echo', '{r}', '{y}').status).toBe(0)
    expect(withInput(place, 'batches: [{type: t, run: [true]}]', 'add', '-').status).toBe(0)
    expect(await inputsOf(place, '1')).toEqual(['a pending', 'b pending'])
    expect(await inputsOf(place, '2')).toEqual(['N, 1 pending'])
    expect((await listed(place)).map(({ type }) => type).sort()).toEqual(['echo', 'echo r y', 't'])
    const wrong = withInput(place, 'batches:\n  - type: t\n    rum: [true]\n', 'add', '-')
    expect(wrong.stderr).toMatch(/standard input:3:5: unknown key "rum"/)
  })

  test('is refused while the same is active, and answers as a file does', async () => {
    const place = aPlace()
    const command = ['--list', 'x', 'y', '--name', 'mine', '--', 'echo']
    await place.run('add', ...command)
    const refused = await place.run('add', ...command)
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('#1 project / mine is queued') })
    expect((await place.run('run', '--if-exists', 'return', ...command)).code).toBe(0)
    const again = await place.run(
      'run',
      '--skip-done',
      '--list',
      'x',
      'y',
      'z',
      '--name',
      'mine',
      '--',
      'echo',
    )
    expect(again.err).toContain('left out 2 jobs of mine: 2 unchanged since #1; 1 new')
    expect(await inputsOf(place, '2')).toEqual(['z succeeded'])
  })

  test('names the option that is wrong, and creates nothing', async () => {
    const place = aPlace()
    const { code, err } = await place.run(
      ...[
        'add',
        '--list',
        'x',
        '--timeout',
        '5',
        '--name',
        '?',
        '--retries',
        'times=x',
        '--',
        'echo',
        '{stam}',
      ],
    )
    expect(code).toBe(2)
    expect(err).toContain('  --timeout: timeout is 5, but has to be a duration')
    expect(err).toContain('  --name: type is "?", but has to be a name')
    expect(err).toContain('  --retries: retries.times is "x"')
    expect(err).toContain('  the command behind --: unknown placeholder {stam}')
    expect(await listed(place)).toEqual([])
  })

  test.each([
    [['add', 'x.slipway.yaml', '--list', 'a'], "--list can't be given with a file"],
    [['add', 'x.slipway.yaml', '--', 'echo'], "a command behind -- can't be given with a file"],
    [['add', '--list', 'a'], 'no command given'],
    [['add', '--table', '-', '--save', 'x.slipway.yaml', '--', 'echo'], '--save needs a table in a file'],
    [['add', '--list', 'a', '--range', '0..1', '--', 'echo'], 'a batch has one source of inputs'],
    [['add', '--', 'echo', ':::', 'a', ':::+', 'b'], 'of GNU parallel ":::" with values'],
    [['add', '--', 'echo', ':::', 'a', ':::'], 'make 0 jobs; 1 to 1,000,000 are possible'],
    [['add', '--save', 'x.slipway.yaml', '--', 'echo', ':::', 'a', ':::', 'b'], '--save needs a table'],
    [['add'], "missing required argument 'FILE'"],
  ])('%j is wrong usage', async (args, message) => {
    const { code, err } = await aPlace().run(...args)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) })
  })

  test('waits for another of its folder, looks its inputs up in its turn, and is retried without a file', async () => {
    const place = aPlace()
    await place.run('add', '--list', '1', '2', '--name', 'make', '--', 'touch', 'made-{}.txt')
    const added = await place.run(
      'add',
      '--over',
      'made-*.txt',
      '--after',
      'make',
      '--name',
      'use',
      '--',
      'test',
      '-s',
    )
    expect(added).toMatchObject({ code: 0, err: '' })
    expect((await place.run('work', '--until-empty')).code).toBe(1)
    expect(await inputsOf(place, '2')).toEqual(['made-1.txt failed', 'made-2.txt failed'])
    for (const one of ['1', '2']) writeFileSync(join(place.project, `made-${one}.txt`), 'x')
    await place.run('retry', '2')
    expect((await place.run('work', '--until-empty')).code).toBe(0)
    const unknown = await place.run('add', '--after', 'mke', '--', 'true')
    expect(unknown.err).toContain('--after: after names "mke"')
  })
})

describe('the file that says the same', () => {
  test('is shown by a preview, which creates nothing', async () => {
    const place = aPlace()
    const { code, out } = await place.run(
      'run',
      '--dry-run',
      '--range',
      '0..9',
      '--size',
      '5',
      '--',
      'echo',
      '{value}',
    )
    expect(code).toBe(0)
    expect(out).toContain('echo value 5-9: 5 jobs')
    expect(out).toContain('    over: { range: 0..9, size: 5 }\n')
    expect(await listed(place)).toEqual([])
  })

  test('is shown on a terminal once the batch is added, each line in a width that can be read', async () => {
    const place = aPlace()
    const { code, out } = await onTerminal(place, 'add --list a b $(seq 100) -- echo {}')
    expect(code).toBe(0)
    expect(out).toMatch(
      /As a file \(--save NAME\.slipway\.yaml writes it\):\r\nbatches:\r\n {2}- type: echo\r\n/,
    )
    expect(out).toMatch(/over: \{ list: \[a, b, .*…\r\nadded {2}#1/)
    expect((await onTerminal(place, 'add --save x.slipway.yaml -- true')).out).not.toContain('As a file')
    expect((await onTerminal(place, 'add x.slipway.yaml --if-exists create')).out).not.toContain('As a file')
  })

  test('is written by --save, is what runs from then on, and is never overwritten', async () => {
    const place = aPlace()
    const args = [
      '--list',
      'a',
      'b',
      '--env',
      'X=1',
      '--save',
      'x.slipway.yaml',
      '--',
      'sh',
      '-c',
      'echo "$0 $X"',
      '{}',
    ]
    expect((await place.run('run', ...args)).code).toBe(0)
    expect(await listed(place)).toMatchObject([{ configuration: 'x', jobs: { succeeded: 2 } }])
    const same = await place.run('run', 'x.slipway.yaml', '--skip-done')
    expect(same.err).toContain('nothing left to add')
    const again = await place.run('add', ...args)
    expect(again).toMatchObject({
      code: 5,
      err: expect.stringContaining('exists already, and is left as it is'),
    })
  })

  test('is not written where what it says is wrong', async () => {
    const place = aPlace()
    expect(
      (await place.run('add', '--list', 'a', '--parallel', '0', '--save', 'x.slipway.yaml', '--', 'echo'))
        .code,
    ).toBe(2)
    expect((await place.run('add', '--save', '../x.slipway.yaml', '--', 'echo')).code).toBe(2)
    expect(existsSync(join(place.project, 'x.slipway.yaml'))).toBe(false)
  })
})
