import { Diorama } from '@diorama/client-sdk/node';
import type { LivePose } from '@diorama/shared';
import * as Y from 'yjs';
import { Client } from '../client.js';
import { allSynced, documentOf } from '../crowd.js';
import { Tally } from '../tally.js';
import { createRoom, type Target } from '../target.js';
import { delay } from '../wait.js';

/** A write that waits for this many others gives the server a turn. */
const BURST = 200;

/** What a document grows by when two keys of a node are written in turn. */
export async function growth(params: { target: Target; writes: number }) {
  const { target, writes } = params;
  const room = await createRoom(target, 'growth');
  const client = new Client({ target, room, tally: new Tally(), writers: [0, 0] });
  await client.synced;
  const doc = new Y.Doc();
  doc.on('update', (update: Uint8Array) => client.sendUpdate(update));
  const node = new Y.Map<unknown>();
  doc.transact(() => {
    doc.getMap('nodes').set('node', node);
    node.set('kind', 'group');
  });
  const before = Y.encodeStateAsUpdate(doc).length;
  for (let at = 0; at < writes; at++) {
    if (at % 2 === 0) node.set('name', `n${at}`);
    else node.set('visible', at % 4 === 1);
    if (at % BURST === 0) await delay(2);
  }
  const wanted = Y.encodeStateVector(doc);
  const state = await servedState(target, room, wanted);
  client.socket.destroy();
  return { growthBytes: state.length - before };
}

/** What a client that joins now gets, once it holds everything. */
async function servedState(target: Target, room: string, vector: Uint8Array): Promise<Uint8Array> {
  const wanted = [...Y.decodeStateVector(vector)];
  for (let tries = 0; tries < 200; tries++) {
    const reader = new Client({ target, room, tally: new Tally(), writers: [0, 0], record: 'state' });
    await allSynced([reader]);
    reader.socket.close();
    const replica = documentOf(reader.updates);
    if (wanted.every(([id, clock]) => Y.getState(replica.store, id) >= clock))
      return Y.encodeStateAsUpdate(replica);
    await delay(200);
  }
  throw new Error('the server does not serve what was written');
}

/** What a document grows by when nodes are dragged through the SDK's live lane. */
export async function drag(params: { target: Target; nodes: number; ms: number; rate: number }) {
  const { target, nodes } = params;
  const diorama = new Diorama({ url: target.url, token: target.token });
  const scene = await diorama.scenes.create({ name: 'drag' });
  const session = diorama.connect(scene.scene_id);
  await session.synced;
  const ids = session.edit((doc) =>
    Array.from({ length: nodes }, () => doc.addNode({ kind: 'primitive', geometry: { type: 'box' } })),
  );
  await session.flushed();
  const watcher = diorama.connect(scene.scene_id);
  await watcher.synced;
  let seen = 0;
  watcher.on('presence', () => seen++);
  const before = Y.encodeStateAsUpdate(watcher.doc).length;
  session.live.begin(ids);
  const until = performance.now() + params.ms;
  for (let step = 0; performance.now() < until; step++) {
    const poses: Record<string, LivePose> = {};
    for (const [at, id] of ids.entries())
      poses[id] = { translation: [step / 60, at, Math.sin(step)], rotation: [0, 0, 0, 1], scale: [1, 1, 1] };
    session.live.move(poses);
    await delay(1000 / params.rate);
  }
  session.live.commit();
  await session.flushed();
  const shown = session.scene.node(ids[0] as string)?.pose.translation[0];
  for (let tries = 0; tries < 100; tries++) {
    if (watcher.scene.node(ids[0] as string)?.pose.translation[0] === shown) break;
    await delay(50);
  }
  const growthBytes = Y.encodeStateAsUpdate(watcher.doc).length - before;
  session.close();
  watcher.close();
  return { growthBytes, seen };
}
