// How the web app is built: hashed files in dist/assets, nothing inlined (the content security policy is `default-src 'self'`),
// and React Aria's own texts for Korean and English only.
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react(), { ...optimizeLocales.vite({ locales: ['ko-KR', 'en-US'] }), enforce: 'pre' }],
  build: {
    target: ['chrome111', 'firefox114', 'safari16.4'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    // The largest file is React with React Aria: 165 kB as gzip.
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:4100' } },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
