import { documentToJson, SceneDoc } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { startCluster, type ClusterMember, type TestCluster } from '../support/cluster.js';
import { seededRandom, type Random } from '../support/random.js';
import type { SyncClient } from '../support/sync-client.js';

const STEPS = 250;
const CLIENTS = 6;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const same = (a: Y.Doc, b: Y.Doc): boolean =>
  Buffer.compare(Y.encodeStateVector(a), Y.encodeStateVector(b)) === 0 &&
  JSON.stringify(sorted(documentToJson(a))) === JSON.stringify(sorted(documentToJson(b)));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** Adds, removes, renames, and moves nodes below each other, which with others' moves makes cycles and orphans. */
function editTree(doc: Y.Doc, random: Random, step: number): void {
  const scene = new SceneDoc(doc);
  const ids = [...scene.nodesMap.keys()];
  const choice = random.int(10);
  if (ids.length < 4 || choice < 3) {
    scene.addNode({ kind: 'group', name: `n${step}` });
    return;
  }
  const id = random.pick(ids);
  if (choice === 3) scene.nodesMap.delete(id);
  else if (choice === 4) (scene.nodesMap.get(id) as Y.Map<unknown>).set('name', `renamed-${step}`);
  else {
    const node = scene.node(id);
    const parent = random.int(4) === 0 ? null : random.pick(ids);
    // Past the accessors, which refuse a cycle that only this replica would make.
    if (node !== undefined) (scene.nodesMap.get(id) as Y.Map<unknown>).set('pose', { ...node.pose, parent });
  }
}

describe('fuzz over several servers', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster(3, { maxTailRows: 20, watch: { lostMs: 200, connectedMs: 500 } });
  });
  afterAll(() => cluster.stop());

  const calm = (): void => {
    for (const { bus, database } of cluster.members) {
      bus.loses = () => false;
      database.fail();
      bus.heal();
    }
  };

  /** Something that happens to servers and networks. */
  function disturb(random: Random): void {
    const { bus, database } = random.pick(cluster.members);
    switch (random.int(6)) {
      case 0:
        bus.cut();
        return;
      case 1:
      case 2:
        bus.heal();
        return;
      case 3:
        bus.loses = () => random.int(3) === 0;
        return;
      case 4:
        database.fail(new Error('connection lost'));
        return;
      default:
        bus.loses = () => false;
        database.fail();
    }
  }

  it.each([1, 2, 3, 4, 5, 6])(
    'CLU-12: replicas on several servers converge under tree moves, disconnects, a lossy bus and a failing database (seed %i)',
    { timeout: 60_000 },
    async (seed) => {
      const random = seededRandom(seed);
      const sceneId = await (cluster.members[0] as ClusterMember).createScene();
      const clients: SyncClient[] = [];
      for (let at = 0; at < CLIENTS; at++) clients.push(await random.pick(cluster.members).open(sceneId));
      for (let step = 0; step < STEPS; step++) {
        const at = random.int(clients.length);
        const client = clients[at] as SyncClient;
        const chance = random.int(100);
        if (chance < 4) client.drop();
        else if (chance < 12 && !client.isOpen) {
          client.drop();
          clients[at] = await random.pick(cluster.members).connect(sceneId, { doc: client.doc });
        } else if (chance < 18) disturb(random);
        else editTree(client.doc, random, step);
        if (random.int(3) === 0) await turn();
      }
      calm();
      for (const [at, client] of clients.entries()) {
        client.drop();
        clients[at] = await random.pick(cluster.members).open(sceneId, { doc: client.doc });
      }
      await Promise.all(clients.map((client) => client.allSaved()));
      const [truth] = clients as [SyncClient];
      await Promise.all(clients.map((client) => client.until(() => same(client.doc, truth.doc))));
      for (const { realtime } of cluster.members) {
        const { value } = await realtime.rooms.read(sceneId, documentToJson);
        expect(sorted(value)).toEqual(sorted(documentToJson(truth.doc)));
      }
      for (const client of clients) await client.close();
      for (const { realtime } of cluster.members)
        await expect.poll(() => realtime.rooms.size, { interval: 5, timeout: 10_000 }).toBe(0);
      const stored = new Y.Doc();
      await cluster.members[1]?.realtime.rooms.read(sceneId, (doc) =>
        Y.applyUpdate(stored, Y.encodeStateAsUpdate(doc)),
      );
      expect(same(stored, truth.doc)).toBe(true);
    },
  );
});
