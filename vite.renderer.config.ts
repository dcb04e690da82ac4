import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/**
 * Builds the panel to out/renderer, for the desktop window and for `slipway serve` alike. Relative addresses, no
 * inline script and nothing from elsewhere, so that a strict content security policy holds.
 */
export default defineConfig({
  root: 'src/renderer',
  base: './',
  plugins: [react()],
  build: {
    license: { fileName: 'licenses.json' },
    outDir: '../../out/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    sourcemap: false,
    modulePreload: { polyfill: false },
    // Inlined pictures would need data: in the policy.
    assetsInlineLimit: 0,
    // It comes from this machine, not over a network.
    chunkSizeWarningLimit: 1_500,
  },
})
