/**
 * Writes the version of package.json into the Python and the R client: `npm version` runs it, so that the three rise
 * together. A test compares them.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))

for (const [file, pattern] of [
  ['clients/python/slipway/__init__.py', /(?<=^__version__ = ")[^"]*(?=")/m],
  ['clients/r/DESCRIPTION', /(?<=^Version: ).*$/m],
]) {
  const path = new URL(file, root)
  writeFileSync(path, readFileSync(path, 'utf8').replace(pattern, version))
}
