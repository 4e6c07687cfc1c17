import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import type { Connect, Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))

/** The binary serves the surfaces at these prefixes; the dev server does the same. */
const prefixes = ['counter', 'console', 'board', 'proof']

/** Answers a client-side route with the page of its surface, as the binary does. */
function surfaces(): Plugin {
  const toPage: Connect.NextHandleFunction = (req, _res, next) => {
    const path = (req.url ?? '/').split('?')[0]
    const wantsPage = req.headers.accept?.includes('text/html') && !/\.\w+$/.test(path)
    if (wantsPage && !path.startsWith('/api/')) {
      const surface = prefixes.find((p) => path === `/${p}` || path.startsWith(`/${p}/`))
      req.url = `/${surface ?? 'resident'}/index.html`
    }
    next()
  }
  return {
    name: 'qunyan-surfaces',
    configureServer: (server) => void server.middlewares.use(toPage),
    configurePreviewServer: (server) => void server.middlewares.use(toPage),
  }
}

export default defineConfig({
  root,
  base: '/',
  appType: 'mpa',
  plugins: [vue(), surfaces()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  server: {
    fs: { allow: ['..'] },
    // `npm run dev` beside a running `qunyan demo`; another address by QUNYAN_DEV_API.
    proxy: { '/api': process.env.QUNYAN_DEV_API ?? 'http://127.0.0.1:8080' },
  },
  build: {
    // Phones in the villages live long: Chrome 73 and its WebView are the floor.
    target: 'es2019',
    cssTarget: 'chrome73',
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: { include: ['shared/**/*.test.ts', 'resident/**/*.test.ts', 'counter/**/*.test.ts', 'console/**/*.test.ts', 'board/**/*.test.ts', 'proof/**/*.test.ts'] },
})
