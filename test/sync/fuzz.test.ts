import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { seededRandom, type Random } from '../support/random.js';
import { startRealtimeOnPglite, type TestRealtimeOnPglite } from '../support/realtime.js';
import type { SyncClient } from '../support/sync-client.js';

const json = (doc: Y.Doc) => ({
  nodes: doc.getMap('nodes').toJSON(),
  materials: doc.getMap('materials').toJSON(),
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A random edit of the kinds that editors make. */
function edit(doc: Y.Doc, random: Random, value: string): void {
  const map = doc.getMap<unknown>(random.pick(['nodes', 'nodes', 'materials']));
  const key = `k${random.int(12)}`;
  const current = map.get(key);
  const choice = random.int(10);
  if (choice === 0) map.delete(key);
  else if (choice < 4 || !(current instanceof Y.Map)) {
    map.set(
      key,
      new Y.Map<unknown>([
        ['kind', 'group'],
        ['tags', Y.Array.from([value])],
      ]),
    );
  } else if (choice < 8) current.set('pose', { parent: null, translation: [random.int(9), 0, 0], by: value });
  else (current.get('tags') as Y.Array<string> | undefined)?.insert(0, [value]);
}

describe('fuzz', () => {
  let server: TestRealtimeOnPglite;

  beforeAll(async () => {
    server = await startRealtimeOnPglite({ maxTailRows: 20 });
  });
  afterAll(() => server.stop());

  it.each([1, 2, 3, 4, 5, 6])(
    'SYNC-24: replicas converge under random edits, disconnects and a failing database (seed %i)',
    { timeout: 60_000 },
    async (seed) => {
      const random = seededRandom(seed);
      const sceneId = await server.createScene();
      const clients: SyncClient[] = [];
      for (let at = 0; at < 5; at++) clients.push(await server.open(sceneId));
      for (let step = 0; step < 300; step++) {
        const at = random.int(clients.length);
        const client = clients[at] as SyncClient;
        const chance = random.int(100);
        if (chance < 5) client.drop();
        else if (chance < 12 && !client.isOpen) {
          client.drop();
          clients[at] = await server.connect(sceneId, { doc: client.doc });
        } else if (chance < 13) server.database.fail(new Error('connection lost'));
        else if (chance < 18) server.database.fail();
        else edit(client.doc, random, `${seed}-${step}`);
        if (random.int(3) === 0) await turn();
      }
      server.database.fail();
      for (const [at, client] of clients.entries()) {
        client.drop();
        clients[at] = await server.open(sceneId, { doc: client.doc });
      }
      await Promise.all(clients.map((client) => client.allSaved()));
      const truth = await server.open(sceneId);
      for (const client of clients) {
        await client.until(() => same(client.doc, truth.doc));
        await client.close();
      }
      await truth.close();
      await expect.poll(() => server.realtime.rooms.size, { interval: 5, timeout: 10_000 }).toBe(0);
      const stored = await server.realtime.rooms.read(sceneId, json);
      expect(stored.value).toEqual(json(truth.doc));
    },
  );
});

function same(a: Y.Doc, b: Y.Doc): boolean {
  return sorted(json(a)) === sorted(json(b));
}

/** JSON with keys in order: maps iterate in the order in which their keys arrived. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
