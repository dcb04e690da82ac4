import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { BATCH_KEYS } from '../../../src/contract/batch-keys.ts'
import { batchSchema, editorSchema, fileSchema } from '../../../src/core/configuration/editor-schema.ts'
import { OVER_KEYS } from '../../../src/core/configuration/over.ts'
import { check, project } from './project.ts'

test('the schema for editors is the one in resources', () => {
  const file = new URL('../../../resources/slipway.schema.json', import.meta.url)
  expect(JSON.parse(readFileSync(file, 'utf8')), 'run npx node scripts/write-schema.ts').toEqual(
    editorSchema(),
  )
})

test('editors know the keys that are read, and no others', () => {
  expect(Object.keys(batchSchema.shape).sort()).toEqual([...BATCH_KEYS].sort())
  expect(Object.keys(batchSchema.shape.over.unwrap().shape).sort()).toEqual([...OVER_KEYS].sort())
})

test('a configuration with every key is fine for both', async () => {
  const text = `
configuration: all
variables: { out: results, n: 3 }
batches:
  - type: one
    run: [echo, "{input}", 1.0]
    over: { files: ["*.csv", "!x"] }
    on: { slurm: { partition: main, account: a, qos: q, time: 2h, cpus: 2, memory: 4GB, gpus: 1, extra: [--exclusive], folder: /shared, at-once: 9, lost-after: 1m } }
    parallel: 2
    timeout: 1h30m
    retries: { times: 2, delay: 5s, backoff: 1.5 }
    stop-on-failure: 20%
    expect: [{ file: "{out}/{stem}", non-empty: true, fresh: false }, "{out}/{stem}.log"]
    make-folders: true
    env: { A: 1, B: "{name}" }
    cwd: .
    priority: 5
    log-limit: 10MB
    repeat: false
  - { type: two, after: one, shell: true, run: "echo {value} > /dev/null", over: { range: 0..9, size: 5, as: year } }
  - { type: three, after: [one, two], run: [echo, "{value}"], over: { list: [a, 1, true] } }
`
  expect(fileSchema.safeParse(parse(text)).success).toBe(true)
  expect((await check(project({ 'x.slipway.yaml': text, 'a.csv': '' }))).ok).toBe(true)
})
