import { chromium, type Page } from '@playwright/test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { CHROMIUM } from '../support/chromium.js';

const PAGE = fileURLToPath(new URL('./page', import.meta.url));
const DRACO = dirname(
  createRequire(import.meta.url).resolve('three/examples/jsm/libs/draco/gltf/draco_decoder.js'),
);
const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};
export interface Drawn {
  readonly file: Uint8Array;
  readonly warnings: readonly string[];
}

type Draw = (id: string, width: number, height: number) => Promise<{ url: string; warnings: string[] }>;

/** SceneView in headless Chromium, drawing what lies in a directory of objects: `scene`, and assets by id. */
export class BrowserPage {
  readonly #page: Page;
  readonly #problems: string[] = [];
  readonly #close: () => Promise<void>;

  private constructor(page: Page, close: () => Promise<void>) {
    this.#page = page;
    this.#close = close;
    page.on('pageerror', (error) => this.#problems.push(error.message));
  }

  static async open(objectsDir: string): Promise<BrowserPage> {
    const outDir = await mkdtemp(join(tmpdir(), 'diorama-page-'));
    await build({
      root: PAGE,
      configFile: false,
      logLevel: 'error',
      resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
      build: { outDir, emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 4_000 },
    });
    const server = serve({ '': outDir, objects: objectsDir, draco: DRACO });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch(CHROMIUM);
    const page = new BrowserPage(await browser.newPage(), async () => {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
      await rm(outDir, { recursive: true, force: true });
    });
    await page.#page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.#page.waitForFunction(() => 'draw' in globalThis, undefined, { timeout: 60_000 });
    return page;
  }

  async draw(camera: string, [width, height]: readonly [number, number]): Promise<Drawn> {
    const { url, warnings } = await this.#page.evaluate(
      ([id, w, h]) => (globalThis as unknown as { draw: Draw }).draw(id, w, h),
      [camera, width, height] as [string, number, number],
    );
    if (this.#problems.length > 0) throw new Error(this.#problems.join('\n'));
    return { file: Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'), warnings };
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** Serves directories by the first part of the path; what is in none of them comes from the one without a name. */
function serve(folders: Readonly<Record<string, string>>): Server {
  return createServer((request, response) => {
    const parts = new URL(request.url ?? '/', 'http://page').pathname.slice(1).split('/');
    const [first = '', ...rest] = parts;
    const named = first === '' ? undefined : folders[first];
    const path = named === undefined ? join(folders[''] ?? '', ...parts) : join(named, ...rest);
    readFile(first === '' ? join(path, 'index.html') : path).then(
      (bytes) => response.setHeader('Content-Type', MEDIA_TYPES[extname(path)] ?? 'text/html').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
}
