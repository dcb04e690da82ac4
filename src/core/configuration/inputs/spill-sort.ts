/**
 * Owns sorting more paths than should be in memory: sorted chunks go to a temporary file each and are merged.
 * Must never leave a temporary file behind, also when the reader stops early.
 */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { naturalKey } from './natural-order.ts'

type Keyed = { key: string; path: string }

/** How many paths are held at once, by default; about 20 MB. */
const CHUNK = 50_000

/** Streams blocks of the paths in natural order. */
export async function* sortPaths(paths: AsyncIterable<string>, chunk = CHUNK): AsyncIterable<string[]> {
  let held: Keyed[] = []
  let folder: string | undefined
  const files: string[] = []
  try {
    for await (const each of paths) {
      held.push(keyed(each))
      if (held.length < chunk) continue
      folder ??= await mkdtemp(path.join(tmpdir(), 'slipway-sort-'))
      const file = path.join(folder, String(files.length))
      // A path can hold any character but NUL, so NUL ends it.
      await writeFile(file, `${sorted(held).join('\0')}\0`)
      files.push(file)
      held = []
    }
    const last = sorted(held)
    if (files.length === 0) yield last
    else yield* merge([...files.map(readBack), once(last)])
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
}

// `./a` and `a` are the same file: they have the same key, so that they come out side by side.
const keyed = (path: string): Keyed => ({
  key: naturalKey(path.startsWith('./') ? path.slice(2) : path),
  path,
})

const byKey = (a: Keyed, b: Keyed): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

const sorted = (held: Keyed[]): string[] => held.sort(byKey).map((each) => each.path)

async function* once(block: string[]): AsyncGenerator<string[]> {
  yield block
}

async function* readBack(file: string): AsyncGenerator<string[]> {
  let rest = ''
  for await (const text of createReadStream(file, { encoding: 'utf8' }) as AsyncIterable<string>) {
    const pieces = (rest + text).split('\0')
    rest = pieces.pop() ?? ''
    yield pieces
  }
}

/** One sorted run with its next path in front. */
class Run {
  readonly #blocks: AsyncGenerator<string[]>
  #block: string[] = []
  #at = 0
  head: Keyed | undefined

  constructor(blocks: AsyncGenerator<string[]>) {
    this.#blocks = blocks
  }

  /** Moves on within the block; false if the next block has to be awaited first. */
  step(): boolean {
    const next = this.#block[this.#at]
    if (next === undefined) return false
    this.#at += 1
    this.head = keyed(next)
    return true
  }

  async refill(): Promise<void> {
    do {
      const { done, value } = await this.#blocks.next()
      if (done) {
        this.head = undefined
        return
      }
      this.#block = value
      this.#at = 0
    } while (!this.step())
  }

  async close(): Promise<void> {
    await this.#blocks.return(undefined)
  }
}

async function* merge(sources: AsyncGenerator<string[]>[]): AsyncIterable<string[]> {
  const all = sources.map((source) => new Run(source))
  try {
    for (const run of all) await run.refill()
    // Kept sorted by their heads: the smallest run is at the end, and usually stays near it.
    const runs = all.filter((run) => run.head !== undefined).sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1))
    let block: string[] = []
    for (let run = runs.pop(); run !== undefined; run = runs.pop()) {
      block.push(run.head?.path ?? '')
      if (block.length >= 1000) {
        yield block
        block = []
      }
      if (!run.step()) await run.refill()
      if (run.head !== undefined) insert(runs, run)
    }
    yield block
  } finally {
    for (const run of all) await run.close()
  }
}

const keyOf = (run: Run): string => run.head?.key ?? ''

function insert(runs: Run[], run: Run): void {
  let low = 0
  let high = runs.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = runs[middle]
    if (other !== undefined && keyOf(other) > keyOf(run)) low = middle + 1
    else high = middle
  }
  runs.splice(low, 0, run)
}
