/**
 * The entry of the command line: checks the Node and the limits it runs under and only then loads the rest.
 * Must import nothing that needs a recent Node: static imports are hoisted above the check.
 */
import { existsSync, readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { cacheFolder, tooFewFiles, tooOld } from './node-check.ts'

// Only Linux has it, and not in every container.
const limitsFile = '/proc/self/limits'
const limits = existsSync(limitsFile) ? readFileSync(limitsFile, 'utf8') : ''
const wrong = tooOld(process.versions.node, process.execPath) ?? tooFewFiles(limits)
if (wrong !== undefined) {
  const json = process.argv.includes('--json')
  const error = { code: 'usage', message: wrong.message, hint: wrong.hint }
  process.stderr.write(
    json ? `${JSON.stringify({ error: error })}\n` : `slipway: ${wrong.message}\n${wrong.hint}\n`,
  )
  process.exitCode = 2
} else {
  nodeModule.enableCompileCache(cacheFolder(process.platform, process.env))
  const { main } = await import('./main.ts')
  await main(import.meta.url)
}
