import { MESSAGE, SYNC_STEP } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { startMigratedPglite, type TestPglite } from '../support/pglite.js';
import { seededRandom, type Random } from '../support/random.js';
import { startRealtime, type TestRealtime } from '../support/realtime.js';
import { type SyncClient, syncFrame } from '../support/sync-client.js';
import { putNode } from '../support/scene-edits.js';

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
  let pglite: TestPglite;
  let server: TestRealtime;

  beforeAll(async () => {
    pglite = await startMigratedPglite();
    server = await startRealtime(pglite.database, { maxTailRows: 20, maxFrameBytes: 50_000 });
  });
  afterAll(async () => {
    await server.stop();
    await pglite.stop();
  });

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

  it('SYNC-25: thousands of mutated frames harm nobody but their senders', { timeout: 120_000 }, async () => {
    const random = seededRandom(25);
    const sceneId = await server.createScene();
    const honest = [await server.open(sceneId), await server.open(sceneId)];
    const samples = validFrames();
    const codes = new Set<number>();
    let sent = 0;

    const attack = async (): Promise<void> => {
      while (sent < 3_000) {
        const attacker = await server.connect(sceneId, { claims: { sub: 'mallory' } });
        await new Promise((resolve) => attacker.webSocket.once('open', resolve));
        for (let burst = 0; burst < 40 && attacker.isOpen; burst++) {
          sent++;
          attacker.send(mutate(random.pick(samples), random));
          if (burst % 8 === 7) await turn();
        }
        attacker.webSocket.close();
        codes.add((await attacker.closed).code);
      }
    };
    let attacking = true;
    const write = async (): Promise<void> => {
      for (let at = 0; attacking; at++) {
        honest.forEach((client, by) => putNode(client.doc, `honest-${by}-${at % 100}`, at));
        await turn();
        if (at % 10 === 0) await Promise.all(honest.map((client) => client.allSaved()));
      }
    };
    await Promise.all([
      Promise.all([attack(), attack(), attack()]).finally(() => (attacking = false)),
      write(),
    ]);

    expect(codes).toContain(4400);
    expect([...codes].filter((code) => ![1000, 1005, 1009, 4400].includes(code))).toEqual([]);
    await Promise.all(honest.map((client) => client.allSaved()));
    const truth = await server.open(sceneId);
    for (const client of honest) {
      expect(client.isOpen).toBe(true);
      await client.until(() => same(client.doc, truth.doc));
      for (const [by, other] of honest.entries()) {
        const own = [...other.doc.getMap('nodes').keys()].filter((key) => key.startsWith(`honest-${by}`));
        expect(own).toHaveLength(100);
      }
    }
    for (const client of [...honest, truth]) await client.close();
    await expect.poll(() => server.realtime.rooms.size, { interval: 5, timeout: 10_000 }).toBe(0);
    const stored = await server.realtime.rooms.read(sceneId, json);
    expect(stored.value).toEqual(json(truth.doc));
  });
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

/** Frames of every kind, as a client with a document of its own sends them. */
function validFrames(): Uint8Array[] {
  const doc = new Y.Doc();
  const frames: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => frames.push(syncFrame(SYNC_STEP.update, update)));
  const random = seededRandom(99);
  for (let at = 0; at < 60; at++) edit(doc, random, `evil-${at}`);
  doc.getText('text').insert(0, 'some text 🎈');
  doc.getText('text').format(0, 4, { bold: true });
  doc.getXmlFragment('xml').insert(0, [new Y.XmlElement('p')]);
  doc.getMap('nodes').set('bytes', new Uint8Array(20));
  doc.getMap('nodes').set('sub', new Y.Doc());
  frames.push(syncFrame(SYNC_STEP.step1, Y.encodeStateVector(doc)));
  frames.push(syncFrame(SYNC_STEP.step2, Y.encodeStateAsUpdate(doc)));
  const client = {
    states: new Map([[doc.clientID, { name: 'evil' }]]),
    meta: new Map([[doc.clientID, { clock: 3 }]]),
  };
  const awareness = encodeAwarenessUpdate(client as never, [doc.clientID]);
  frames.push(new Uint8Array([MESSAGE.awareness, awareness.length, ...awareness]));
  frames.push(new Uint8Array([MESSAGE.queryAwareness]));
  return frames;
}

function mutate(frame: Uint8Array, random: Random): Uint8Array {
  let bytes = [...frame];
  for (let count = 1 + random.int(4); count > 0; count--) {
    const at = random.int(bytes.length + 1);
    switch (random.int(6)) {
      case 0:
        bytes[at] = random.int(256);
        break;
      case 1:
        bytes = bytes.slice(0, at);
        break;
      case 2:
        bytes.splice(at, random.int(4));
        break;
      case 3:
        bytes.splice(
          at,
          0,
          ...Array.from({ length: 1 + random.int(5) }, () => random.pick([0, 1, 127, 128, 255])),
        );
        break;
      case 4:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8));
        break;
      default:
        bytes.push(...bytes.slice(at, at + random.int(50)));
    }
  }
  return Uint8Array.from(bytes);
}
