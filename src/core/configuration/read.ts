/**
 * Owns reading a file on disk into a validated configuration.
 * Must never create anything. The inputs of a valid file are not read; an invalid one is also
 * planned as far as it goes, so that one run reports everything there is to fix.
 */
import path from 'node:path'
import { isAdHoc } from '../../contract/ad-hoc.ts'
import { BATCH_KEYS } from '../../contract/batch-keys.ts'
import { nearest } from '../../contract/nearest.ts'
import { checkAfter } from './after.ts'
import { type PlaceOptions, readBatchType } from './batch-type.ts'
import { hashText } from './command-hash.ts'
import type { BatchType, Configuration } from './configuration.ts'
import { fields, filledText, freeMapping, misspelt, text, wrong } from './decode.ts'
import { jsonTree } from './json-tree.ts'
import { OVER_KEYS } from './over.ts'
import { collectPlans } from './plan.ts'
import { type Checked, Problems, shorten } from './problem.ts'
import { checkPlaceholders } from './scope.ts'
import { nameFromFile, readSpecFile, type SpecFile } from './spec-file.ts'
import { parseSpec, type Value } from './spec-tree.ts'
import { checkExact } from './template.ts'

export type { Configuration } from './configuration.ts'

/**
 * `variables`: from the command line, override those of the file. `defaultParallel`: for batches without
 * `parallel`; 1 if it is left out. `searchPath`: where programs are looked up; this process's PATH if left out.
 * `knownTypes`: what `after` may name beside the file's own types. `onlyNamed`: refuse a file that is not named `….slipway.yaml`, `.yml` or `.json` without opening it.
 */
export type ReadOptions = PlaceOptions & {
  variables?: Record<string, string>
  defaultParallel?: number
  searchPath?: string | null
  onlyNamed?: boolean | undefined
  knownTypes?: readonly string[]
}

/** Reads and validates a configuration; reports every problem at once; throws only on a system error. */
export async function readConfiguration(file: string, options: ReadOptions): Promise<Checked<Configuration>> {
  const problems = new Problems()
  const named = path.resolve(file)
  return validate(await readSpecFile(named, problems, options.onlyNamed), named, options, problems)
}

/** The same for the text of a configuration that was read before from the file `specPath`. */
export async function parseConfiguration(
  spec: SpecFile,
  options: ReadOptions,
): Promise<Checked<Configuration>> {
  return validate(spec, spec.specPath, options, new Problems())
}

async function validate(
  spec: SpecFile | undefined,
  named: string,
  options: ReadOptions,
  problems: Problems,
): Promise<Checked<Configuration>> {
  const tree =
    spec?.document === undefined
      ? spec && parseSpec(spec.text, named, problems)
      : jsonTree(spec.document, named)
  if (spec !== undefined && tree === undefined && problems.count === 0) {
    const expected = 'a mapping with batches'
    problems.add(
      { file: named, path: '' },
      { found: 'nothing', expected, message: 'the configuration is empty' },
    )
  }
  if (tree?.kind === 'text') {
    const message =
      'this is not a configuration, which is YAML or JSON with a list of batches, each with type and run'
    problems.add(tree.place, { found: tree.text, expected: 'a mapping with batches', message })
  }
  if (spec === undefined || tree === undefined || tree.kind === 'text')
    return { ok: false, problems: problems.list() }
  const { searchable, ...configuration } = readTree(tree, spec, options, problems)
  if (problems.count === 0) return { ok: true, value: configuration }
  await collectPlans(configuration, searchable, problems)
  return { ok: false, problems: problems.list() }
}

const TOP_KEYS = ['configuration', 'variables', 'batches'] as const

