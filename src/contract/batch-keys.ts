/**
 * Owns the keys of a batch in a configuration: what each means and how an option of the command line writes it. The
 * editors' schema, the options of `run` and `add` and `help configuration` are all made of this one list. Pure data:
 * every start of the command line reads it.
 */

type BatchKey = {
  about: string
  /** A value as YAML. */
  example: string
  /** How the key is written as an option; none for what the command line writes in another way. */
  option?: Option
}

type Option =
  /** One value, as the configuration has it. */
  | { kind: 'value'; name: string }
  /** Values, one for each time the option is given. */
  | { kind: 'values'; name: string }
  | { kind: 'flag' }
  /** NAME=VALUE, repeatable. */
  | { kind: 'pairs'; name: string }
  /** A mapping as `times=2,delay=5s`, or the value of its first field alone. */
  | { kind: 'fields'; name: string; fields: readonly [string, ...string[]] }

/** Every key of a batch, in the order of the documentation. */
export const batchKeys = {
  type: { about: 'The name of this batch type', example: 'edm-creation' },
  run: {
    about: 'The program and its arguments; one text only with shell: true',
    example: '[python3, edm.py, "{input}", --out, "out/{stem}.json"]',
  },
  over: {
    about: 'Where the inputs come from: exactly one source; without it there is one job',
    example: '{ files: "data/*.csv" }',
  },
  after: {
    about: 'Batch types that have to complete first',
    example: 'edm-creation',
    option: { kind: 'values', name: 'TYPE' },
  },
  expand: {
    about: 'When the inputs are looked up; when-claimed by default for files, table and lines with after',
    example: 'when-claimed',
    option: { kind: 'value', name: 'when-added|when-claimed' },
  },
  on: {
    about: 'Where jobs run: here, slurm, the name of a place in the settings, or what to ask of Slurm',
    example: '{ slurm: { partition: long, time: 2h, memory: 16GB } }',
  },
  parallel: {
    about: 'Jobs at once inside the batch',
    example: '4',
    option: { kind: 'value', name: 'N' },
  },
  timeout: {
    about: 'Of awake time, for each attempt',
    example: '10m',
    option: { kind: 'value', name: 'T' },
  },
  retries: {
    about: 'How often a failed attempt is repeated, after which delay, multiplied by backoff each time',
    example: '{ times: 2, delay: 5s, backoff: 2 }',
    option: { kind: 'fields', name: 'N', fields: ['times', 'delay', 'backoff'] },
  },
  'stop-on-failure': {
    about: 'never, first, or a share such as 20%',
    example: '20%',
    option: { kind: 'value', name: 'WHEN' },
  },
  expect: {
    about: 'Files without which a job that exits with 0 has failed',
    example: '{ file: "out/{stem}.json", non-empty: true }',
    option: { kind: 'fields', name: 'FILE', fields: ['file', 'non-empty', 'fresh'] },
  },
  'make-folders': {
    about: 'Create the missing folders of expected files',
    example: 'true',
    option: { kind: 'flag' },
  },
  reads: {
    about: 'Files that a job reads beside its input: --skip-done runs it again when one has changed',
    example: '[model.json]',
    option: { kind: 'values', name: 'FILE' },
  },
  env: {
    about: 'Environment variables',
    example: '{ OMP_NUM_THREADS: 1 }',
    option: { kind: 'pairs', name: 'NAME=VALUE' },
  },
  cwd: {
    about: "The folder to work in; the configuration's own by default",
    example: 'work',
    option: { kind: 'value', name: 'FOLDER' },
  },
  shell: {
    about: 'Run one text through the shell; every value is quoted',
    example: 'true',
    option: { kind: 'flag' },
  },
  priority: { about: 'Higher goes first', example: '5', option: { kind: 'value', name: 'N' } },
  'log-limit': {
    about: "The most a job's log may take, such as 10MB or 64MiB",
    example: '10MB',
    option: { kind: 'value', name: 'SIZE' },
  },
  repeat: {
    about: 'Two jobs with the same command are meant',
    example: 'true',
    option: { kind: 'flag' },
  },
} as const satisfies Record<string, BatchKey>

export type BatchKeyName = keyof typeof batchKeys
export const BATCH_KEYS = Object.keys(batchKeys) as readonly BatchKeyName[]

/** The keys whose values options give. */
export const optionKeys: readonly { key: BatchKeyName; about: string; option: Option }[] = BATCH_KEYS.flatMap(
  (key) => {
    const { about, option }: BatchKey = batchKeys[key]
    return option === undefined ? [] : [{ key, about, option }]
  },
)

/** Every key of `over`; the first five are sources, of which it has one. */
export const overKeys = {
  files: {
    about: 'A job for each file that matches, in natural order; "!…" excludes',
    example: '[data/*.csv, "!data/old.csv"]',
  },
  table: {
    about: 'A job for each row of a CSV or TSV file; its columns are placeholders',
    example: 'regions.csv',
  },
  lines: { about: 'A job for each line of a text file that is not blank', example: 'names.txt' },
  list: { about: 'A job for each value', example: '[north, south]' },
  range: { about: 'A job for each number, such as 0..99', example: '0..99' },
  size: { about: 'With range: how many numbers make a batch', example: '10' },
  as: { about: 'With range: one more name for {value}', example: 'year' },
} as const satisfies Record<string, BatchKey>
