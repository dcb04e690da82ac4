/** What a job on the cluster is given and what is known of its end, on a real Slurm of three nodes. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aWatchedJob, noCluster, onCluster, pidsOf, until, whole } from './on-cluster.ts'

const hostile = [
  'plain',
  'two words',
  ' both ends ',
  '',
  '-n',
  '--',
  '-',
  '*',
  '?',
  '[a]',
  '~',
  '$HOME',
  '$(touch pwned)',
  '`id`',
  '; exit 9',
  '&& false',
  '| cat',
  '> out',
  '"double"',
  "'single'",
  `'"'"'`,
  '\\',
  '\\n',
  'a\\',
  'line\nbreak',
  '\n',
  'tab\tbed',
  '\r',
  '!bang',
  '#hash',
  '%s%d',
  '{}',
  '{{x}}'.replace(/[{}]/g, ''),
  'a=b',
  '=',
  'A=B C=D',
  'ünïcödé',
  '日本語',
  '🚀',
  'Ё\u0081',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\u0001',
  '\u007f',
  '\u001b[31m',
  '$$',
  '$?',
  '$' + '{x:-y}',
  '$((1+1))',
  '"$@"',
  'EOF',
  '<<EOF',
  '\\0',
  '\\x00',
  'x'.repeat(100_000),
  '(a)',
  'a:b',
  '/abs/path',
  '../up',
]

describe.skipIf(noCluster !== null)(
  `a job on the cluster${noCluster === null ? '' : ` (skipped: ${noCluster})`}`,
  () => {
    test('gets its arguments and its environment byte for byte, also 100 KB of them', async () => {
      const place = onCluster()
      writeFileSync(
        join(place.project, 'note.mjs'),
        `import { writeFileSync } from 'node:fs'
const [file, ...args] = process.argv.slice(2)
const { MULTI, QUOTED, LONG } = process.env
writeFileSync(file, JSON.stringify({ args, MULTI, QUOTED, length: LONG?.length, cwd: process.cwd() }))`,
      )
      const spec = {
        batches: [
          {
            type: 'names',
            on: 'slurm',
            run: [process.execPath, 'note.mjs', 'out-{number}.json', '{value}', 'last'],
            env: { MULTI: 'a\nb\n', QUOTED: `'"\\$x`, LONG: 'y'.repeat(90_000) },
            over: { list: hostile },
          },
        ],
      }
      const file = place.write('a.slipway.json', JSON.stringify(spec))
      const ended = await place.run('run', file)
      expect(ended.code, ended.out + ended.err).toBe(0)
      for (const [at, value] of hostile.entries()) {
        const got: unknown = JSON.parse(readFileSync(join(place.project, `out-${at + 1}.json`), 'utf8'))
        expect(got).toEqual({
          args: [value, 'last'],
          MULTI: 'a\nb\n',
          QUOTED: `'"\\$x`,
          length: 90_000,
          cwd: place.project,
        })
      }
    })

    test('ends with its exit code, its signal, or the reason why it could not start', async () => {
      const place = onCluster()
      const file = place.write(
        'a.slipway.yaml',
        `batches:
  - type: codes
    on: { slurm: { lost-after: 6s } }
    run: "{value}"
    shell: true
    over: { list: ["exit 0", "exit 1", "exit 7", "exit 126", "exit 255", "kill -TERM $$", "kill -KILL $$", "kill -SEGV $$", "echo no such thing >&2; exit 3"] }
`.replace('run: "{value}"\n    shell: true', 'run: [sh, -c, "{value}"]'),
      )
      expect((await place.run('run', file)).code).toBe(1)
      expect((await place.jobs()).map(({ input, exitCode, error }) => [input, exitCode, error])).toEqual([
        ['exit 0', 0, null],
        ['exit 1', 1, 'exit code 1, and no output'],
        ['exit 7', 7, 'exit code 7, and no output'],
        ['exit 126', 126, 'exit code 126, and no output'],
        ['exit 255', 255, 'exit code 255, and no output'],
        ['kill -TERM $$', null, 'ended by SIGTERM'],
        ['kill -KILL $$', null, 'ended by SIGKILL'],
        ['kill -SEGV $$', null, 'ended by SIGSEGV'],
        ['echo no such thing >&2; exit 3', 3, 'no such thing'],
      ])
    })

    test('says which limit ended it: ours, the time of Slurm, or its memory', async () => {
      const run = async (on: string, more: string, command: string) => {
        const place = onCluster()
        const file = place.write(
          'a.slipway.yaml',
          `batches: [{ type: limit, on: { slurm: ${on} }, run: [sh, -c, ${JSON.stringify(command)}]${more} }]`,
        )
        await place.run('run', file)
        return (await place.jobs())[0]?.error
      }
      const ended = await Promise.all([
        run('{ lost-after: 6s }', ', timeout: 2s', 'sleep 300'),
        ...(whole ? [run('{ lost-after: 6s, time: 1m }', '', 'sleep 300')] : []),
        run(
          '{ lost-after: 6s, memory: 60MiB }',
          '',
          `exec ${process.execPath} -e 'const a = Buffer.alloc(300e6, 1); setTimeout(() => a, 60000)'`,
        ),
      ])
      expect(ended).toEqual([
        expect.stringMatching(/^timed out after 2(\.\d)?s of awake time$/),
        ...(whole ? [expect.stringMatching(/^ended by Slurm's time limit after /)] : []),
        'out of memory: Slurm ended it at its memory limit',
      ])
    })

    test('can be followed by its log, and is ended by a cancel with all that it has left behind', async () => {
      const place = onCluster()
      const mark = `mark-${process.pid}-${Date.now()}`
      const file = place.write(
        'a.slipway.yaml',
        `batches: [{ type: long, on: { slurm: { lost-after: 6s } }, run: [sh, -c, "setsid sh -c 'sleep 301; : ${mark}' & echo first; sleep 2; echo second; sleep 300"] }]`,
      )
      const host = place.start('run', file)
      await host.until(/running/)
      const log = place.start('logs', '1', '1', '-f')
      await log.until(/first\nsecond/)
      expect(pidsOf(mark).length).toBeGreaterThan(0)
      expect((await place.run('cancel', '1', '--reason', 'enough')).code).toBe(0)
      await until(() => pidsOf(mark).length === 0, 'the process with a session of its own is gone', 20_000)
      await host.ended
      await until(() => place.slurm('squeue', '-h') === '', 'Slurm has nothing left')
    })

    test('that waits in the queue of Slurm is cancelled without ever beginning', async () => {
      const place = onCluster()
      const file = place.write(
        'a.slipway.yaml',
        `batches: [{ type: held, on: { slurm: { extra: [--begin=now+1hour] } }, run: [sh, -c, "echo ran >>notes"], over: { range: 1..50 }, repeat: true }]`,
      )
      const host = place.start('run', file)
      await until(
        () => place.slurm('squeue', '-h', '-r').trim().split('\n').length === 50,
        'Slurm has all of them',
      )
      await place.run('cancel', '1')
      await host.ended
      await until(() => place.slurm('squeue', '-h') === '', 'Slurm has none of them', 20_000)
      expect(place.lines('notes')).toEqual([])
    })

    test('is refused by Slurm before there is a batch, with what would be right', async () => {
      const place = onCluster()
      const write = (slurm: string) =>
        place.write('a.slipway.yaml', `batches: [{ type: a, on: { slurm: ${slurm} }, run: [echo] }]`)
      for (const [slurm, says] of [
        ['{ partition: mian }', 'Slurm has no partition "mian"; it has main, short'],
        ['{ partition: short, time: 2h }', 'partition short grants at most 5m of time, and 2h is asked'],
        ['{ memory: 64GB }', 'partition main grants at most 4000 MiB of memory'],
        ['{ extra: [--constraint=nope] }', 'Slurm would refuse the jobs: Invalid feature specification'],
      ] as const) {
        const ended = await place.run('add', write(slurm))
        expect(ended.code).toBe(2)
        expect(ended.err).toContain(says)
      }
      expect((await place.run('list')).out).not.toContain('#1')
    })

    test('gets what its batch requests, at a place of the settings, with --on', async () => {
      const place = onCluster()
      const shared = join(place.project, 'shared')
      mkdirSync(shared)
      const places = {
        cluster: { slurm: { partition: 'short', cpus: 2, memory: '200MiB', folder: shared, 'at-once': 2 } },
      }
      expect((await place.run('settings', 'places', JSON.stringify(places))).code).toBe(0)
      const file = place.write(
        'a.slipway.yaml',
        `batches: [{ type: a, ${aWatchedJob(place, 'echo said $1')}, over: { range: 1..4 } }]`,
      )
      const host = place.start('run', file, '--on', 'cluster')
      await until(() => place.lines('notes').length === 2, 'two of them run')
      expect(place.slurm('squeue', '-h', '-o', '%P %C %m %N')).toContain('short 2 200M n3')
      place.write('go', '')
      expect((await host.ended).code).toBe(0)
      expect(place.lines('notes')).toHaveLength(8)
      expect((await place.run('logs', '1', '3')).out).toContain('said 3')
    })
  },
)
