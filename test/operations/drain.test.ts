import { Diorama } from '@diorama/client-sdk/node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { freePort } from '../support/ports.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { seededRandom } from '../support/random.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { SyncClient } from '../support/sync-client.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';
import { putNode } from '../support/scene-edits.js';
import { Writer } from '../support/writer.js';

const BASE = { DEMO: 'false', RENDER_WORKERS: '0', LOG_LEVEL: 'warn', AUTH_JWT_SECRET: JWT_SECRET };
/** Supervisors kill what is not gone by then. */
const PATIENCE_MS = 10_000;

const open = async (server: ServerProcess, sceneId: string, diorama = true): Promise<SyncClient> => {
  const client = new SyncClient({ url: server.url, sceneId, token: await issueToken(), diorama });
  await client.synced;
  return client;
};

describe('SIGTERM', { timeout: 90_000 }, () => {
  let postgres: TestPostgres;
  let dataDir: string;
  beforeAll(async () => {
    postgres = await startPostgres();
    dataDir = await mkdtemp(join(tmpdir(), 'diorama-drain-'));
  });
  afterAll(async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const DATABASES: Record<string, () => Promise<Record<string, string>>> = {
    PGlite: async () => ({}),
    Postgres: async () => ({ DATABASE_URL: await postgres.createDatabase() }),
  };

  it.each(Object.keys(DATABASES))(
    'OPS-9: under load on %s everything is stored, clients are told when to come back and closed with 1012, and the code is 0',
    async (name) => {
      const random = seededRandom(9);
      const env = { ...BASE, PORT: String(await freePort()), ...(await DATABASES[name]?.()) };
      const options = { dataDir: join(dataDir, name), env };
      const first = await startServer(options);
      const token = await issueToken();
      const { scene_id: sceneId } = await new Http({ ...first, token }).createScene();
      const writers = await Promise.all(
        Array.from({ length: 6 }, async (_, at) => new Writer(`w${at}`, await open(first, sceneId))),
      );
      const plain = await open(first, sceneId, false);
      const diorama = new Diorama({ url: first.url, token });
      const session = diorama.connect(sceneId);
      await session.synced;
      for (const writer of writers) writer.start(random);
      await plain.until(() => plain.doc.getMap('nodes').size > 100);
      putNode(session.doc, 'by-the-session');

      const began = performance.now();
      const exit = await first.kill('SIGTERM');
      expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
      expect(exit).toEqual({ code: 0, signal: null });
      for (const { client } of [...writers, { client: plain }])
        expect(await client.closed).toEqual({ code: 1012, reason: 'draining' });
      const told = writers.map(({ client }) => client.retryAfterMs ?? -1);
      expect(Math.min(...told)).toBeGreaterThan(0);
      expect(new Set(told).size).toBeGreaterThan(1);
      expect(plain.retryAfterMs).toBeUndefined();
      for (const writer of writers) writer.pause();
      putNode(session.doc, 'while-it-was-away');

      const second = await startServer(options);
      const reader = await open(second, sceneId);
      const nodes = reader.doc.getMap('nodes');
      const promised = writers.flatMap((writer) => writer.acknowledged());
      expect(promised.length).toBeGreaterThan(50);
      expect(promised.filter((key) => !nodes.has(key))).toEqual([]);
      await session.flushed();
      await reader.until(() => nodes.has('by-the-session') && nodes.has('while-it-was-away'));
      session.close();
      reader.drop();
      expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    },
  );

  describe('while the database does not answer', () => {
    let proxy: TcpProxy;
    let server: ServerProcess;
    let client: SyncClient;
    let sceneId: string;
    beforeAll(async () => {
      const database = new URL(await postgres.createDatabase());
      const port = Number(database.port);
      proxy = await startTcpProxy(() => [port]);
      database.port = String(proxy.port);
      server = await startServer({ env: { ...BASE, DATABASE_URL: database.href } });
      sceneId = (await new Http({ ...server, token: await issueToken() }).createScene()).scene_id;
      client = await open(server, sceneId);
    });
    afterAll(async () => {
      client.drop();
      await proxy.stop();
      await server.stop();
    });

    it('OPS-10: a server that drains sends new connections away and is not ready, then says what it could not store, and the code is not 0', async () => {
      putNode(client.doc, 'stored');
      await client.allSaved();
      proxy.stall();
      putNode(client.doc, 'not-stored');
      await client.until(() => client.documentFrames > client.saved);
      const began = performance.now();
      const exited = server.kill('SIGTERM');
      await client.until(() => client.retryAfterMs !== undefined);
      const late = new SyncClient({ url: server.url, sceneId, token: await issueToken() });
      expect(await late.closed).toEqual({ code: 1012, reason: 'draining' });
      const ready = await new Http({ ...server, token: '' }).get<{
        checks: Record<string, { status: string; detail?: string }>;
      }>('/readyz');
      expect(ready.status).toBe(503);
      expect(ready.body.checks['sync']).toMatchObject({ status: 'unavailable' });
      expect(ready.body.checks['sync']?.detail).toContain('draining');
      expect((await exited).code).toBe(1);
      expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
      expect(await client.closed).toEqual({ code: 1012, reason: 'draining' });
      expect(client.saved).toBeLessThan(client.documentFrames);
      expect(server.logs()).toContain(sceneId);
      expect(server.logs()).toContain('could not be stored');
    });
  });
});
