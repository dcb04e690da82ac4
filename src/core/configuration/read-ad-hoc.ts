/**
 * Owns configurations without a file, which a command line or a program says: they are read, checked and planned as
 * those of a file are. Relative paths are relative to the folder they are said in.
 */
import { realpath } from 'node:fs/promises'
import { AD_HOC } from '../../contract/ad-hoc.ts'
import { type Checked, Problems } from './problem.ts'
import { type Configuration, parseConfiguration, type ReadOptions } from './read.ts'
import { describeError } from './spec-file.ts'

/** A configuration as text (YAML or JSON), or as the document that such a text would be. */
export type AdHoc = { folder: string } & ({ text: string } | { document: Record<string, unknown> })

/** Reads and validates it. `typesOf`: the batch types that the folder already has, which `after` may name. */
export async function readAdHoc(
  adHoc: AdHoc,
  options: ReadOptions,
  typesOf: (projectPath: string) => readonly string[],
): Promise<Checked<Configuration>> {
  let projectPath: string
  try {
    projectPath = await realpath(adHoc.folder)
  } catch (error) {
    const problems = new Problems()
    const message = `the folder can't be used: ${describeError(error)}`
    problems.add({ file: adHoc.folder, path: 'folder' }, { found: '', expected: 'a folder', message })
    return { ok: false, problems: problems.list() }
  }
  const text = 'text' in adHoc ? adHoc.text : JSON.stringify(adHoc.document)
  const document = 'text' in adHoc ? undefined : adHoc.document
  return parseConfiguration(
    { text, specPath: AD_HOC, projectPath, document },
    { ...options, knownTypes: typesOf(projectPath) },
  )
}
