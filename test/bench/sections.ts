/**
 * Sections of docs/performance.md that are measured by commands of their own (an hour, frames): each is kept as a
 * Markdown file, so that writing the page for one of them keeps the others.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './measure.ts'

const folder = join(root, 'test/bench/sections')
const page = join(root, 'docs/performance.md')

/** Every kept section, in the order of their files' names, each as it stands on the page. */
export function keptSections(): string[] {
  mkdirSync(folder, { recursive: true })
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => onPage(name.slice(0, -3), readFileSync(join(folder, name), 'utf8')))
}

/** Keeps the section and puts it on the page, over its last version or before the notes. */
export function writeSection(name: string, text: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.md`), `${text.trim()}\n`)
  const section = onPage(name, text)
  const [from, to] = [begin(name), end(name)]
  const before = readFileSync(page, 'utf8')
  const at = before.indexOf(from)
  const notes = before.indexOf('## Notes')
  const next =
    at >= 0
      ? before.slice(0, at) + section.trimEnd() + before.slice(before.indexOf(to, at) + to.length)
      : `${before.slice(0, notes)}${section}\n${before.slice(notes)}`
  writeFileSync(page, next)
}

const begin = (name: string) => `<!-- ${name} -->`
const end = (name: string) => `<!-- end of ${name} -->`

function onPage(name: string, text: string): string {
  return [begin(name), text.trim(), end(name), ''].join('\n')
}
