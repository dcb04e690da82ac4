/** `slipway init`: a configuration to begin with, from what a folder holds. Never overwrites one. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { batchKeys } from '../../contract/batch-keys.ts'
import { escaped } from '../../contract/escapes.ts'
import type { BatchDocument } from '../../core/configuration/write.ts'
import { asTemplates } from '../command-words.ts'
import type { Context } from '../context.ts'
import { EXIT_INTERRUPTED, EXIT_OK } from '../exit.ts'
import { failed } from '../failure.ts'
import { guessBatch } from '../folder-guess.ts'
import { printJson, printLines } from '../session.ts'
import { writeNew } from '../submission.ts'

export type InitOptions = { name?: string; over?: string }

/** Keys that many want later; they stand in the file as comments. */
const suggested = ['parallel', 'timeout', 'retries', 'expect'] as const
const longestScript = 100_000

/** Asks on a terminal what no option says; elsewhere what was guessed is written. */
export async function init(
  context: Context,
  folder: string | undefined,
  options: InitOptions,
): Promise<number> {
  const place = resolve(context.cwd, folder ?? '.')
  const look = await lookAt(place)
  if (look === undefined)
    return failed(context, { code: 'usage', message: `${place} is no folder that can be read` })
  const guess = guessBatch(look.files, look.texts)
  const asked = await answers(context, { name: basename(place), over: patternOf(guess.batch) }, options)
  if (asked === undefined) return EXIT_INTERRUPTED
  const batch: BatchDocument = { ...guess.batch }
  if (asked.over !== undefined && asked.over !== patternOf(guess.batch)) batch.over = { files: asked.over }
  if (context.command !== undefined)
    batch.run = asTemplates(context.command, { hasInput: batch.over !== undefined, verbatim: false })
  const { configurationText } = await import('../../core/configuration/write.ts')
  const text = configurationText(
    { batches: [batch] },
    {
      head: [
        `Made by slipway init from ${guess.because}.`,
        `Try it: slipway preview ${asked.name}.slipway.yaml`,
      ],
      schema: join(context.packageDir, 'resources', 'slipway.schema.json'),
    },
  )
  const more = suggested.map((key) => `    # ${key}: ${batchKeys[key].example}  # ${batchKeys[key].about}`)
  const file = join(place, `${asked.name}.slipway.yaml`)
  const written = await writeNew(file, `${text}${more.join('\n')}\n`)
  if (!written.ok) return failed(context, written.error)
  if (context.json) await printJson(context, { file, from: guess.because })
  else
    await printLines(context, [
      `Wrote ${escaped(file)}, from ${escaped(guess.because)}.`,
      `Next: slipway preview ${escaped(basename(file))}`,
    ])
  return EXIT_OK
}

function patternOf({ over }: BatchDocument): string | undefined {
  const files = typeof over === 'object' && over !== null && 'files' in over ? over.files : undefined
  return typeof files === 'string' ? files : undefined
}

type Answers = { name: string; over?: string | undefined }

/** Undefined after Ctrl-C or Escape. */
async function answers(
  { io, json }: Context,
  guessed: Answers,
  given: InitOptions,
): Promise<Answers | undefined> {
  const answered: Answers = { ...guessed, ...given }
  if (json || !io.outIsTerminal || !io.errIsTerminal || !process.stdin.isTTY) return answered
  const { cancel, isCancel, text } = await import('@clack/prompts')
  const output = process.stderr
  const questions = { name: 'Name of the configuration?', over: 'A job for each of which files?' }
  for (const key of ['name', 'over'] as const) {
    const usual = guessed[key]
    if (usual === undefined || given[key] !== undefined) continue
    const answer = await text({
      message: questions[key],
      placeholder: escaped(usual),
      defaultValue: usual,
      output,
    })
    if (isCancel(answer)) {
      cancel('Nothing was written.', { output })
      return undefined
    }
    answered[key] = answer.trim() || usual
  }
  return answered
}

/** Names in the folder and one level below, and what its scripts say; undefined where it can't be read. */
async function lookAt(place: string): Promise<{ files: string[]; texts: Map<string, string> } | undefined> {
  try {
    const entries = (await readdir(place, { withFileTypes: true })).filter(
      ({ name }) => !name.startsWith('.'),
    )
    const files = entries.filter((one) => one.isFile()).map(({ name }) => name)
    const folders = entries.filter((one) => one.isDirectory() && one.name !== 'node_modules')
    const below = await Promise.all(
      folders.slice(0, 50).map(async ({ name }) => {
        const found = await readdir(join(place, name), { withFileTypes: true })
        return found.filter((one) => one.isFile()).map((one) => `${name}/${one.name}`)
      }),
    )
    const texts = new Map<string, string>()
    for (const name of files.filter((one) => /\.(sh|bash)$|^makefile$/i.test(one)).sort())
      texts.set(name, (await readFile(join(place, name), 'utf8')).slice(0, longestScript))
    return { files: [...files, ...below.flat()].sort(), texts }
  } catch {
    return undefined
  }
}
