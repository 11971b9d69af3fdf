import { expect, type Page } from '@playwright/test';
import { Document, NodeIO } from '@gltf-transform/core';
import { EXTMeshoptCompression, KHRDracoMeshCompression } from '@gltf-transform/extensions';
import draco3d from 'draco3dgltf';
import { MeshoptEncoder } from 'meshoptimizer';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { addCube } from '../support/gltf-fixtures.js';
import { png } from '../support/image-fixtures.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { test } from './support/test.js';

const ENTRY = fileURLToPath(new URL('support/sdk-page.ts', import.meta.url));
const DRACO = fileURLToPath(
  new URL('../../node_modules/three/examples/jsm/libs/draco/gltf/', import.meta.url),
);

/** The half of the package that only tests need. */
interface DracoEncoding {
  createEncoderModule(): Promise<unknown>;
}

let server: ServerProcess;
let script: string;

test.beforeAll(async () => {
  [server, script] = await Promise.all([
    startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } }),
    bundle(),
  ]);
});
test.afterAll(() => server.stop());

/** The SDK as an application would ship it. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['source'] },
    build: { write: false, minify: false, lib: { entry: ENTRY, formats: ['es'] } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('the bundle was not built');
  return output.output[0].code;
}

// The script comes into a page that the server serves: Chromium denies a page that the test makes up the loopback socket.
test.use({ bypassCSP: true });

/** A page of the server's own origin that holds the SDK and nothing else. */
async function openPage(page: Page): Promise<void> {
  await page.route(`${server.url}/draco/*`, (route) =>
    route.fulfill({ path: DRACO + new URL(route.request().url()).pathname.split('/').at(-1) }),
  );
  await page.goto(`${server.url}/healthz`);
  await page.addScriptTag({ type: 'module', content: script });
  await page.waitForFunction(() => 'dioramaSdk' in globalThis);
}

const options = () => ({ url: server.url, token: server.token });

/** A cube with a texture, packed as `compression` says. */
async function cube(compression: 'none' | 'draco' | 'meshopt'): Promise<number[]> {
  const document = new Document();
  const node = document.createNode('cube').setMesh(addCube(document));
  document.getRoot().setDefaultScene(document.createScene().addChild(node));
  const corners = document
    .createAccessor()
    .setType('VEC2')
    .setBuffer(document.getRoot().listBuffers()[0] ?? null);
  const texture = document.createTexture('checker').setImage(png()).setMimeType('image/png');
  const material = document.createMaterial('painted').setBaseColorTexture(texture);
  for (const mesh of document.getRoot().listMeshes())
    for (const primitive of mesh.listPrimitives()) {
      corners.setArray(new Float32Array(2 * (primitive.getAttribute('POSITION')?.getCount() ?? 0)));
      primitive.setMaterial(material).setAttribute('TEXCOORD_0', corners);
    }
  const io = new NodeIO();
  if (compression === 'draco') {
    io.registerExtensions([KHRDracoMeshCompression]).registerDependencies({
      'draco3d.encoder': await (draco3d as unknown as DracoEncoding).createEncoderModule(),
    });
    document.createExtension(KHRDracoMeshCompression).setRequired(true);
  }
  if (compression === 'meshopt') {
    await MeshoptEncoder.ready;
    io.registerExtensions([EXTMeshoptCompression]).registerDependencies({
      'meshopt.encoder': MeshoptEncoder,
    });
    document.createExtension(EXTMeshoptCompression).setRequired(true);
  }
  return [...(await io.writeBinary(document))];
}

test('SDK-1: two pages edit one scene, with undo, presence and saved', async ({ browser }) => {
  const context = await browser.newContext({ bypassCSP: true });
  const [a, b] = [await context.newPage(), await context.newPage()];
  await Promise.all([openPage(a), openPage(b)]);
  const sceneId = await a.evaluate(async (o) => {
    const diorama = new dioramaSdk.Diorama(o);
    return (await diorama.scenes.create({ name: 'Browser' })).scene_id;
  }, options());
  const seen = b.evaluate(
    async ([o, id]) => {
      const session = new dioramaSdk.Diorama(o).connect(id);
      await session.synced;
      await new Promise<void>((resolve) => {
        const look = (): void => {
          const people = [...session.presence.others.values()];
          if (session.scene.nodes().size > 0 && people.length > 0) resolve();
        };
        session.doc.on('update', look);
        session.on('presence', look);
        look();
      });
      return {
        nodes: [...session.scene.nodes().values()].map(({ name }) => name),
        people: [...session.presence.others.values()].map(({ user }) => user?.name),
      };
    },
    [options(), sceneId] as const,
  );
  const status = await a.evaluate(
    async ([o, id]) => {
      const session = new dioramaSdk.Diorama(o).connect(id, { user: { name: 'Ada', color: '#f00' } });
      await session.synced;
      session.edit((scene) => scene.addNode({ kind: 'group', name: 'from a page' }));
      session.edit((scene) => scene.addNode({ kind: 'group', name: 'a mistake' }));
      session.undo();
      await session.flushed();
      return session.status;
    },
    [options(), sceneId] as const,
  );
  expect(status).toBe('saved');
  expect(await seen).toEqual({ nodes: ['from a page'], people: ['Ada'] });
  await context.close();
});

