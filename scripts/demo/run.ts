/**
 * `npm run demo`: real batches through the real command line, told as a person at a terminal would live it, then
 * checked. Everything happens in one folder (.demo, or the one that is named). Ends with 0 when every check holds.
 */
import type { ChildProcess } from 'node:child_process'
import { join, resolve } from 'node:path'
import { styleText } from 'node:util'
import type { Batch } from '../../src/contract/entities.ts'
import { readNotes, sparkline } from './chain.ts'
import { leaveFolder, takeFolder } from './folder.ts'
import { writeReport } from './report.ts'
import { shortPath, slipwayIn } from './slipway.ts'
import { type Check, GENERATIONS, verify } from './verify.ts'

/** The generation after whose end the demo presses Ctrl-C: in the middle of the fifth batch. */
const STOP_AFTER = 43

const root = resolve(import.meta.dirname, '../..')
const folder = resolve(process.argv[2] ?? join(root, '.demo'))
const home = join(folder, 'data')
const results = join(folder, 'results')
const data = join(root, 'node_modules/vega-datasets/data')
const example = (name: string) => join(root, 'examples', `${name}.slipway.yaml`)
const out = ['--var', `out=${results}`]
const slipway = slipwayIn(root, home)
const began = performance.now()

async function demo(): Promise<number> {
  const refusal = takeFolder(folder)
  if (refusal !== undefined) {
    console.error(refusal)
    return 2
  }
  // A real Ctrl-C reaches Slipway too, which sees its jobs to their end; the demo then ends with its exit code.
  process.on('SIGINT', () => {})
  const steps: Check[] = []
  const expectExit = (what: string, code: number, wanted: number): void => {
    steps.push({ what, problems: code === wanted ? [] : [`it ended with ${code} instead of ${wanted}`] })
    if (code !== wanted) throw new Stopped(what, code)
  }
  try {
    await tellStory(expectExit)
  } catch (cause) {
    if (!(cause instanceof Stopped)) throw cause
    console.error(styleText('red', cause.message))
    return 1
  }
  return await judge(steps)
}

async function tellStory(expectExit: (what: string, code: number, wanted: number) => void): Promise<void> {
  chapter('A job for each file: describe every CSV of a public collection')
  expectExit('the files batch completes', await slipway.tell(['run', example('data-sets'), ...out]), 0)

  chapter('A job for each row of a table: hurricanes and airports of each state')
  expectExit('the table batch completes', await slipway.tell(['run', example('states'), ...out]), 0)

  chapter('An experiment: 100 generations, each needs the one before, in ten batches')
  expectExit('the experiment is added', await slipway.tell(['add', example('evolve'), ...out]), 0)
  await slipway.tell(['list'])

  chapter('The same once more, by mistake: refused, with an explanation')
  const before = await numbers()
  expectExit('the duplicate is refused', await slipway.tell(['add', example('evolve'), ...out]), 3)
  expectExit('and nothing was created', (await numbers()).join() === before.join() ? 0 : 1, 0)

  chapter(`Work, and Ctrl-C half way (the demo presses it after generation ${STOP_AFTER})`)
  const worked = await slipway.tell(['work', '--until-empty'], (child) => interruptAt(STOP_AFTER, child))
  expectExit('Ctrl-C lets the running job end and leaves a queue that can go on', worked, 130)
  await slipway.tell(['list'])

  chapter('Go on with the rest: what is done is not done again')
  const rest = ['add', example('evolve'), ...out, '--if-exists', 'remaining']
  expectExit('the rest is added', await slipway.tell(rest), 0)
  expectExit('the rest completes', await slipway.tell(['work', '--until-empty']), 0)
  const last = Math.max(...(await numbers()))
  expectExit('the last batch has a summary', await slipway.tell(['summary', String(last)]), 0)

  chapter('Is anything left?')
  const known = await numbers()
  for (const name of ['evolve', 'data-sets', 'states']) {
    const code = await slipway.tell(['add', example(name), ...out, '--skip-done'])
    expectExit(`nothing is left of ${name}`, code, 0)
  }
  expectExit('and nothing was added', (await numbers()).join() === known.join() ? 0 : 1, 0)
}

async function judge(steps: readonly Check[]): Promise<number> {
  chapter('Checked against the inputs, the results and the database file')
  const { checks, generations, batches, best } = await verify(slipway, { data, results, home })
  const all = [...steps, ...checks]
  for (const { what, problems } of checks) {
    console.log(`${problems.length === 0 ? styleText('green', '✓') : styleText('red', '✗')} ${what}`)
    for (const problem of problems.slice(0, 5)) console.log(`    ${problem}`)
  }
  const curve = generations.map((one) => one.best.rmse)
  const [first = 0, final = 0] = [curve[0], curve.at(-1)]
  console.log(
    `\n  off by ${first.toFixed(1)} ppm ${sparkline(curve)} ${final.toFixed(2)} ppm, in ${GENERATIONS} generations`,
  )
  const report = join(folder, 'report.html')
  writeReport(report, { checks: all, generations, batches, best, data })
  leaveFolder(folder)
  const bad = all.filter((check) => check.problems.length > 0).length
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  console.log(`\n  report   ${shortPath(report)}`)
  console.log(`  results  ${shortPath(results)}`)
  console.log(`  browser  SLIPWAY_HOME=${shortPath(home)} bin/slipway serve`)
  console.log(
    bad === 0
      ? styleText(['bold', 'green'], `\nAll ${all.length} checks hold, after ${seconds} s.`)
      : styleText(['bold', 'red'], `\n${bad} of ${all.length} checks failed.`),
  )
  console.log(
    'With your own script: copy examples/data-sets.slipway.yaml, change run and over, and call: bin/slipway run YOURS.slipway.yaml',
  )
  return bad === 0 ? 0 : 1
}

/** Sends a real SIGINT as soon as that generation has ended. */
function interruptAt(generation: number, child: ChildProcess): void {
  const timer = setInterval(() => {
    const notes = readNotes(join(results, 'evolve'))
    if (!notes.some((note) => note.generation === generation && note.what === 'end')) return
    clearInterval(timer)
    child.kill('SIGINT')
  }, 20)
  child.once('close', () => clearInterval(timer))
}

/** The numbers of all batches there are. */
async function numbers(): Promise<number[]> {
  const { document } = await slipway.ask(['list', '--all'])
  return (document as { batches: Batch[] }).batches.map((batch) => batch.number).sort((a, b) => a - b)
}

let chapters = 0

function chapter(title: string): void {
  chapters += 1
  console.log(`\n${styleText('bold', `${chapters}. ${title}`)}`)
}

class Stopped extends Error {
  constructor(what: string, code: number) {
    super(
      `\nThe demo stops here: "${what}" did not hold (exit code ${code}). Its folder is left as it is: ${folder}`,
    )
  }
}

process.exitCode = await demo()
