/** `npm run docs:figures`: writes the tables of figures in docs/ from test/bench/proofs.json and ran.json. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type RanWhere, recorded } from './ran.ts'

type MutatedFile = {
  file: string
  mutants: number
  killed: number
  timedOut: number
  survived: number
  untested: number
}
type Mutation = { at: string; files: MutatedFile[] }
type Torture = {
  at: string
  seed: string
  schema?: number
  rounds: number
  kills?: number
  checked?: number
  losses: number
  note?: string
}
type Proofs = {
  mutation: { queue: Mutation; run: Mutation }
  torture: { runs: Torture[]; killed: { seed: string; where: Record<string, number> } }
  largest: { test: string; at: string; result: string }[]
}
type Cell = string | number | undefined

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const number = (value: Cell) => (typeof value === 'number' ? value.toLocaleString('en') : (value ?? ''))
const percent = (part: number, all: number, digits: number) => `${((100 * part) / all).toFixed(digits)} %`

function table(head: string[], rows: Cell[][]): string {
  const line = (cells: Cell[]) => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map((row) => line(row.map(number)))].join(
    '\n',
  )
}

const columns = ['mutants', 'killed', 'timedOut', 'survived', 'untested'] as const
type Column = (typeof columns)[number]

function mutation({ at, files }: Mutation): string {
  const sum = (column: Column) => files.reduce((total, file) => total + file[column], 0)
  const score = (of: (column: Column) => number, digits: number) =>
    percent(of('killed') + of('timedOut'), of('mutants'), digits)
  const rows = files.map((file) => [
    `\`${file.file}\``,
    ...columns.map((column) => file[column]),
    score((column) => file[column], 1),
  ])
  const all = ['**all**', ...columns.map(sum), `**${score(sum, 2)}**`]
  const head = ['file', 'mutants', 'killed', 'timed out', 'survived', 'passed by no test', 'score']
  return `Measured ${at}.\n\n${table(head, [...rows, all])}`
}

const torture = (runs: Torture[]) =>
  table(
    ['date', 'seed', 'schema', 'rounds', 'kills', 'things checked', 'losses', 'note'],
    runs.map((run) => [
      run.at,
      run.seed,
      run.schema,
      run.rounds,
      run.kills,
      run.checked,
      run.losses,
      run.note ?? '',
    ]),
  )

const killed = ({ seed, where }: Proofs['torture']['killed']) =>
  `Seed ${seed}:\n\n${table(['killed', 'times'], Object.entries(where))}`

const largest = (runs: Proofs['largest']) =>
  table(
    ['test', 'date', 'largest run'],
    runs.map(({ test, at, result }) => [`[${test.split('/').at(-1)}](../${test})`, at, result]),
  )

const ran = (where: RanWhere) =>
  table(
    ['system', 'date', 'Node', 'suite', 'passed', 'failed', 'skipped'],
    Object.entries(where).flatMap(([system, { at, node, suites }]) =>
      Object.entries(suites).map(([suite, { passed, failed, skipped }]) => [
        ...[system, at, node, suite],
        ...[passed, failed, skipped],
      ]),
    ),
  )

/** The pages as they should be: name to text. */
export function pages(): Record<string, string> {
  const proofs: Proofs = JSON.parse(readFileSync(path('test/bench/proofs.json'), 'utf8'))
  const tables: Record<string, string> = {
    'mutation-queue': mutation(proofs.mutation.queue),
    'mutation-run': mutation(proofs.mutation.run),
    torture: torture(proofs.torture.runs),
    killed: killed(proofs.torture.killed),
    largest: largest(proofs.largest),
    ran: ran(recorded()),
  }
  const write = (name: string) =>
    readFileSync(path(name), 'utf8').replace(
      /(<!-- figures: ([\w-]+) -->\n)[\s\S]*?(\n<!-- end -->)/g,
      (_, begin: string, which: string, end: string) => {
        if (tables[which] === undefined)
          throw new Error(`${name} wants the figures "${which}", which are none`)
        return `${begin}${tables[which]}${end}`
      },
    )
  const names = ['docs/guarantees.md', 'docs/mutation.md', 'docs/platforms.md']
  return Object.fromEntries(names.map((name) => [name, write(name)]))
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, text] of Object.entries(pages())) writeFileSync(path(name), text)
