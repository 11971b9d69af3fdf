import * as Y from 'yjs';
import { median } from '../../report/statistics.js';
import { Client } from '../client.js';
import { allSynced, documentOf, gather } from '../crowd.js';
import type { JobIo } from '../job.js';
import { PoseWrites } from '../pose-writes.js';
import { largeScene } from '../scene-10k.js';
import { Tally } from '../tally.js';
import { createRoom, type Target } from '../target.js';
import { delay, holdsWithin } from '../wait.js';
import { milliseconds } from './steady.js';

const SEED_TIMEOUT_MS = 60_000;
/** Writers of the large room have indices above those of the busy one. */
const WRITER = 500;

/** Makes a room with a large scene in it; resolves when another client would get all of it. */
export async function seed(params: { target: Target; nodes: number; name?: string }) {
  const { target, nodes } = params;
  const room = await createRoom(target, params.name ?? `large-${nodes}`);
  const client = new Client({
    target,
    room,
    tally: new Tally(),
    writers: [WRITER, 1],
    writes: new PoseWrites(WRITER),
    writerIndex: WRITER,
  });
  await client.synced;
  const scene = largeScene(nodes);
  client.sendUpdate(scene);
  client.sendUpdate(new PoseWrites(WRITER).setup);
  await holdsWithin(SEED_TIMEOUT_MS, () => !target.isDiorama || client.isSaved);
  if (target.isDiorama && !client.isSaved) throw new Error(`the scene was not saved: ${client.lastRefusal}`);
  await untilServed(target, room, scene.length);
  return { room, client, bytes: scene.length };
}

async function untilServed(target: Target, room: string, bytes: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const reader = new Client({ target, room, tally: new Tally(), writers: [0, 0] });
    await allSynced([reader]);
    reader.socket.close();
    // Encoded again, it may be a little smaller.
    if (reader.stateBytes > bytes * 0.9) return;
    await delay(200);
  }
  throw new Error('the scene never became visible');
}

export interface JoinParams {
  readonly target: Target;
  readonly nodes: number;
  readonly joins: number;
  readonly repeats: number;
  /** The room beside it. */
  readonly clients: number;
  readonly writers: number;
  readonly rate: number;
}

/** Many join a large scene at once, beside a room that is busy. */
export async function join(params: JoinParams, io: JobIo) {
  const { target, joins } = params;
  const large = await seed(params);
  const crowd = await gather(params);
  crowd.load.start(params.rate);
  await delay(2_000);
  const took: number[] = [];
  const beside: number[] = [];
  const loads: number[] = [];
  let last: Client | undefined;
  await io.measuring(true);
  for (let time = 0; time < params.repeats; time++) {
    // A new version, so that what the server kept of the last round does not help it.
    large.client.socket.sendFrames([large.client.frameOfNextWrite()]);
    await delay(1_500);
    crowd.tally.restart();
    const since = performance.now();
    const own = process.cpuUsage();
    const joiners = Array.from(
      { length: joins },
      (_, at) =>
        new Client({
          target,
          room: large.room,
          tally: new Tally(),
          writers: [WRITER, 1],
          ...(at === 0 ? { record: 'state' } : {}),
        }),
    );
    await allSynced(joiners);
    took.push(performance.now() - since);
    const { user, system } = process.cpuUsage(own);
    loads.push((user + system) / 1000 / (performance.now() - since));
    // Writes of this time that are still on their way count as well.
    await delay(300);
    crowd.tally.isTiming = false;
    beside.push(milliseconds(crowd.tally.latency, 0.99));
    last = joiners[0];
    for (const { socket } of joiners) socket.destroy();
    await delay(500);
  }
  await io.measuring(false);
  const doc = documentOf(last?.updates ?? []);
  const reconnectBytes = await reconnect(target, large.room, doc);
  const converged = Number(doc.getMap('nodes').size === params.nodes + 1);
  crowd.close();
  large.client.socket.destroy();
  return {
    joinMs: median(took),
    worstJoinMs: Math.max(...took),
    besideP99: median(beside),
    loadCpu: median(loads) * 100,
    reconnectBytes,
    stateBytes: last?.stateBytes ?? 0,
    converged,
  };
}

/** The bytes that a client moves in both directions which comes back and has missed nothing. */
async function reconnect(target: Target, room: string, doc: Y.Doc): Promise<number> {
  const client = new Client({
    target,
    room,
    tally: new Tally(),
    writers: [WRITER, 1],
    stateVector: Y.encodeStateVector(doc),
  });
  await allSynced([client]);
  await delay(500);
  const moved = client.socket.bytesReceived + client.socket.bytesSent;
  client.socket.destroy();
  return moved;
}

/** Makes a large scene, waits until it is stored and leaves it. */
export async function seedAndLeave(params: { target: Target; nodes: number; storeMs: number }) {
  const { client, room, bytes } = await seed(params);
  await delay(params.storeMs);
  client.socket.close();
  await delay(500);
  return { room, bytes };
}

/** The first client of a scene that nobody has open. */
export async function open(params: { target: Target; room: string; nodes: number }) {
  const since = performance.now();
  const client = new Client({ ...params, tally: new Tally(), writers: [0, 0], record: 'state' });
  await allSynced([client]);
  const syncedMs = performance.now() - since;
  const doc = documentOf(client.updates);
  client.socket.destroy();
  return {
    syncedMs,
    firstByteMs: client.socket.firstBulkAt - since,
    complete: Number(doc.getMap('nodes').size === params.nodes + 1),
  };
}
