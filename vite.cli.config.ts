import { rmSync } from 'node:fs'
import { defineConfig } from 'vite'

/**
 * Bundles the command line (with the core and the web host in it) and the Node launcher for Node 22+.
 * Dependencies are bundled too, because reading one file instead of a hundred halves the start; only
 * better-sqlite3 stays outside, for its native part has to be loaded from its package.
 */
export default defineConfig({
  // Chunks carry a hash in their names; those of earlier builds would pile up.
  plugins: [
    { name: 'clean-chunks', buildStart: () => rmSync('out/chunks', { recursive: true, force: true }) },
  ],
  ssr: { noExternal: true, external: ['better-sqlite3'] },
  build: {
    ssr: true,
    outDir: 'out',
    emptyOutDir: false,
    target: 'node22',
    minify: false,
    sourcemap: true,
    rollupOptions: {
      input: {
        'cli/index': 'src/cli/index.ts',
        'launcher/node-launcher': 'src/core/run/launcher/node-launcher.ts',
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        // Each file costs a start about a millisecond: what every command needs comes in two. Reading
        // configurations needs large libraries that most commands don't, so it stays on its own.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            {
              name: 'core',
              test: /src.core.configuration.inputs.natural-order|natural-orderby/,
              priority: 4,
            },
            {
              name: 'configuration',
              test: /src.core.(configuration|commands.(enqueue|fill|preview))|node_modules.(yaml|csv-parse|picomatch)/,
              priority: 3,
            },
            {
              name: 'command-line',
              test: /src.cli.(?!index|node-check)|src.contract|node_modules.(commander|zod)/,
              priority: 2,
            },
            { name: 'core', test: /src.core.(?!run.launcher)/, priority: 1 },
          ],
        },
      },
    },
  },
})
