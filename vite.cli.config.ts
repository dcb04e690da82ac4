import { defineConfig } from 'vite'

/**
 * Bundles the command line (with the core and the web host in it) and the Node launcher for Node 22+.
 * Dependencies are bundled too, because reading one file instead of a hundred halves the start; only
 * better-sqlite3 stays outside, for its native part has to be loaded from its package.
 */
export default defineConfig({
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
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
})
