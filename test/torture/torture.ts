/**
 * Owns the rounds: in each, hosts share one data folder while commands change the queue, and something is
 * killed, at a named point or at a random moment. Then the queue must come to rest by itself and everything in
 * checks.ts must hold. A new data folder is taken every `roundsPerFolder` rounds.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { checkAll, checkDatabase, checkFacts, type Memory, openReadOnly } from './checks.ts'
import { buildStamp, configurations, Ground, type Host, types } from './ground.ts'
import { type Random, seeded } from './random.ts'

export type Report = {
  seed: number
  rounds: number
  seconds: number
  /** Kills by what was killed or by the named point. */
  kills: Record<string, number>
  commands: Record<string, number>
  facts: number
  checks: number
  jobs: number
  losses: string[]
}

export type Options = {
  rounds: number
  seed: number
  roundsPerFolder?: number
  log?: (line: string) => void
  /** Checked before each round: true ends the run there, and the report shows how far it came. */
  enough?: () => boolean
}

/** Points that only an executor passes, and those of single commands. */
const hostPoints = [
  'after-claim-before-spawn',
  'after-hold',
  'after-spawn-before-pid',
  'after-exit-before-verdict',
  'after-verdict-before-claim',
  'mid-finalize',
  'mid-summary',
] as const
const commandPoints = ['mid-fill', 'mid-reorder', 'mid-backup'] as const
const moments = ['host', 'host', 'launcher', 'host and launcher', 'frozen host', 'command'] as const

/** A plan is a kill; named points and random moments take turns so that each comes up often. */
const plans = [...hostPoints, ...commandPoints, ...moments]

export async function torture({
  rounds,
  seed,
  roundsPerFolder = 20,
  log = () => {},
  enough = () => false,
}: Options): Promise<Report> {
  const started = performance.now()
  const random = seeded(seed)
  const tools = mkdtempSync(join(tmpdir(), 'slipway-stamp-'))
  const stamp = buildStamp(tools)
  const report: Report = {
    seed,
    rounds: 0,
    seconds: 0,
    kills: {},
    commands: {},
    facts: 0,
    checks: 0,
    jobs: 0,
    losses: [],
  }
  const more = () => report.rounds < rounds && report.losses.length === 0 && !enough()
  while (more()) {
    const ground = new Ground(stamp)
    const memory: Memory = new Map()
    try {
      await open(ground, report)
      for (let n = 0; n < roundsPerFolder && more(); n += 1) {
        const plan = plans[report.rounds % plans.length] ?? 'host'
        await new Round(ground, random, plan, report).run()
        const { checked, wrong } = checkAll(ground, memory)
        report.checks += checked
        report.rounds += 1
        report.losses.push(...wrong.map((one) => `round ${report.rounds} (${plan}): ${one}`))
        log(`round ${report.rounds}/${rounds} ${plan}: ${checked} checked, ${wrong.length} wrong`)
      }
    } catch (cause) {
      report.losses.push(
        `round ${report.rounds + 1}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`,
      )
    }
    if (report.losses.length > 0)
      for (const host of ground.hosts)
        log(`host ${host.pid} (${host.armed ?? 'not armed'}): ${host.err().slice(-3_000)}`)
    report.facts += ground.facts.length
    report.jobs += ground.traceLines().filter((line) => line.startsWith('B')).length
    await ground.close()
    if (report.losses.length > 0) log(`kept for a look: ${ground.folder}`)
    else rmSync(ground.folder, { recursive: true, force: true, maxRetries: 5 })
  }
  rmSync(tools, { recursive: true, force: true })
  report.seconds = Math.round((performance.now() - started) / 1_000)
  return report
}

/** A new folder: the first process dies while it makes the schema, the next one makes it. */
async function open(ground: Ground, report: Report): Promise<void> {
  const died = await ground.deed(['list'], { armed: 'mid-migration' })
  if (died.signal !== 'SIGKILL') throw new Error(`mid-migration was not reached: ${died.err}`)
  count(report.kills, 'mid-migration')
  const settings = {
    'heartbeat-interval-ms': 100,
    'lease-ms': 400,
    'finalizer-interval-ms': 150,
    'finalizer-grace-ms': 50,
    'kill-grace-ms': 100,
  }
  for (const [key, value] of Object.entries(settings)) {
    const { code, err } = await ground.deed(['settings', key, String(value)])
    if (code !== 0) throw new Error(`settings ${key}: ${err}`)
  }
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}

class Round {
  readonly #ground: Ground
  readonly #random: Random
  readonly #plan: string
  readonly #report: Report

