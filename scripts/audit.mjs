/**
 * Part of `npm run check`: what is known against the packages that Slipway is made of. Red for a high or critical
 * finding in anything that is shipped (what the sources import, with all that it needs), and for a lockfile that
 * doesn't pin what it names. Findings in tools only are printed. Where the registry can't be asked (offline, or a
 * mirror without that service) it prints that the audit was not done, and check continues.
 * Usage: node scripts/audit.mjs [FOLDER]
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url))
const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'))
const locked = Object.entries(read('package-lock.json').packages).filter(([path]) => path !== '')

/** What is wrong with the lockfile: each package must be known by its content, and come from no fixed host. */
function lockfileProblems() {
  const loose = locked.filter(([, one]) => !one.link && !/^sha512-/.test(one.integrity ?? ''))
  const bound = locked.filter(([, one]) => !one.link && one.resolved !== undefined)
  return [
    ...loose.map(([path]) => `${path} has no sha512 in package-lock.json`),
    ...bound.map(
      ([path]) => `${path} is bound to a host in package-lock.json (npm i does that without our .npmrc)`,
    ),
  ]
}

/** Names of all packages that the sources import, and of what those need. */
function shipped() {
  const names = new Set(Object.keys(read('package.json').dependencies ?? {}))
  for (const file of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.(ts|tsx|css)$/.test(file)) continue
    const text = readFileSync(join(root, 'src', file), 'utf8')
    for (const [, name] of text.matchAll(/(?:from|import|import\()\s*['"]((?:@[\w.-]+\/)?[a-z][\w.-]*)/g))
      if (!isBuiltin(name)) names.add(name)
  }
  // By name, wherever in the tree: rather one too many than one too few.
  for (const name of names)
    for (const [path, one] of locked)
      if (path.endsWith(`node_modules/${name}`))
        for (const needed of Object.keys({
          ...one.dependencies,
          ...one.optionalDependencies,
          ...one.peerDependencies,
        }))
          names.add(needed)
  return names
}

/** The registry's answer, or why there is none. */
function ask() {
  const npm = process.env.npm_execpath
  const args = [
    'audit',
    '--json',
    '--package-lock-only',
    '--no-offline',
    '--fetch-retries=0',
    '--fetch-timeout=10000',
  ]
  const [program, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const options = {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
    shell: program === 'npm' && process.platform === 'win32',
  }
  const { stdout, error } = spawnSync(program, [...first, ...args], options)
  if (error) return { why: error.message }
  try {
    const answer = JSON.parse(stdout)
    if (answer.vulnerabilities) return { found: Object.values(answer.vulnerabilities) }
    return { why: answer.message ?? answer.error?.summary ?? 'an answer that is not understood' }
  } catch {
    return { why: 'no answer that can be read' }
  }
}

const problems = lockfileProblems()
const { found, why } = ask()
if (found) {
  const names = shipped()
  const grave = found.filter((one) => one.severity === 'high' || one.severity === 'critical')
  const say = (one) => {
    const titles = one.via.map((via) => (typeof via === 'string' ? `by way of ${via}` : via.title))
    return `${one.name} ${one.range}: ${one.severity}: ${titles.join('; ')}`
  }
  problems.push(...grave.filter((one) => names.has(one.name)).map(say))
  for (const one of grave) if (!names.has(one.name)) console.log(`audit: in a tool, not shipped: ${say(one)}`)
  const low = found.length - grave.length
  console.log(
    `audit: ${locked.length} packages checked; ${grave.length} high or critical, ${low} lesser findings`,
  )
} else {
  // Without the address, which is the user's own affair.
  const said = why.replace(/\bhttps?:\/\/\S+/g, 'the registry').replace(/\b(E[A-Z_]{4,}) \S+$/, '$1')
  console.log(`audit not done: ${said}`)
}
for (const problem of problems) console.error(`audit: ${problem}`)
process.exitCode = problems.length > 0 ? 1 : 0
