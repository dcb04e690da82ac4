/**
 * The last step of a build: writes out/THIRD-PARTY-NOTICES.txt from what each bundle says that it holds
 * (Vite's build.license), and from what is shipped beside the bundles. Fails for a package whose licence has no text.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bundles = ['cli', 'launcher', 'main', 'preload', 'renderer']
/** Shipped as files of their own: with the command line, and with the installers. */
const beside = ['better-sqlite3', 'node', 'electron']

const read = (path) => readFileSync(join(root, path), 'utf8')
const manifest = (name) => JSON.parse(read(`node_modules/${name}/package.json`))

/** The licence of a package that says MIT and ships no text: whose it is, and MIT's text, which is ours too. */
function mit(name) {
  const { author } = manifest(name)
  const whose =
    name === 'node' ? 'Node.js contributors' : (author?.name ?? author ?? `the authors of ${name}`)
  const permission = read('LICENSE').slice(read('LICENSE').indexOf('Permission is hereby granted'))
  return `Copyright ${whose}\n\n${permission.trim()}`
}

const more = {
  'better-sqlite3': 'It contains SQLite, which is in the public domain.',
  electron: 'The licences of Chromium and of what it contains are in LICENSES.chromium.html beside the app.',
  node: 'The licences of what Node.js contains are at https://github.com/nodejs/node/blob/main/LICENSE.',
}

const entries = new Map()
for (const bundle of bundles)
  for (const { name, version, identifier, text } of JSON.parse(read(`out/${bundle}/licenses.json`)))
    entries.set(`${name} ${version}`, { name, identifier, text })
for (const name of beside) {
  const { version, license } = manifest(name)
  const path = `node_modules/${name}/LICENSE`
  const text = existsSync(join(root, path)) ? read(path).trim() : undefined
  entries.set(`${name} ${version}`, { name, identifier: license, text })
}

const unknown = [...entries].filter(([, { identifier, text }]) => !text && identifier !== 'MIT')
if (unknown.length > 0)
  throw new Error(`add the text of the licence of ${unknown.map(([key]) => key).join(', ')}`)

const sections = [...entries]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([key, { name, identifier, text }]) =>
    [`${key} (${identifier ?? 'see below'})`, text?.trim() ?? mit(name), more[name]]
      .filter(Boolean)
      .join('\n\n'),
  )
const rule = `\n\n${'-'.repeat(80)}\n\n`
writeFileSync(
  join(root, 'out/THIRD-PARTY-NOTICES.txt'),
  `Slipway contains the following software of others, each under its own licence.${rule}${sections.join(rule)}\n`,
)