  constructor(ground: Ground, random: Random, plan: string, report: Report) {
    this.#ground = ground
    this.#random = random
    this.#plan = plan
    this.#report = report
  }

  async run(): Promise<void> {
    const ground = this.#ground
    if (ground.hosts.size === 0) ground.host(null)
    const armed = this.#isOf(hostPoints)
      ? ground.host(`${this.#plan}:${this.#random.between(1, this.#plan.startsWith('mid-') ? 2 : 4)}`)
      : null
    // More than one command at a time: they meet each other and the executor.
    await Promise.all([this.#add(), this.#add()])
    const steering = this.#steer()
    await this.#kill(armed)
    await steering
    await this.#rest()
  }

  #isOf(names: readonly string[]): boolean {
    return names.includes(this.#plan)
  }

  #died(what: string): void {
    count(this.#report.kills, what)
  }

  async #kill(armed: Host | null): Promise<void> {
    const random = this.#random
    const ground = this.#ground
    await pause(random.between(0, 150))
    const victim = [...ground.hosts].find((host) => host !== armed)
    if (armed) {
      // The others die at a random moment, so that the armed one takes over and comes to its point.
      for (const host of [...ground.hosts]) if (host !== armed) await this.#end(host, 'host')
      const reached = await Promise.race([armed.ended, pause(4_000, null)])
      if (reached) this.#died(this.#plan)
      else await this.#end(armed, 'host') // its work was over before the n-th passage
    } else if (this.#plan === 'host' && victim) await this.#end(victim, 'host')
    else if (this.#plan === 'launcher') this.#killLaunchers()
    else if (this.#plan === 'host and launcher' && victim) {
      this.#killLaunchers()
      await this.#end(victim, 'host')
    } else if (this.#plan === 'frozen host' && victim) await this.#freeze(victim)
    if (ground.hosts.size === 0) ground.host(null)
  }

  async #end(host: Host, what: string): Promise<void> {
    if (host.over) return
    host.child.kill('SIGKILL')
    await host.ended
    this.#died(what)
  }

  #killLaunchers(): void {
    for (const pid of this.#ground.launchers()) {
      try {
        process.kill(pid, 'SIGKILL')
        this.#died('launcher')
      } catch {
        // it has just ended by itself
      }
    }
  }

  /** Is suspended beyond its lease while another host takes over, then wakes up and may write nothing. */
  async #freeze(victim: Host): Promise<void> {
    const other = this.#ground.host(null)
    victim.child.kill('SIGSTOP')
    await pause(this.#random.between(300, 1_200))
    victim.child.kill('SIGCONT')
    this.#died('frozen host')
    await pause(this.#random.between(0, 100))
    await this.#end(this.#random.chance(0.5) ? victim : other, 'host')
  }

  /** Adds one configuration or two of its types; the same identity may be active already. */
  async #add(): Promise<void> {
    const random = this.#random
    const chosen = random.chance(0.3) ? [] : [random.pick(types)]
    const how = random.pick(['fail', 'fail', 'return', 'replace', 'allow', 'remaining'])
    const armed = this.#plan === 'mid-fill' ? { armed: 'mid-fill' } : {}
    await this.#do(
      ['add', this.#ground.file(random.pick(configurations)), ...chosen, '--if-exists', how],
      armed,
    )
  }

  /** A few commands on random batches; some of them are killed at a random moment. */
  async #steer(): Promise<void> {
    const random = this.#random
    if (this.#plan === 'mid-backup') {
      await this.#backup({ armed: 'mid-backup' })
      await this.#backup({})
    }
    if (this.#plan === 'mid-reorder') {
      await this.#do(['pause', '--reason', 'so that a line is there to be reordered'])
      await this.#do(['add', this.#ground.file('ant'), 'plain', '--if-exists', 'allow'])
      await this.#do(['add', this.#ground.file('bee'), 'plain', '--if-exists', 'allow'])
    }
    for (let n = random.between(2, 3); n > 0; n -= 1) {
      const args = this.#command()
      if (!args) continue
      const killed = this.#plan === 'command' ? { killAfterMs: random.between(20, 150) } : {}
      const armed = this.#plan === 'mid-reorder' && args[0] === 'move' ? { armed: 'mid-reorder' } : killed
      await this.#do(args, armed)
    }
  }

  #command(): string[] | null {
    const random = this.#random
    const rows = this.#rows()
    const open = rows.filter((row) =>
      this.#plan === 'mid-reorder' ? row.status === 'queued' : row.completed_at === null,
    )
    const final = rows.filter((row) => row.completed_at !== null)
    const what =
      this.#plan === 'mid-reorder'
        ? 'move'
        : random.pick([
            'cancel',
            'pause',
            'pause',
            'move',
            'move',
            'priority',
            'retry',
            'retry',
            'queue',
            'resume',
          ])
    if (what === 'queue') return ['pause', '--reason', 'torture', ...(random.chance(0.5) ? ['--now'] : [])]
    const from = what === 'retry' ? final : open
    if (from.length === 0)
      return what === 'move' ? ['add', this.#ground.file('ant'), '--if-exists', 'allow'] : null
    const batch = String(random.pick(from).number)
    if (what === 'cancel') return ['cancel', batch, '--reason', 'torture']
    if (what === 'pause') return ['pause', batch, ...(random.chance(0.5) ? ['--now'] : [])]
    if (what === 'move') return ['move', batch, random.pick(['--top', '--bottom'])]
    if (what === 'priority') return ['priority', batch, String(random.between(-1, 2))]
    if (what === 'resume') return ['resume', batch]
    return [
      'retry',
      batch,
      ...(random.chance(0.4) ? ['--all'] : []),
      '--if-exists',
      random.pick(['fail', 'return', 'replace', 'allow', 'remaining']),
    ]
  }

  async #backup(how: { armed?: string }): Promise<void> {
    const known = this.#ground.facts.length
    const file = join(
      this.#ground.folder,
      `backup-${this.#report.rounds}-${how.armed ? 'killed' : 'whole'}.db`,
    )
    const { code } = await this.#do(['backup', file], how)
    if (code !== 0) return
    const copy = new Database(file, { readonly: true })
    const verdict = { checked: 0, wrong: [] as string[] }
    checkDatabase(copy, verdict)
    checkFacts(copy, this.#ground.facts.slice(0, known), verdict)
    copy.close()
    this.#report.checks += verdict.checked
    this.#report.losses.push(
      ...verdict.wrong.map((one) => `the backup of round ${this.#report.rounds + 1}: ${one}`),
    )
    rmSync(file)
  }

