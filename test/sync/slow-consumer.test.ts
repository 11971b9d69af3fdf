import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_LOG_METRICS } from '../../server/src/log/log-metrics.js';
import { NO_REALTIME_METRICS } from '../../server/src/rooms/realtime-metrics.js';
import { startMigratedPglite, type TestPglite } from '../support/pglite.js';
import type * as Y from 'yjs';
import { startRealtime, type TestRealtime } from '../support/realtime.js';
import { putNode } from '../support/scene-edits.js';
import type { SyncClient } from '../support/sync-client.js';

const CHUNK = 'x'.repeat(100_000);

const writeBig = (doc: Y.Doc, text: string): void => {
  if (!doc.getMap('nodes').has('big')) putNode(doc, 'big');
  (doc.getMap('nodes').get('big') as Y.Map<unknown>).set('extras', { text });
};

const bigOf = (doc: Y.Doc): string => {
  const big = doc.getMap('nodes').get('big') as Y.Map<{ text: string }> | undefined;
  return big?.get('extras')?.text ?? '';
};

/** More than the kernel's buffers of a loopback connection take. */
const CHUNKS = 120;

/** A writer, a reader, and one that does not read. */
async function three(server: TestRealtime): Promise<[SyncClient, SyncClient, SyncClient]> {
  const sceneId = await server.createScene();
  const clients = [
    await server.open(sceneId),
    await server.open(sceneId),
    await server.open(sceneId),
  ] as const;
  clients[2].webSocket.pause();
  return [...clients];
}

describe('slow consumers', () => {
  let pglite: TestPglite;

  beforeAll(async () => {
    pglite = await startMigratedPglite();
  });
  afterAll(() => pglite.stop());

  it('SYNC-22: one that stops reading costs little memory, holds up nobody and converges when it reads again', async () => {
    const server = await startRealtime(pglite.database, {
      limits: { softUnsentBytes: 200_000 },
    });
    const [writer, reader, sleeper] = await three(server);
    for (let at = 0; at < CHUNKS; at++) {
      // One key over and over: what the sleeper needs in the end is small, what it missed is not.
      writeBig(writer.doc, `${at} ${CHUNK}`);
      await reader.until(() => bigOf(reader.doc).startsWith(`${at} `));
    }
    let received = 0;
    sleeper.webSocket.on('message', (data: Buffer) => (received += data.byteLength));
    sleeper.webSocket.resume();
    await sleeper.until(() => bigOf(sleeper.doc).startsWith(`${CHUNKS - 1} `));
    expect(received).toBeLessThan(CHUNKS * CHUNK.length * 0.9);
    putNode(writer.doc, 'after');
    await sleeper.until(() => sleeper.doc.getMap('nodes').has('after'));
    await server.stop();
  });

  it('SYNC-41: one whose network holds seconds of what it was sent gets no more until that has arrived, then one update', async () => {
    let lagged = false;
    const metrics = { ...NO_REALTIME_METRICS, ...NO_LOG_METRICS, lagged: () => (lagged = true) };
    const server = await startRealtime(pglite.database, { metrics, limits: { mostLateMs: 200 } });
    const [writer, reader, sleeper] = await three(server);
    const write = async (text: string): Promise<void> => {
      writeBig(writer.doc, text);
      await reader.until(() => bigOf(reader.doc) === text);
    };
    // Less than the network's buffers take: nothing of it waits in the server.
    for (let at = 0; at < 4; at++) await write(`${at} ${CHUNK}`);
    let writes = 0;
    while (!lagged) await write(`${writes++}`);
    for (let at = 0; at < 50; at++) await write(`late ${writes++}`);
    await writer.allSaved();
    let updates = 0;
    sleeper.doc.on('update', () => updates++);
    sleeper.webSocket.resume();
    await sleeper.until(() => bigOf(sleeper.doc) === `late ${writes - 1}`);
    // Of the fifty that it missed there were no updates.
    expect(updates).toBeLessThan(4 + writes - 40);
    await write('after');
    await sleeper.until(() => bigOf(sleeper.doc) === 'after');
    await server.stop();
  });

  it('SYNC-23: one above the hard mark is closed with 1013', async () => {
    const server = await startRealtime(pglite.database, {
      limits: { softUnsentBytes: 100_000_000, hardUnsentBytes: 1_000_000, mostLateMs: Infinity },
    });
    const [writer, reader, sleeper] = await three(server);
    for (let at = 0; at < CHUNKS; at++) {
      writeBig(writer.doc, `${at} ${CHUNK}`);
      // Many at once: one that is slow for seconds is spared what would bring it above the mark (SYNC-41).
      if (at % 10 === 9) await reader.until(() => bigOf(reader.doc).startsWith(`${at} `));
    }
    sleeper.webSocket.resume();
    expect(await sleeper.closed).toEqual({ code: 1013, reason: 'slow_consumer' });
    expect(reader.isOpen).toBe(true);
    await server.stop();
  });
});
