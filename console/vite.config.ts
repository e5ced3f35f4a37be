import { defineConfig } from 'vite';

// JSX is Vite's own business (react-jsx by tsconfig); no plugin. Every file is served by us from /console/, nothing inline, nothing from elsewhere:
// the page runs under `script-src 'self'`.
export default defineConfig({
  base: '/console/',
  build: {
    outDir: 'dist',
    target: 'es2024',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // Mantine marks its modules "use client" for frameworks that render on a server; here there is none.
      onLog: (level, log, next) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') next(level, log);
      },
    },
  },
});
