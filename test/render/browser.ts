import { chromium } from '@playwright/test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const PAGE = fileURLToPath(new URL('./page', import.meta.url));
const DRACO = dirname(
  createRequire(import.meta.url).resolve('three/examples/jsm/libs/draco/gltf/draco_decoder.js'),
);
const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};
/** As in playwright.config.ts. */
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Drawn {
  readonly file: Uint8Array;
  readonly warnings: readonly string[];
}

/** Draws what lies in `objectsDir` (`scene`, and assets by id) with SceneView in headless Chromium. */
export async function drawInBrowser(
  objectsDir: string,
  camera: string,
  [width, height]: readonly [number, number],
): Promise<Drawn> {
  const outDir = await mkdtemp(join(tmpdir(), 'diorama-page-'));
  await build({
    root: PAGE,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
    build: { outDir, emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 4_000 },
  });
  const folders: Record<string, string> = { objects: objectsDir, draco: DRACO };
  const server = createServer((request, response) => {
    const [, folder = '', ...rest] = new URL(request.url ?? '/', 'http://page').pathname.split('/');
    const base = folders[folder];
    const path =
      base === undefined ? join(outDir, folder === '' ? 'index.html' : folder, ...rest) : join(base, ...rest);
    readFile(path).then(
      (bytes) =>
        response
          .setHeader('Content-Type', MEDIA_TYPES[extname(path)] ?? 'application/octet-stream')
          .end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => 'draw' in globalThis, undefined, { timeout: 60_000 });
    const drawn = await page.evaluate(
      ([id, w, h]) =>
        (
          globalThis as unknown as {
            draw(id: string, w: number, h: number): Promise<{ url: string; warnings: string[] }>;
          }
        ).draw(id, w, h),
      [camera, width, height] as [string, number, number],
    );
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return {
      file: Buffer.from(drawn.url.slice(drawn.url.indexOf(',') + 1), 'base64'),
      warnings: drawn.warnings,
    };
  } finally {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
    await rm(outDir, { recursive: true, force: true });
  }
}
