import express, { type RequestHandler } from 'express';
import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHttpServer, listen } from './listen.js';
import { requestId } from './request-id.js';
import { stalledBodies } from './stalled-bodies.js';

const IDLE_MS = 60_000;

describe('a request of which not all has come', () => {
  let server: Server;
  let client: Socket;
  /** What becomes of bodies in the handler: `waits`, `read` with a piece, `broken` with the error. */
  let handler: EventEmitter;

  const reads: RequestHandler = (req, res) => {
    req.on('data', (piece: Buffer) => handler.emit('read', String(piece)));
    req.on('end', () => res.send('thanks'));
    req.on('error', (error) => handler.emit('broken', error));
  };

  async function serve(handle: RequestHandler, headersMs?: number): Promise<void> {
    const app = express().use(requestId, stalledBodies(IDLE_MS), handle);
    server = createHttpServer(app, headersMs === undefined ? {} : { headersMs });
    const port = await listen(server, '127.0.0.1', 0);
    client = createConnection({ port, host: '127.0.0.1' });
    await once(client, 'connect');
  }

  const begin = (length: number): boolean =>
    client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);

  beforeEach(() => {
    handler = new EventEmitter();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('REST-16: it may take any time while something comes, and is ended with request_stalled when nothing does', async () => {
    await serve(reads);
    begin(100);
    for (let sent = 1; sent <= 20; sent++) {
      const read = once(handler, 'read');
      client.write('x');
      expect(await read).toEqual(['x']);
      vi.advanceTimersByTime(IDLE_MS - 1);
    }
    const broken = once(handler, 'broken');
    vi.advanceTimersByTime(IDLE_MS);
    const answer = await text(client);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toMatch(/application\/problem\+json[^]*"code":"request_stalled"/);
    expect(await broken).toMatchObject([{ code: 'request_stalled' }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([3, 4 << 20])(
    'REST-16: a body of %i bytes may wait for the server as long as it does not read',
    async (length) => {
      let answer = (): void => undefined;
      await serve((req, res, next) => {
        answer = () => reads(req, res, next);
        // What has come of a short one is here, of a long one there is more than is kept.
        req.once('readable', () => handler.emit('waits'));
      });
      const waits = once(handler, 'waits');
      begin(length);
      client.write('x'.repeat(length));
      await waits;
      vi.advanceTimersByTime(10 * IDLE_MS);
      const answered = once(client, 'data');
      answer();
      expect(String((await answered)[0])).toMatch(/^HTTP\/1.1 200 /);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('REST-16: one that has been answered before its body came is cut', async () => {
    await serve((_req, res) => void res.status(401).send('no'));
    begin(100);
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1.1 401 /);
    vi.advanceTimersByTime(2 * IDLE_MS);
    client.resume();
    await once(client, 'close');
  });

  it('REST-16: so is one whose body goes on coming behind the answer', async () => {
    await serve((req, res) => {
      res.status(401).send('no');
      req.on('data', () => handler.emit('read'));
    });
    begin(100);
    await once(client, 'data');
    // Cut with something on its way, it may be told by an error.
    client.on('error', () => undefined).resume();
    const closed = new Promise((resolve) => client.once('close', resolve));
    for (let looks = 1; looks <= 4; looks++) {
      const read = once(handler, 'read');
      client.write('x');
      await read;
      vi.advanceTimersByTime(IDLE_MS / 4);
    }
    await closed;
  });

  it('REST-16: headers that do not come to an end are cut', async () => {
    vi.useRealTimers();
    await serve(reads, 50);
    client.write('POST / HTTP/1.1\r\nHost: x\r\n');
    expect(await text(client)).toMatch(/^HTTP\/1.1 408 /);
    expect(server.requestTimeout).toBe(0);
  });
});
