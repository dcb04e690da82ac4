/**
 * Owns `files`: an input for each file that a pattern matches, in natural order, each file once.
 * Must never let a file's name be read as an option: `-rf.csv` becomes `./-rf.csv`.
 */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { nearest } from '../../../contract/nearest.ts'
import type { Located, Over } from '../configuration.ts'
import { Problems, shorten } from '../problem.ts'
import { windows } from '../program.ts'
import { excluder, filePattern } from './file-pattern.ts'
import type { Input } from './source.ts'
import { sortPaths } from './spill-sort.ts'
import { kindOf, walkPattern } from './walk.ts'

type Files = Extract<Over, { kind: 'files' }>

/** Streams the files; adds a problem for each pattern without a match. */
export async function* listFiles(
  over: Files,
  projectPath: string,
  problems: Problems,
): AsyncIterable<Input[]> {
  let previous: string | undefined
  for await (const block of sortPaths(found(over, projectPath, problems))) {
    const inputs: Input[] = []
    for (const each of block) {
      // Two patterns may find one file, as `./a` and `a`: the order has put the two side by side.
      const shown = each.startsWith('./') ? each.slice(2) : each
      if (shown !== previous) inputs.push(fileInput(shown, each))
      previous = shown
    }
    if (inputs.length > 0) yield inputs
  }
}

async function* found(over: Files, projectPath: string, problems: Problems): AsyncIterable<string> {
  // On Windows both separate folders, and `[*]` is a star itself.
  const patterns = over.patterns.map((one) => (windows ? { ...one, text: withSlashes(one.text) } : one))
  const texts = patterns.map(({ text }) => text)
  const excluded = excluder(
    texts.filter((text) => text.startsWith('!')).map((text) => text.slice(1)),
    projectPath,
  )
  for (const pattern of patterns.filter(({ text }) => !text.startsWith('!'))) {
    const parsed = filePattern(pattern.text)
    const before = problems.count
    let any = false
    for await (const file of walkPattern(parsed, { projectPath, place: pattern.place, problems, excluded })) {
      any = true
      yield parsed.prefix + file
    }
    if (!any && problems.count === before) await reportNothing(pattern, projectPath, excluded, problems)
  }
}

const withSlashes = (pattern: string): string => pattern.replaceAll('\\', '/')

function fileInput(shown: string, written: string): Input {
  const input = written.startsWith('-') ? `./${written}` : written
  const slash = input.lastIndexOf('/')
  const name = input.slice(slash + 1)
  const dot = name.lastIndexOf('.')
  const stem = dot > 0 ? name.slice(0, dot) : name
  const dir = slash < 0 ? '.' : slash === 0 ? '/' : input.slice(0, slash)
  return { label: shown, values: [input, name, stem, dot > 0 ? name.slice(dot) : '', dir] }
}

/** Reports which folder was searched and the nearest match. */
async function reportNothing(
  pattern: Located,
  projectPath: string,
  excluded: (shown: string) => boolean,
  problems: Problems,
): Promise<void> {
  const { text, place } = pattern
  const { base, literal, isGlob } = filePattern(text)
  const folder = path.resolve(projectPath, isGlob ? base : path.dirname(literal))
  let suggestion: string | undefined
  let why = `no file matches "${shorten(text)}" in ${folder}`
  if ((await kindOf(folder)) !== 'folder') {
    why = `no file matches "${shorten(text)}": there is no folder ${folder}`
    suggestion = nearest(path.basename(folder), await namesIn(path.dirname(folder)))
  } else if ((await firstOf(text, projectPath, () => false, false)) !== undefined) {
    why += ', because every match is excluded by a "!" pattern'
  } else {
    const otherCase = await firstOf(text, projectPath, excluded, true)
    const names = (await namesIn(folder)).filter((name) => !name.startsWith('.'))
    const otherSlash = text.includes('\\')
      ? await firstOf(withSlashes(text), projectPath, excluded, false)
      : undefined
    if (otherSlash !== undefined) suggestion = withSlashes(text)
    else if (otherCase !== undefined) suggestion = otherCase
    else if (!isGlob) suggestion = nearest(path.basename(literal), names)
    const some = names.slice(0, 3).map((name) => shorten(name, 40))
    why +=
      some.length === 0
        ? ', which is empty'
        : `, which holds ${some.join(', ')}${names.length > 3 ? ', …' : ''}`
  }
  problems.add(place, { found: 'no file', expected: 'at least one file', message: why, suggestion })
}

async function firstOf(
  text: string,
  projectPath: string,
  excluded: (shown: string) => boolean,
  nocase: boolean,
): Promise<string | undefined> {
  const walk = { projectPath, place: { file: '', path: '' }, problems: new Problems(), excluded }
  for await (const file of walkPattern(filePattern(text, nocase), walk)) return file
  return undefined
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch {
    return []
  }
}
