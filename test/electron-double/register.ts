/** Makes `import 'electron'` mean the double: `node --import ./test/electron-double/register.ts out/main/index.js`. */
import { registerHooks } from 'node:module'

const double = new URL('./electron.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: double, shortCircuit: true } : next(specifier, context),
})
