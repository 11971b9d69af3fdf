import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Http } from '../support/http.js';
import { processesOf, residentBytes } from '../support/processes.js';
import { putNode } from '../support/scene-edits.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { SyncClient } from '../support/sync-client.js';

const SERVER = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url));

/** Runs the server until it ends by itself. */
async function runToEnd(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'diorama-test-'));
  const child = spawn(process.execPath, [SERVER], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', DIORAMA_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  await rm(dataDir, { recursive: true, force: true });
  return { code, output };
}

/** The value of a metric without labels, or with those that are written out. */
function valueOf(metrics: string, name: string): number {
  const line = metrics.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

describe('a server that runs', () => {
  let server: ServerProcess;
  let http: Http;

  beforeAll(async () => {
    server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
    http = new Http(server);
  });
  afterAll(() => server.stop());

  it('OPS-1: it says that it lives, that it is ready, and how it is doing', async () => {
    const anybody = new Http({ ...server, token: '' });
    expect((await anybody.get('/healthz')).body).toMatchObject({ status: 'ok' });
    const ready = await anybody.get<{ checks: Record<string, { status: string }> }>('/readyz');
    expect(ready.status).toBe(200);
    expect(ready.body.checks['database']?.status).toBe('ready');
    expect(ready.body.checks['objects']?.status).toBe('ready');
    expect(ready.body.checks['rendering']?.status).toBe('disabled');
    const metrics = await anybody.get<string>('/metrics');
    expect(metrics.body).toMatch(/^diorama_http_request_seconds_bucket/m);
    expect(metrics.body).toMatch(/^diorama_sync_connections \d/m);
  });

  it('OPS-11: it shows how large the open documents are, and by how much documents grow', async () => {
    const metrics = async (): Promise<(name: string) => number> => {
      const { body } = await http.get<string>('/metrics');
      return (name) => valueOf(body, `diorama_document_${name}`);
    };
    const open = async () => {
      const { scene_id: sceneId } = await http.createScene();
      const client = new SyncClient({ ...server, sceneId });
      await client.synced;
      return client;
    };
    const encoded = (doc: Y.Doc): number => Y.encodeStateAsUpdate(doc).byteLength;
    const before = await metrics();
    const [small, large] = [await open(), await open()];
    putNode(small.doc, 'small');
    putNode(large.doc, 'large');
    (large.doc.getMap('nodes').get('large') as Y.Map<unknown>).set('extras', { text: 'x'.repeat(20_000) });
    await Promise.all([small.allSaved(), large.allSaved()]);
    const written = await metrics();
    expect(written('bytes_count')).toBe(before('bytes_count') + 2);
    expect(written('bytes_sum') - before('bytes_sum')).toBe(encoded(small.doc) + encoded(large.doc));
    expect(written('largest_bytes')).toBe(encoded(large.doc));
    expect(written('bytes_bucket{le="16384"}') + 1).toBe(written('bytes_bucket{le="65536"}'));
    const growth = written('growth_bytes_total') - before('growth_bytes_total');
    expect(growth).toBeGreaterThan(20_000);

    // What is overwritten is no growth, however much of it comes.
    const node = small.doc.getMap('nodes').get('small') as Y.Map<unknown>;
    for (let at = 0; at < 100; at++) node.set('value', at);
    await small.allSaved();
    const overwritten = await metrics();
    expect(overwritten('bytes_sum') - before('bytes_sum')).toBe(encoded(small.doc) + encoded(large.doc));
    expect(overwritten('growth_bytes_total') - written('growth_bytes_total')).toBeLessThan(100);

    putNode(small.doc, 'last');
    await small.allSaved();
    await Promise.all([small.close(), large.close()]);
    await expect
      .poll(async () => (await metrics())('bytes_count'), { timeout: 15_000 })
      .toBe(before('bytes_count'));
    expect((await metrics())('growth_bytes_total')).toBeGreaterThan(overwritten('growth_bytes_total'));
  });

  it('OPS-4: a second server on the same data directory is refused, and the first is unharmed', async () => {
    const second = await runToEnd({ DIORAMA_DATA_DIR: server.dataDir, RENDER_WORKERS: '0' });
    expect(second.code).toBe(1);
    expect(second.output).toContain(String(server.pid));
    expect((await http.post('/v1/scenes', { name: 'still here' })).status).toBe(201);
  });
});

describe('the life of a server process', () => {
  it('OPS-2: SIGTERM ends it with code 0, and every process that it started', async () => {
    const server = await startServer({ env: { DEMO: 'false' } });
    await new Http(server).post('/v1/scenes', { name: 'x' });
    expect(await processesOf(server.dataDir)).not.toEqual([]);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(await processesOf(server.dataDir)).toEqual([]);
  });

  it('OPS-2: kill -9 of the server ends every process that it started', async () => {
    const server = await startServer({ env: { DEMO: 'false' } });
    await server.kill('SIGKILL');
    await expect.poll(() => processesOf(server.dataDir), { timeout: 10_000 }).toEqual([]);
    await server.stop();
  });

  it('OPS-3: a configuration that cannot be used is refused with the name of every variable that is wrong', async () => {
    const { code, output } = await runToEnd({ PORT: 'many', AUTH_JWT_SECRET: 'short' });
    expect(code).toBe(1);
    expect(output).toContain('PORT');
    expect(output).toContain('AUTH_JWT_SECRET');
  });

  it('ACC-4: the development identity is refused on an address that others can reach', async () => {
    const { code, output } = await runToEnd({ HOST: '0.0.0.0' });
    expect(code).toBe(1);
    expect(output).toContain('AUTH_JWT_SECRET');
  });

  it('OPS-5: what was made before a restart is there after it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'diorama-test-'));
    const env = { RENDER_WORKERS: '0', DEMO: 'false' };
    const first = await startServer({ dataDir, env, createsDatabase: true });
    const { scene_id } = await new Http(first).createScene({ name: 'kept' });
    await first.stop();
    const second = await startServer({ dataDir, env });
    expect((await new Http(second).get(`/v1/scenes/${scene_id}`)).body).toMatchObject({ name: 'kept' });
    expect(second.token).not.toBe('');
    await second.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it.runIf(process.platform === 'linux')(
    'OPS-16: a server without scenes keeps less than 400 MB, also when it has just created its database',
    async () => {
      const server = await startServer({
        env: { RENDER_WORKERS: '0', DEMO: 'false' },
        createsDatabase: true,
      });
      expect(await residentBytes(server.pid)).toBeLessThan(400e6);
      await server.stop();
    },
  );

  it('OPS-6: no log line holds a token', async () => {
    const server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false', LOG_LEVEL: 'trace' } });
    await new Http(server).get('/v1/scenes');
    await fetch(`${server.url}/v1/scenes?token=${server.token}`);
    await server.stop();
    const logLines = server
      .logs()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(logLines.length).toBeGreaterThan(0);
    expect(logLines.filter((line) => line.includes(server.token))).toEqual([]);
  });
});
