import type { Asset, Scene, SceneSummary } from '@diorama/shared';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

let dataDir: string;
let server: ServerProcess | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'diorama-demo-'));
});
afterEach(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<Http> {
  await server?.stop();
  server = await startServer({ dataDir, env: { RENDER_WORKERS: '0', ...env } });
  return new Http(server);
}
const scenesOf = async (http: Http) => (await http.get<{ items: SceneSummary[] }>('/v1/scenes')).body.items;

// Each starts a server up to three times.
describe('the demo scene', { timeout: 120_000 }, () => {
  it('AST-18: is there after the first start, whole, and the printed link opens it', async () => {
    const http = await start();
    const [summary, ...others] = await scenesOf(http);
    expect(others).toEqual([]);
    expect(server!.link).toContain(`scene=${summary!.scene_id}`);
    const { document } = (await http.get<Scene>(`/v1/scenes/${summary!.scene_id}`)).body;
    expect(document.nodes[document.scene.activeCamera!]).toMatchObject({ kind: 'camera' });
    const nodes = Object.values(document.nodes);
    for (const node of nodes) {
      if (node.pose.parent !== null) expect(document.nodes).toHaveProperty(node.pose.parent);
      if (node.kind === 'primitive') expect(document.materials).toHaveProperty(node.material!);
      if (node.kind !== 'model') continue;
      const asset = (await http.get<Asset>(`/v1/assets/${node.asset}`)).body;
      expect(asset.validation).toMatchObject({ errors: 0, warnings: 0 });
      expect((await http.get(asset.content_url)).status).toBe(200);
    }
    expect(
      nodes.some((node) => node.kind === 'light' && 'castShadow' in node.light && node.light.castShadow),
    ).toBe(true);
  });

  it('AST-18: is made once: who deletes it does not get it back', async () => {
    const http = await start();
    const [scene] = await scenesOf(http);
    await http.delete(`/v1/scenes/${scene!.scene_id}`);
    expect(await scenesOf(await start())).toEqual([]);
  });

  it('AST-18: does not come to those who have scenes already, or turned it off', async () => {
    const http = await start({ DEMO: 'false' });
    expect(await scenesOf(http)).toEqual([]);
    await http.createScene({ name: 'mine' });
    expect((await scenesOf(await start())).map(({ name }) => name)).toEqual(['mine']);
  });

  it('AST-18: a server whose demo fails starts all the same, and tries again the next time', async () => {
    // A tenant's folder that is a file: nothing can be stored.
    await mkdir(join(dataDir, 'objects'), { recursive: true });
    await writeFile(join(dataDir, 'objects', 'tenants'), '');
    const http = await start();
    expect((await http.get('/healthz')).status).toBe(200);
    expect(await scenesOf(http)).toEqual([]);
    expect(server!.logs()).toContain('could not install the demo scene');
    await rm(join(dataDir, 'objects', 'tenants'));
    expect(await scenesOf(await start())).toHaveLength(1);
  });
});
