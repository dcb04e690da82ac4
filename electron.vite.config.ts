import { defineConfig } from 'electron-vite'
import renderer from './vite.renderer.config.ts'

/**
 * The desktop app: main and preload beside the same renderer that the web host serves. Dependencies are bundled,
 * so that the installed app carries no node_modules but better-sqlite3, whose native part has to be a file.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      externalizeDeps: false,
      license: { fileName: 'licenses.json' },
      rollupOptions: {
        input: { index: 'src/main/index.ts' },
        external: ['electron', 'better-sqlite3'],
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      license: { fileName: 'licenses.json' },
      rollupOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    ...renderer,
    build: {
      ...renderer.build,
      // electron-vite reads relative folders from here, not from the root of the renderer.
      outDir: 'out/renderer',
      rollupOptions: { input: 'src/renderer/index.html' },
    },
  },
})
