/**
 * Owns what `run`, `add` and `preview` are given: a file, a configuration on standard input, or a command behind `--`
 * with its inputs; and the file that says the same as the latter.
 */
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { SlipwayApi } from '../contract/api.ts'
import type { CommandInput } from '../contract/commands.ts'
import { fail, ok, type Result } from '../contract/errors.ts'
import { type AdHocOptions, documentOf, optionsOfAdHoc } from './ad-hoc.ts'
import type { Context } from './context.ts'
import { readStandardInput, standardInput } from './standard-input.ts'

export type Submission = {
  named: Pick<CommandInput<'enqueue'>, 'file' | 'adHoc' | 'types' | 'variables'>
  /** For a command behind `--`: the configuration that says the same, and the file to keep it in. */
  asFile?: { text: string; path: string | undefined }
}

/** What is to be added; nothing is read or written yet, but for standard input. */
export async function submissionOf(
  context: Context,
  file: string | undefined,
  types: string[],
  options: AdHocOptions,
): Promise<Result<Submission>> {
  const [stray] = optionsOfAdHoc(options)
  const named = { types: types.length > 0 ? types : undefined, variables: options.var }
  if (file !== undefined) {
    const what = stray === undefined ? 'a command behind --' : `--${stray}`
    if (stray !== undefined || context.command !== undefined)
      return fail('usage', `${what} can't be given with a file`)
    if (file !== '-') return ok({ named: { file: resolve(context.cwd, file), ...named } })
    return ok({ named: { adHoc: { folder: context.cwd, text: await readStandardInput() }, ...named } })
  }
  if (context.command === undefined && stray === undefined)
    return fail('usage', "missing required argument 'FILE'", {
      hint: 'Or a command behind its inputs, such as: --list a b c -- echo {input}',
    })
  const path = options.save === undefined ? undefined : resolve(context.cwd, options.save)
  if (path !== undefined && dirname(path) !== context.cwd)
    return fail('usage', '--save must name a file in this folder: the paths in it are relative to the file')
  if (path !== undefined && !/.\.slipway\.ya?ml$/i.test(path))
    return fail(
      'usage',
      `--save must name a file such as ${basename(path).replace(/\..*$/, '')}.slipway.yaml`,
    )
  const inputs = async () => {
    const { dataFolder } = await import('../core/data-folder.ts')
    const { inputsFolder } = await import('../core/logs/retention.ts')
    return inputsFolder(dataFolder(context.env))
  }
  const document = await documentOf(context.command ?? [], options, standardInput(inputs))
  if (!document.ok) return document
  const { configurationText } = await import('../core/configuration/write.ts')
  const text = configurationText(document.value, {
    head: [`Made from: ${['slipway', ...context.args].join(' ').replace(/\s+/g, ' ')}`],
    schema: join(context.packageDir, 'resources', 'slipway.schema.json'),
  })
  return ok({
    named: { adHoc: { folder: context.cwd, document: { ...document.value } } },
    asFile: { text, path },
  })
}

/** With `--save` the file is written once what it says is valid, and from then on it is what is added. */
export async function savedSubmission(
  api: SlipwayApi,
  { named, asFile }: Submission,
): Promise<Result<Submission['named']>> {
  if (asFile?.path === undefined) return ok(named)
  const valid = await api.invoke('preview', named)
  if (!valid.ok) return valid
  const { problems } = valid.value
  if (problems.length > 0) return fail('invalid-configuration', 'Nothing was saved or created.', { problems })
  const saved = await writeNew(asFile.path, asFile.text)
  return saved.ok ? ok({ file: asFile.path }) : saved
}

/** Writes a file that must not be there yet. */
export async function writeNew(file: string, text: string): Promise<Result<null>> {
  try {
    await writeFile(file, text, { flag: 'wx' })
    return ok(null)
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (isThere) return fail('not-possible', `${file} exists already, and is left as it is`)
    return fail('not-possible', `${file} can't be written: ${error instanceof Error ? error.message : error}`)
  }
}
