/** Jobs that a launcher holds: begun by itself in order, never after an end that might stop the batch, or dropped. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { fenceLauncher, readJournals, stopOrphanedLauncher } from '../../src/core/launcher/journal.ts'
import { isRunning } from '../../src/core/process/processes.ts'
import { type Kind, LauncherKit, until } from '../helpers/launcher-kit.ts'

const pause = new Int32Array(new SharedArrayBuffer(4))

describe.each<Kind>(['native', 'portable', 'node'])('what the %s launcher holds', (kind) => {
  let kit: LauncherKit
  beforeEach(() => {
    kit = new LauncherKit(kind)
    return () => kit.dispose()
  })

  const sh = (script: string) => ['/bin/sh', '-c', script]
  const gated = (gate: string, script = 'exit 0') =>
    sh(`while ! [ -e ${gate} ]; do sleep 0.01; done; echo ran >> trace; ${script}`)
  const open = (gate: string) => writeFileSync(join(kit.home, gate), '')
  const journal = () => {
    const [one] = readJournals(kit.runDir)
    if (one === undefined) throw new Error('no journal')
    return one
  }
  const begun = () => [...journal().started.keys(), ...journal().starting]
  /** Starts a job that waits for its gate, and is running. */
  async function running(gate: string, script?: string): Promise<string> {
    const attempt = await kit.start(gated(gate, script))
    await kit.started(attempt)
    return attempt
  }
  /** Nothing more is to come of these. */
  const dropped = (attempt: string) =>
    kit.next(
      (e): e is Extract<typeof e, { kind: 'dropped' }> => e.kind === 'dropped' && e.attempt === attempt,
    )

  it('is begun by itself, in order, when the job before it has ended', async () => {
    const first = await running('go')
    const [second, third] = [await kit.hold(sh('echo 2 >> order')), await kit.hold(sh('echo 3 >> order'))]
    expect(begun()).toEqual([first])
    open('go')
    await kit.exitOf(third)
    const ends = kit.events.flatMap((e) => (e.kind === 'exited' ? [e.exit.attempt] : []))
    expect(ends).toEqual([first, second, third])
    expect((await kit.started(second)).pid).toBeGreaterThan(0)
    expect(begun()).toEqual([first, second, third])
  })

  it('is begun at once when the job before it has ended meanwhile', async () => {
    const launcher = await kit.launcher
    expect(launcher.ends()).toBe(0)
    expect((await kit.exitOf(await kit.hold(['true']))).exitCode).toBe(0)
    expect(launcher.ends()).toBe(1)
  })

  it('never runs beside more than its width', async () => {
    const [one, two] = [await running('one'), await running('two')]
    const held = [await kit.hold(gated('three'), 2), await kit.hold(gated('three'), 2)]
    open('one')
    await kit.exitOf(one)
    await kit.started(held[0] ?? '')
    expect(kit.processes(held[1]).length).toBe(0)
    expect(begun()).toEqual([one, two, held[0]])
    open('two')
    await kit.started(held[1] ?? '')
    open('three')
    for (const attempt of held) await kit.exitOf(attempt)
  })

  it.each([
    ['a failure', 'exit 3'],
    ['a signal', 'kill -KILL $$'],
    ['processes that were left behind', 'sleep 60 & exit 0'],
  ])('is dropped after %s, as nothing may start by itself then', async (_what, script) => {
    await running('go', script)
    const held = [await kit.hold(['true']), await kit.hold(['true'])]
    open('go')
    for (const attempt of held) await dropped(attempt)
    expect(begun()).toHaveLength(1)
    expect((await kit.launcher).ends()).toBe(1)
  })

  it('is dropped after a refusal', async () => {
    await running('go')
    const [refused, after] = [await kit.hold(['./nope']), await kit.hold(['true'])]
    open('go')
    expect(await kit.outcome(refused)).toMatchObject({ kind: 'refused', stage: 'program' })
    await dropped(after)
  })

  it('is dropped where the host has not read of the failure yet', async () => {
    await kit.launcher
    const failing = await kit.start(sh('exit 3'))
    await new Promise<void>((resolve) => process.nextTick(resolve)) // the frame is sent
    // This turn reads nothing of the launcher's, which has written the exit down long before it gets the next frame.
    while (readJournals(kit.runDir)[0]?.exits.has(failing) !== true) Atomics.wait(pause, 0, 0, 5)
    const late = await kit.hold(['true'])
    await dropped(late)
    expect(begun()).toEqual([failing])
    expect((await kit.exitOf(await kit.hold(['true']))).exitCode).toBe(0) // this one knows of it
  })

  it('is dropped on request, and when its running job is stopped', async () => {
    const launcher = await kit.launcher
    const first = await running('go')
    const one = await kit.hold(['true'])
    launcher.drop()
    await dropped(one)
    const two = await kit.hold(['true'])
    launcher.stop(first, 1_000)
    await dropped(two)
    expect(begun()).toEqual([first])
  })

  it('is refused once the launcher was fenced', async () => {
    await running('go')
    const [one, two] = [await kit.hold(['true']), await kit.hold(['true'])]
    fenceLauncher(journal())
    open('go')
    expect(await kit.outcome(one)).toMatchObject({ kind: 'refused', stage: 'fenced' })
    await dropped(two)
    expect(begun()).toHaveLength(1)
  })

  it('is left without a trace when the host goes, unless the running job ended first: then it has a whole one', async () => {
    const launcher = await kit.launcher
    const first = await running('go')
    const held = await kit.hold(sh('touch began'))
    launcher.release()
    open('go')
    await until(() => !isRunning(launcher.identity), 'the launcher has ended')
    // Whether the end of the job or that of stdin is seen first is the kernel's choice.
    const seen = existsSync(join(kit.home, 'began')) ? [first, held] : [first]
    expect([...journal().exits.keys()]).toEqual(seen)
    expect(begun()).toEqual(seen)
  })

  it('does not begin when the launcher is to end', async () => {
    const launcher = await kit.launcher
    const first = await running('go')
    const held = await kit.hold(['true'])
    const second = await running('never') // frames are read in their order: the launcher has the held one, too
    stopOrphanedLauncher(journal())
    await dropped(held)
    await until(() => !isRunning(launcher.identity), 'the launcher has ended')
    expect(begun()).toEqual([first, second])
  })
})
