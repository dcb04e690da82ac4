import { copyFileSync, rmSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'

const launchers = {
  launcher: { 'launcher/node-launcher': 'src/core/launcher/node/node-launcher.ts' },
  slurm: { 'launcher/slurm-launcher': 'src/core/launcher/slurm/slurm-launcher.ts' },
}

/**
 * Bundles the command line (with the core and the web host in it), and with `--mode launcher` or `slurm` one of the launchers,
 * for Node 22+. Dependencies are bundled too, because reading one file instead of a hundred halves the start; only
 * better-sqlite3 stays outside, for its native part has to be loaded from its package. The launcher is a build of
 * its own: what both have in common would else lie in files of its own, and each costs every start a millisecond.
 */
export default defineConfig(({ mode }) => ({
  plugins: [
    bundledRequire,
    // Chunks carry a hash in their names; those of earlier builds would pile up.
    ...(mode === 'slurm' ? [wrapper] : []),
    ...(mode in launchers
      ? []
      : [{ name: 'clean-chunks', buildStart: () => rmSync('out/chunks', { recursive: true, force: true }) }]),
  ],
  ssr: { noExternal: true, external: ['better-sqlite3'] },
  build: {
    license: { fileName: mode in launchers ? 'launcher/licenses.json' : 'cli/licenses.json' },
    ssr: true,
    outDir: 'out',
    emptyOutDir: false,
    target: 'node22',
    minify: false,
    sourcemap: true,
    rollupOptions:
      mode in launchers
        ? {
            input: launchers[mode as keyof typeof launchers],
            output: { entryFileNames: '[name].js', codeSplitting: false },
          }
        : { input: { 'cli/index': 'src/cli/index.ts' }, output: inFewFiles },
  },
}))

/** The wrapper is a shell script that goes to the nodes as it is. */
const wrapper: Plugin = {
  name: 'slurm-wrapper',
  writeBundle: () => copyFileSync('src/core/launcher/slurm/wrapper.sh', 'out/launcher/wrapper.sh'),
}

/** A package that the sources require at its first use is bundled as well, and still runs at its first use only. */
const bundledRequire: Plugin = {
  name: 'bundled-require',
  enforce: 'pre',
  transform: {
    filter: { code: 'createRequire(import.meta.url)(' },
    handler: (code) => ({ code: code.replaceAll('createRequire(import.meta.url)(', 'require('), map: null }),
  },
}

const inFewFiles = {
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  // What every command needs comes in two files, of which the second knows nothing of the first: files that import
  // each other run in an order that nobody chose. Reading configurations needs large libraries that most commands
  // don't, so it stays on its own.
  codeSplitting: {
    includeDependenciesRecursively: false,
    groups: [
      {
        name: 'core',
        // What runs while configuration is read in, which is before the rest of core.
        test: /src.core.configuration.inputs.natural-order|src.contract.(batch-keys|ad-hoc)/,
        priority: 4,
      },
      {
        name: 'configuration',
        test: /src.core.(configuration|commands.(enqueue|fill|preview))|node_modules.(yaml|csv-parse|picomatch)/,
        priority: 3,
      },
      {
        name: 'command-line',
        test: /src.cli.(?!index|node-check)|(?<!cli-progress.)node_modules.(commander|string-width|get-east-asian-width|strip-ansi|ansi-regex)/,
        priority: 2,
      },
      {
        name: 'core',
        test: /src.(core|contract)|node_modules.(zod|pretty-bytes|env-paths)|package.json/,
        priority: 1,
      },
    ],
  },
}
