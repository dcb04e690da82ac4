import { defineConfig } from 'vite'

/**
 * Bundles the command line (with the core and the web host in it) and the Node launcher for Node 22+.
 * Dependencies stay outside: better-sqlite3 must be loaded from its package, and the others load lazily.
 */
export default defineConfig({
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