function readTree(
  tree: Value,
  spec: SpecFile,
  options: ReadOptions,
  problems: Problems,
): Configuration & { searchable: BatchType[] } {
  const invalid = problems.count > 0
  const misplaced = outsideOfBatches(tree, problems)
  const entries = fields(tree, 'a configuration', [...TOP_KEYS, ...misplaced], problems)
  const nameValue = entries?.get('configuration')?.value
  const name = nameValue && filledText(nameValue, 'a name', problems)?.text
  if (nameValue && name && (name.length > 200 || /\p{Cc}/u.test(name))) {
    wrong(nameValue, 'a name of at most 200 characters on one line', problems)
  }
  const variables = readVariables(entries?.get('variables')?.value, options.variables ?? {}, tree, problems)
  const batches = entries?.get('batches')?.value
  const items = batches?.kind === 'list' ? batches.items : []
  // What could not be read, or is there under a misspelt key, is not missing.
  const hidden =
    batches === undefined && (invalid || misplaced.length > 0 || misspelt(tree, TOP_KEYS).includes('batches'))
  if (entries !== undefined && items.length === 0 && !hidden) {
    const expected = 'a list of at least one batch, each with type and run'
    if (batches !== undefined) wrong(batches, expected, problems)
    else {
      const message = 'the configuration has no "batches"'
      problems.add(tree.place, { found: 'no batches', expected, message })
    }
  }
  const drafts = items
    .map((item) => readBatchType(item, variables, problems, options))
    .filter((draft) => draft !== undefined)
  checkTypes(
    items,
    drafts.map(({ batchType }) => batchType),
    problems,
    options.knownTypes,
  )
  // Without the variables every placeholder would look unknown.
  const searchable = misspelt(tree, TOP_KEYS).includes('variables')
    ? []
    : drafts.filter((draft) => draft.searchable).map(({ batchType }) => batchType)
  for (const batchType of searchable) checkPlaceholders(batchType, variables, problems)
  return {
    name: name ?? defaultName(spec, tree.place.file),
    specPath: spec.specPath,
    projectPath: spec.projectPath,
    variables,
    searchPath: options.searchPath ?? null,
    batchTypes: drafts.filter(({ valid }) => valid).map(({ batchType }) => batchType),
    digest: hashText(JSON.stringify([spec.text, Object.entries(variables).sort()])),
    text: spec.text,
    fileDigest: hashText(spec.text),
    searchable,
  }
}

/** What people call a configuration that has no name: its file, or its folder where there is none. */
function defaultName(spec: SpecFile, file: string): string {
  return isAdHoc(spec) ? path.basename(spec.projectPath) || spec.projectPath : nameFromFile(file)
}

/** What a batch has, written beside "batches" instead of under it: one problem for all of it. */
function outsideOfBatches(tree: Value, problems: Problems): string[] {
  const known: readonly string[] = [...BATCH_KEYS, ...OVER_KEYS]
  const misplaced = tree.kind === 'mapping' ? tree.entries.filter(({ key }) => known.includes(key)) : []
  const [first] = misplaced
  const keys = misplaced.map(({ key }) => key)
  if (first !== undefined) {
    const message = `${keys.map((key) => `"${key}"`).join(', ')} ${keys.length === 1 ? 'belongs' : 'belong'} to a batch: write "batches:", and under it "- type: …" with the rest`
    problems.add(first.keyPlace, {
      found: keys.join(', '),
      expected: `only ${TOP_KEYS.join(', ')} here`,
      message,
    })
  }
  return keys
}

function readVariables(
  value: Value | undefined,
  overrides: Record<string, string>,
  tree: Value,
  problems: Problems,
): Record<string, string> {
  const variables: Record<string, string> = {}
  const mapping = value && freeMapping(value, 'a mapping of names to values', problems)
  for (const { key, keyPlace, value: given } of mapping?.entries ?? []) {
    if (!/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(key) || key === '__proto__') {
      const message = `"${shorten(key)}" can't be the name of a variable`
      problems.add(keyPlace, { found: key, expected: 'letters, digits, "_", "-" and "."', message })
    }
    const scalar = text(given, 'a text or a number', problems)
    if (scalar === undefined) continue
    checkExact(scalar.text, scalar.place, problems)
    variables[key] = scalar.text
  }
  const names = (mapping?.entries ?? []).map(({ key }) => key)
  for (const [name, given] of Object.entries(overrides)) {
    const place = { file: tree.place.file, path: `variables.${name}` }
    checkExact(given, place, problems)
    if (names.includes(name)) variables[name] = given
    else {
      problems.add(place, {
        found: name,
        expected:
          names.length === 0
            ? 'a variable that the file declares; it declares none'
            : `one of ${names.join(', ')}`,
        message: `--var ${shorten(name)}: the configuration has no such variable`,
        suggestion: nearest(name, names),
      })
    }
  }
  return variables
}

/** Types are unique, and `after` knows them, also those of a batch with another problem. */
function checkTypes(
  items: readonly Value[],
  batchTypes: readonly BatchType[],
  problems: Problems,
  knownTypes: readonly string[] = [],
): void {
  const lines = new Map<string, number | undefined>()
  for (const item of items) {
    const typeValue =
      item.kind === 'mapping' ? item.entries.find(({ key }) => key === 'type')?.value : undefined
    if (typeValue === undefined || typeValue.kind === 'mapping' || typeValue.kind === 'list') continue
    const { text: type, place } = typeValue
    if (lines.has(type)) {
      const message = `the batch type "${shorten(type)}" is already given in line ${lines.get(type)}`
      problems.add(place, { found: type, expected: 'each type once', message })
    } else lines.set(type, place.line)
  }
  checkAfter(batchTypes, [...new Set([...lines.keys(), ...knownTypes])], problems)
}
