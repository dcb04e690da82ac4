/**
 * `npm run torture -- --rounds N [--seed S] [--json FILE]`: the suite from the command line. Exit 1 on any loss.
 * SIGINT ends it after the round that runs, with its report.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { torture } from './torture.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
console.log(`torture: ${rounds} rounds, seed ${seed}`)
let enough = false
process.once('SIGINT', () => {
  enough = true
  console.log('interrupted: ends after this round')
})
const report = await torture({ rounds, seed, log: (line) => console.log(line), enough: () => enough })
console.log(JSON.stringify(report, null, 2))
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
process.exitCode = report.losses.length > 0 ? 1 : 0
