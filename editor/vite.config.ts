import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';

import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const DRACO_FILES = ['draco_decoder.wasm', 'draco_wasm_wrapper.js', 'draco_decoder.js'];
// By one of its files: three exports no folder and no package.json.
const DRACO_FOLDER = dirname(
  createRequire(import.meta.url).resolve(`three/examples/jsm/libs/draco/gltf/${DRACO_FILES[0]}`),
);

/** Serves three's Draco decoder at `/draco/`: DRACOLoader fetches it by address, and the editor must work without internet. */
function dracoDecoder(): Plugin {
  const read = (name: string) => readFileSync(join(DRACO_FOLDER, name));
  return {
    name: 'diorama:draco-decoder',
    configureServer(server) {
      server.middlewares.use('/draco', (request, response, next) => {
        const name = DRACO_FILES.find((file) => request.url?.split('?')[0] === `/${file}`);
        if (name === undefined) return next();
        response.setHeader('Content-Type', name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript');
        response.end(read(name));
      });
    },
    generateBundle() {
      for (const name of DRACO_FILES)
        this.emitFile({ type: 'asset', fileName: `draco/${name}`, source: read(name) });
    },
  };
}

/** `npm run dev -w editor` shows the sources against a running server: DIORAMA_SERVER says which. */
const server = process.env.DIORAMA_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), dracoDecoder()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // three alone is larger than Vite's default limit.
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'three', test: /node_modules[\\/]three/ },
            {
              name: 'react',
              test: /node_modules[\\/](react|react-dom|scheduler|@mantine|@floating-ui|lucide-react)/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/v1': { target: server, ws: true }, '/docs': server, '/readyz': server } },
});
