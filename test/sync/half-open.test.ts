import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { startRealtimeOnPglite, type TestRealtimeOnPglite } from '../support/realtime.js';
import { putNode } from '../support/scene-edits.js';
import type { SyncClient } from '../support/sync-client.js';
import { issueToken } from '../support/tokens.js';

/** The socket of a client, to write what no WebSocket would. */
const below = (client: SyncClient): Socket =>
  (client.webSocket as unknown as { readonly _socket: Socket })._socket;

/** The beginning of a masked frame: FIN or not, an opcode, and how long it is going to be. */
function header(first: number, length: number): Buffer {
  const bytes = Buffer.alloc(14);
  bytes[0] = first;
  bytes[1] = 0x80 | 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}

const BINARY = 0x82;
const BINARY_TO_BE_CONTINUED = 0x02;

describe('connections that stand half open', () => {
  let server: TestRealtimeOnPglite;

  beforeAll(async () => {
    server = await startRealtimeOnPglite({ stallCheckIntervalMs: 50 });
  });
  afterAll(() => server.stop());

  it('SYNC-44: a frame that begins and does not go on arriving is cut, and its presence goes with it', async () => {
    const sceneId = await server.createScene();
    const witness = await server.open(sceneId, { claims: { sub: 'bob' } });
    const stuck = await server.open(sceneId);
    stuck.setPresence({ user: { name: 'Stuck', color: 'black' } });
    await witness.until(() => witness.awareness.getStates().has(stuck.doc.clientID));
    below(stuck).write(Buffer.concat([header(BINARY, 1_000_000), Buffer.alloc(5_000)]));
    expect(await stuck.closed).toMatchObject({ code: 1006 });
    await witness.until(() => !witness.awareness.getStates().has(stuck.doc.clientID));
  });

  it('SYNC-44: a message whose last fragment does not come is cut, also where its sender answers pings', async () => {
    const stuck = await server.open(await server.createScene());
    below(stuck).write(Buffer.concat([header(BINARY_TO_BE_CONTINUED, 3), Buffer.alloc(3)]));
    const lively = setInterval(() => stuck.webSocket.ping(), 20);
    expect(await stuck.closed).toMatchObject({ code: 1006 });
    clearInterval(lively);
  });

  it('SYNC-45: a client that says good-bye and keeps its end open has left', async () => {
    const sceneId = await server.createScene();
    const witness = await server.open(sceneId, { claims: { sub: 'bob' } });
    const token = await issueToken();
    const socket = connect({
      port: Number(new URL(server.url).port),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    socket.on('error', () => undefined);
    socket.write(
      [
        `GET /v1/sync/${sceneId}?token=${token} HTTP/1.1`,
        'Host: localhost',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        '\r\n',
      ].join('\r\n'),
    );
    const state = JSON.stringify({ user: { name: 'Ghost', color: 'white' } });
    const presence = Buffer.concat([Buffer.from([1, 77, 1, state.length]), Buffer.from(state)]);
    const message = Buffer.concat([Buffer.from([1, presence.length]), presence]);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write(Buffer.concat([header(BINARY, message.length), message]));
    await witness.until(() => witness.awareness.getStates().has(77));
    socket.resume();
    socket.write(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
    await witness.until(() => !witness.awareness.getStates().has(77));
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  it('SYNC-46: who asks and asks and reads nothing costs little memory, and others do not notice', async () => {
    const sceneId = await server.createScene();
    const author = await server.open(sceneId);
    putNode(author.doc, 'large', 'x'.repeat(3_000_000));
    await author.allSaved();
    const greedy = await server.open(sceneId);
    const questions: Buffer[] = [];
    // State vectors of a client of whom nobody knows, which an answer cannot be made ready for; presence; pings.
    const vector = Y.encodeStateVectorFromUpdate(Y.encodeStateAsUpdate(new Y.Doc()));
    const unknown = Buffer.from([1, 99, 1]);
    for (let at = 0; at < 2_000; at++) {
      for (const message of [
        Buffer.from([0, 0, 3, ...unknown]),
        Buffer.from([0, 0, 1, ...vector]),
        Buffer.from([3]),
      ])
        questions.push(Buffer.concat([header(BINARY, message.length), message]));
      questions.push(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
    }
    greedy.webSocket.pause();
    const before = process.memoryUsage().arrayBuffers;
    below(greedy).write(Buffer.concat(questions));
    putNode(author.doc, 'small', 1);
    await author.allSaved();
    for (let at = 0; at < 5; at++) {
      putNode(author.doc, 'small', at);
      await author.allSaved();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40_000_000);
    greedy.webSocket.resume();
    await greedy.until(() => greedy.doc.getMap('nodes').has('small'));
    expect(greedy.isOpen).toBe(true);
  });
});
