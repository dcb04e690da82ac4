/** For child processes that run the sources as they are: gives `….sql?raw` as text, as the bundler does. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('.sql?raw')) return nextLoad(url, context)
    const text = readFileSync(new URL(url.slice(0, -'?raw'.length)), 'utf8')
    return { format: 'module', source: `export default ${JSON.stringify(text)}`, shortCircuit: true }
  },
})
