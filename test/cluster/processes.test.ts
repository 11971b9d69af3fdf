import { Diorama } from '@diorama/client-sdk/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClusterProcesses, type ClusterProcesses } from '../support/cluster-processes.js';
import { Http } from '../support/http.js';
import { seededRandom } from '../support/random.js';
import type { ServerProcess } from '../support/server-process.js';
import { SyncClient } from '../support/sync-client.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { issueToken } from '../support/tokens.js';
import { putNode } from '../support/scene-edits.js';
import { Writer } from '../support/writer.js';

const WRITERS = 3;

const open = async (
  server: { url: string },
  sceneId: string,
  options: Partial<ConstructorParameters<typeof SyncClient>[0]> & { sub?: string } = {},
): Promise<SyncClient> => {
  const { sub = 'ada', ...rest } = options;
  const client = new SyncClient({ url: server.url, sceneId, token: await issueToken({ sub }), ...rest });
  await client.synced;
  return client;
};

const size = (client: SyncClient): number => client.doc.getMap('nodes').size;
const hasAll = (client: SyncClient, keys: readonly string[]): boolean =>
  keys.every((key) => client.doc.getMap('nodes').has(key));

describe('servers in processes of their own', { timeout: 120_000 }, () => {
  let cluster: ClusterProcesses;
  let one: ServerProcess;
  let two: ServerProcess;
  beforeAll(async () => {
    cluster = await startClusterProcesses();
    [one, two] = await Promise.all([cluster.start(), cluster.start()]);
  });
  afterAll(() => cluster.stop());

  const createScene = async (): Promise<string> =>
    (await new Http({ url: one.url, token: await issueToken() }).createScene()).scene_id;

  /** Writers on both servers, and an observer on each. */
  async function load(sceneId: string, servers: readonly { url: string }[] = [one, two]) {
    const random = seededRandom(7);
    const observers = await Promise.all(servers.map((server) => open(server, sceneId)));
    const writers: Writer[] = [];
    for (const [at, server] of servers.entries())
      for (let by = 0; by < WRITERS; by++)
        writers.push(new Writer(`s${at}w${by}`, await open(server, sceneId)));
    for (const writer of writers) writer.start(random);
    const written = (): number => writers.reduce((sum, writer) => sum + writer.count, 0);
    return {
      observers,
      writers,
      written,
      /** Until so many more have been written. */
      async more(count: number) {
        const enough = written() + count;
        await expect.poll(written, { interval: 10, timeout: 60_000 }).toBeGreaterThan(enough);
      },
      /** Until everybody has seen something that everybody has written from now on. */
      async allSeen() {
        await this.more(60);
        const keys = writers.map((writer) => writer.lastKey);
        await Promise.all(observers.map((observer) => observer.until(() => hasAll(observer, keys))));
      },
      async settle() {
        for (const writer of writers) writer.pause();
        await Promise.all(writers.map(({ client }) => client.allSaved()));
        const total = written();
        await Promise.all(observers.map((observer) => observer.until(() => size(observer) === total)));
        for (const { client } of writers) client.drop();
        for (const observer of observers) observer.drop();
        return total;
      },
    };
  }

  it('CLU-4, CLU-9: clients of two servers edit one scene together and see each other', async () => {
    const sceneId = await createScene();
    const running = await load(sceneId);
    const [here, there] = running.observers as [SyncClient, SyncClient];
    here.setPresence({ name: 'here' });
    await there.until(() => there.awareness.getStates().has(here.doc.clientID));
    await running.more(100);
    const total = await running.settle();
    const http = new Http({ url: two.url, token: await issueToken() });
    const { body } = await http.get<{ node_count: number }>(`/v1/scenes/${sceneId}`);
    expect(body.node_count).toBe(total);
    const ready = await http.get<{ checks: Record<string, unknown> }>('/readyz');
    expect(ready.body.checks['bus']).toEqual({ status: 'ready', detail: 'redis' });
    expect((await http.get<string>('/metrics')).body).toMatch(/^diorama_bus_received_total [1-9]/m);
  });

  it('CLU-13: with Redis hung or dead under load, clients of both servers converge from the log, then and afterwards', async () => {
    const sceneId = await createScene();
    const running = await load(sceneId);
    await running.more(50);
    cluster.redis.pause();
    await running.allSeen();
    cluster.redis.resume();
    await running.more(50);
    await cluster.redis.kill();
    await running.allSeen();
    const ready = await new Http({ url: one.url, token: '' }).get<{
      status: string;
      checks: Record<string, { status: string }>;
    }>('/readyz');
    expect(ready.status).toBe(200);
    expect(ready.body.checks['bus']?.status).toBe('unavailable');
    await cluster.redis.restart();
    await running.more(50);
    await running.settle();
  });

  it('CLU-14: a server that is killed under load loses nothing that was acknowledged, nor seen, and its presence goes', async () => {
    const sceneId = await createScene();
    const three = await cluster.start();
    const running = await load(sceneId, [three, two]);
    const [there, here] = running.observers as [SyncClient, SyncClient];
    there.setPresence({ name: 'there' });
    await here.until(() => here.awareness.getStates().has(there.doc.clientID));
    await running.more(100);
    await three.kill('SIGKILL');
    await here.until(() => !here.awareness.getStates().has(there.doc.clientID));
    const acknowledged = running.writers.flatMap((writer) => writer.acknowledged());
    const seen = [...here.doc.getMap('nodes').keys()];
    expect(acknowledged.length).toBeGreaterThan(50);
    await here.until(() => hasAll(here, acknowledged));
    // Its clients come to the other server, with all that they have.
    const docs = running.writers.slice(0, WRITERS).map(({ client }) => client.doc);
    for (const doc of docs) {
      const again = await open(two, sceneId, { doc });
      await again.allSaved();
      again.drop();
    }
    for (const writer of running.writers) {
      writer.pause();
      writer.client.drop();
    }
    here.drop();
    // Both gone, and what they had in memory: the database has it all.
    await two.kill('SIGKILL');
    two = await cluster.start();
    const reader = await open(two, sceneId);
    const lost = [...acknowledged, ...seen].filter((key) => !reader.doc.getMap('nodes').has(key));
    expect(lost).toEqual([]);
    reader.drop();
  });

  it('CLU-15: sessions behind a load balancer go over to another server when theirs drains', async () => {
    const sceneId = await createScene();
    const three = await cluster.start();
    const ports = [three.port, two.port];
    const proxy = await startTcpProxy(() => ports);
    const token = await issueToken();
    const sessions = Array.from({ length: 4 }, () =>
      new Diorama({ url: `http://127.0.0.1:${proxy.port}`, token }).connect(sceneId),
    );
    await Promise.all(sessions.map((session) => session.synced));
    let count = 0;
    const timer = setInterval(() => {
      for (const session of sessions) putNode(session.doc, `n${count++}`);
    }, 15);
    await expect.poll(() => count, { interval: 10 }).toBeGreaterThan(100);
    // A load balancer looks at /readyz, and so sends nobody there any more.
    ports.shift();
    const exit = await three.kill('SIGTERM');
    expect(exit).toEqual({ code: 0, signal: null });
    const before = count;
    await expect.poll(() => count, { interval: 10 }).toBeGreaterThan(before + 100);
    clearInterval(timer);
    await Promise.all(sessions.map((session) => session.flushed()));
    const reader = await open(two, sceneId);
    await reader.until(() => size(reader) === count);
    for (const session of sessions) session.close();
    reader.drop();
    await proxy.stop();
  });
});