  /** One command: it may be refused, but only with a typed answer, and it may only die where it was meant to. */
  async #do(args: string[], how: { armed?: string; killAfterMs?: number } = {}) {
    const ended = await this.#ground.deed(args, how)
    count(this.#report.commands, `${args[0]} ${ended.code ?? 'killed'}`)
    if (ended.signal === 'SIGKILL') {
      this.#died(how.armed ?? 'command')
    } else if (
      ![0, 3, 5].includes(ended.code ?? -1) ||
      /SQLITE|constraint|would have broken/i.test(ended.err)
    ) {
      const untouched = ended.code === 4 && /"not-found"/.test(ended.err)
      if (!untouched)
        this.#report.losses.push(
          `round ${this.#report.rounds + 1}: ${args.join(' ')} ended with ${ended.code ?? ended.signal}: ${ended.err}`,
        )
    }
    return ended
  }

  #rows(): { number: number; status: string; completed_at: number | null }[] {
    const db = openReadOnly(this.#ground)
    try {
      return db
        .prepare<[], { number: number; status: string; completed_at: number | null }>(
          'SELECT number, status, completed_at FROM batches WHERE sealed = 1 ORDER BY number DESC LIMIT 12',
        )
        .all()
    } finally {
      db.close()
    }
  }

  /** What was paused is resumed, then the queue must come to rest by itself. */
  async #rest(): Promise<void> {
    const deadline = performance.now() + 60_000
    await this.#do(['resume'])
    for (;;) {
      const state = this.#state()
      if (state.paused > 0) {
        await this.#do(['resume', String(state.pausedNumber)])
        continue
      }
      if (state.open === 0 && state.unfinished === 0) return
      if (performance.now() > deadline) throw new Error(`stuck: ${JSON.stringify(state)}`)
      await pause(20)
    }
  }

  #state() {
    const db = openReadOnly(this.#ground)
    try {
      const row = db
        .prepare<[], { open: number; paused: number; pausedNumber: number | null; unfinished: number }>(
          `SELECT count(*) AS open, coalesce(sum(status = 'paused'), 0) AS paused,
                  min(iif(status = 'paused', number, NULL)) AS pausedNumber,
                  (SELECT count(*) FROM batches b WHERE b.completed_at IS NOT NULL AND NOT EXISTS
                    (SELECT 1 FROM run_summaries s WHERE s.batch_id = b.id AND s.run = b.run)) AS unfinished
           FROM batches WHERE completed_at IS NULL`,
        )
        .get()
      if (!row) throw new Error('no row of counts')
      return row
    } finally {
      db.close()
    }
  }
}