test('SDK-15: a page that is left in the middle of a gesture leaves the last pose behind', async ({
  browser,
}) => {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await openPage(page);
  const [sceneId, nodeId] = await page.evaluate(async (o) => {
    const diorama = new dioramaSdk.Diorama(o);
    const { scene_id: id } = await diorama.scenes.create({ name: 'Left' });
    const session = diorama.connect(id);
    await session.synced;
    const node = session.edit((scene) => scene.addNode({ kind: 'group', name: 'held' }));
    await session.flushed();
    for (let x = 0; x < 5; x++)
      session.live.move({ [node]: { translation: [x, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] } });
    return [id, node] as const;
  }, options());
  await page.goto('about:blank');
  await openPage(page);
  const seen = await page.evaluate(
    async ([o, id, node]) => {
      const session = new dioramaSdk.Diorama(o).connect(id);
      await session.synced;
      return new Promise<number | undefined>((resolve) => {
        const look = (): void => {
          const x = session.scene.node(node)?.pose.translation[0];
          if (x === 4) resolve(x);
        };
        session.doc.on('update', look);
        look();
      });
    },
    [options(), sceneId, nodeId] as const,
  );
  expect(seen).toBe(4);
  await context.close();
});

test('SDK-20: an upload in a browser reports its progress, and a refused one throws', async ({ page }) => {
  await openPage(page);
  const result = await page.evaluate(
    async ([o, bytes]) => {
      const diorama = new dioramaSdk.Diorama(o);
      const progress: number[] = [];
      const file = new File([new Uint8Array(bytes)], 'cube.glb');
      const { assets } = await diorama.assets.upload([file], {
        onProgress: ({ loaded, total }) => progress.push(loaded / total),
      });
      const refused = (await diorama.assets
        .upload([new File(['no model'], 'text.glb')], { onProgress: () => undefined })
        .catch((error: unknown) => error)) as { code: string };
      const abort = new AbortController();
      abort.abort(new Error('changed my mind'));
      const aborted = (await diorama.assets
        .upload([file], { onProgress: () => undefined, signal: abort.signal })
        .catch((error: unknown) => error)) as Error;
      return { type: assets[0]?.asset_type, progress, refused: refused.code, aborted: aborted.message };
    },
    [options(), await cube('none')] as const,
  );
  expect(result).toMatchObject({
    type: 'model',
    refused: 'asset_format_unsupported',
    aborted: 'changed my mind',
  });
  expect(result.progress.at(-1)).toBe(1);
});

for (const compression of ['none', 'draco', 'meshopt'] as const) {
  test(`SDK-24: a page loads a textured model with compression: ${compression}`, async ({ page }) => {
    await openPage(page);
    const loaded = await page.evaluate(
      async ([o, bytes]) => {
        const diorama = new dioramaSdk.Diorama(o);
        const { assets } = await diorama.assets.upload([{ name: 'cube.glb', data: new Uint8Array(bytes) }]);
        const source = new dioramaSdk.RestAssetSource({
          assets: diorama.assets,
          dracoDecoderPath: '/draco/',
        });
        const { scene } = await source.loadModel(assets[0]?.asset_id ?? '', null);
        const found: { positions: number; texture: number[] }[] = [];
        scene.traverse((object) => {
          const mesh = object as {
            isMesh?: boolean;
            geometry?: { getAttribute(name: string): { count: number } };
            material?: { map: { image: { width: number; height: number } } | null };
          };
          if (!mesh.isMesh) return;
          const image = mesh.material?.map?.image;
          found.push({
            positions: mesh.geometry?.getAttribute('position').count ?? 0,
            texture: image ? [image.width, image.height] : [],
          });
        });
        source.dispose();
        return found;
      },
      [options(), await cube(compression)] as const,
    );
    expect(loaded).toHaveLength(1);
    expect(loaded[0]?.positions).toBeGreaterThanOrEqual(8);
    expect(loaded[0]?.texture).toEqual([4, 4]);
  });
}

test('SDK-24: a page loads an image as a texture with its first row at v = 0', async ({ page }) => {
  await openPage(page);
  const texture = await page.evaluate(
    async ([o, bytes]) => {
      const diorama = new dioramaSdk.Diorama(o);
      const { assets } = await diorama.assets.upload([{ name: 'tile.png', data: new Uint8Array(bytes) }]);
      const source = new dioramaSdk.RestAssetSource(diorama);
      const { flipY, image } = await source.loadTexture(assets[0]?.asset_id ?? '');
      return { flipY, width: (image as ImageBitmap).width };
    },
    [options(), [...png(8, 8)]] as const,
  );
  expect(texture).toEqual({ flipY: false, width: 8 });
});
