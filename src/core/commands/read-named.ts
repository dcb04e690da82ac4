/** Owns reading what a submit or a preview names: a file, or a configuration without one. */
import { AD_HOC } from '../../contract/ad-hoc.ts'
import type { ParsedInput } from '../../contract/commands.ts'
import { fail, ok, type Result } from '../../contract/errors.ts'
import type { ConfigurationProblem } from '../configuration/problem.ts'
import { type Configuration, type ReadOptions, readConfiguration } from '../configuration/read.ts'
import { readAdHoc } from '../configuration/read-ad-hoc.ts'
import { batchTypes, findConfiguration } from '../queue/configuration-store.ts'
import { readSetting } from '../queue/settings-store.ts'
import type { Scope } from './command.ts'

type Named = Pick<ParsedInput<'enqueue'>, 'file' | 'adHoc' | 'variables' | 'on'>

/** Reads and validates; every problem is in the error. A panel may name files only: it could be shown any other. */
export async function readNamed(
  { db, caller }: Scope,
  input: Named,
  more: ReadOptions = {},
): Promise<Result<Configuration>> {
  const { file, adHoc } = input
  const options = {
    ...more,
    variables: input.variables ?? {},
    places: readSetting(db, 'places'),
    on: input.on,
  }
  if (adHoc !== undefined && caller.mustTrust)
    return fail('untrusted', 'A panel can only add configurations that are files.')
  if ((file === undefined) === (adHoc === undefined))
    return fail('usage', 'Exactly one of file and adHoc is needed.')
  const read =
    adHoc === undefined
      ? await readConfiguration(file ?? '', { ...options, onlyNamed: caller.mustTrust })
      : await readAdHoc(adHoc, options, (folder) => {
          const row = findConfiguration(db, AD_HOC, folder)
          return row === undefined ? [] : batchTypes(db, row.id)
        })
  return read.ok ? ok(read.value) : invalid(input, read.problems)
}

/** The error that has all problems. */
export function invalid({ file }: Named, problems: readonly ConfigurationProblem[]): Result<never> {
  const first = problems[0]?.message ?? 'it is not valid'
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  const subject = file === undefined ? 'This' : file
  return fail('invalid-configuration', `${subject} can't be used: ${first}${more}. Nothing was created.`, {
    problems: problems.map((problem) => JSON.parse(JSON.stringify(problem)) as typeof problem) as never,
  })
}
