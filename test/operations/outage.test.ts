import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { putNode } from '../support/scene-edits.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { SyncClient } from '../support/sync-client.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';

interface Readiness {
  readonly status: string;
  readonly checks: Record<string, { status: string; detail?: string }>;
}

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe('a server whose database is in trouble', { timeout: 60_000 }, () => {
  let admin: pg.Client;
  let database: string;
  let server: ServerProcess;
  let http: Http;
  let token: string;
  beforeAll(async () => {
    const url = new URL(await postgres.createDatabase());
    database = url.pathname.slice(1);
    server = await startServer({
      env: {
        DATABASE_URL: url.href,
        AUTH_JWT_SECRET: JWT_SECRET,
        DEMO: 'false',
        RENDER_WORKERS: '0',
        LOG_LEVEL: 'warn',
      },
    });
    url.pathname = '/postgres';
    admin = new pg.Client({ connectionString: url.href });
    await admin.connect();
    token = await issueToken();
    http = new Http({ ...server, token });
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });

  const cutOff = (): Promise<unknown> =>
    admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
  const connect = (sceneId: string): SyncClient => new SyncClient({ url: server.url, sceneId, token });
  const open = async (sceneId: string): Promise<SyncClient> => {
    const client = connect(sceneId);
    await client.synced;
    return client;
  };
  /** An edit that cannot be stored has failed once: from now on the server knows. */
  const noticed = (): Promise<unknown> =>
    expect
      .poll(async () => (await http.get<Readiness>('/readyz')).body.checks['log']?.status, {
        timeout: 20_000,
      })
      .toBe('unavailable');

  it('OPS-12: one that lets nobody in: editing goes on, all else says so, and everything is stored when it is back', async () => {
    const { scene_id: sceneId } = await http.createScene();
    const { scene_id: other } = await http.createScene();
    const [writer, reader] = [await open(sceneId), await open(sceneId)];
    await admin.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
    await cutOff();
    putNode(writer.doc, 'meanwhile');
    await reader.until(() => reader.doc.getMap('nodes').has('meanwhile'));
    await noticed();

    for (const answer of [
      await http.get(`/v1/scenes/${other}`),
      await http.get(`/v1/scenes/${sceneId}`),
      await http.get('/v1/scenes'),
      await http.post('/v1/scenes', {}),
      await http.post(`/v1/scenes/${sceneId}/operations`, {
        operations: [{ op: 'delete', id: 'meanwhile' }],
      }),
    ])
      expect([answer.status, answer.body]).toMatchObject([
        503,
        { code: 'storage_unavailable', retryable: true },
      ]);
    for (const id of [sceneId, other])
      expect(await connect(id).closed).toEqual({ code: 1013, reason: 'storage_unavailable' });
    const metrics = await http.get<string>('/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.body).toMatch(/^diorama_log_commit_failures_total [1-9]/m);
    expect(metrics.body).toMatch(/^diorama_log_pending_bytes [1-9]/m);
    const ready = await http.get<Readiness>('/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body.checks['log']?.detail).toContain('not currently accepting connections');
    expect(writer.saved).toBeLessThan(writer.documentFrames);

    await admin.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);
    await writer.allSaved();
    await (await open(other)).close();
    expect((await http.get<Readiness>('/readyz')).status).toBe(200);
    const { body } = await http.get<{ node_count: number }>(`/v1/scenes/${sceneId}`);
    expect(body.node_count).toBe(1);
    writer.drop();
    reader.drop();
  });

  it('OPS-12: one that has become read-only: scenes are read, and edits over REST refused before anybody sees them', async () => {
    const { scene_id: sceneId } = await http.createScene();
    const { scene_id: closed } = await http.createScene();
    const writer = await open(sceneId);
    await admin.query(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    await cutOff();
    putNode(writer.doc, 'meanwhile');
    await noticed();
    const id = `n${randomBytes(4).toString('hex')}`;
    const add = { operations: [{ op: 'add', node: { id, kind: 'group' } }] };
    const refused = await http.post(`/v1/scenes/${sceneId}/operations`, add);
    expect([refused.status, refused.body]).toMatchObject([503, { code: 'storage_unavailable' }]);
    expect((await http.get(`/v1/scenes/${closed}`)).status).toBe(200);
    const reader = await open(sceneId);
    expect([...reader.doc.getMap('nodes').keys()]).toEqual(['meanwhile']);
    expect((await http.get<Readiness>('/readyz')).body.checks['log']?.detail).toContain('read-only');
    await admin.query(`ALTER DATABASE ${database} RESET default_transaction_read_only`);
    await cutOff();
    await writer.allSaved();
    writer.drop();
    reader.drop();
  });
});

describe('a server whose database is not there when it starts', { timeout: 60_000 }, () => {
  const env = (url: string) => ({
    DATABASE_URL: url,
    AUTH_JWT_SECRET: JWT_SECRET,
    DEMO: 'false',
    RENDER_WORKERS: '0',
    LOG_LEVEL: 'warn',
  });

  it('OPS-13: it says so, waits, and comes up when the database does', async () => {
    const url = new URL(await postgres.createDatabase());
    const port = Number(url.port);
    let tries = 0;
    const proxy = await startTcpProxy(() => (++tries > 2 ? [port] : []));
    url.port = String(proxy.port);
    const server = await startServer({ env: env(url.href) });
    expect(server.logs()).toContain('Waiting for the database');
    expect((await new Http({ ...server, token: '' }).get('/readyz')).status).toBe(200);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await proxy.stop();
  });

  it('OPS-13: what waiting does not mend ends it at once, with code 1 and the reason', async () => {
    const url = new URL(await postgres.createDatabase());
    url.pathname = '/missing';
    await expect(startServer({ env: env(url.href) })).rejects.toThrow(
      'could not start: The database does not exist: database "missing" does not exist',
    );
    await expect(startServer({ env: env('http://db:5432/diorama') })).rejects.toThrow(
      'DATABASE_URL: Expected postgres://',
    );
  });
});
