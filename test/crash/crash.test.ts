import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../support/random.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { SyncClient } from '../support/sync-client.js';

const ROUNDS = 20;
const WRITERS = 6;
const WRITE_INTERVAL_MS = 15;

/** A kill comes after an observer has seen so many of them. */
const ENOUGH_WRITES = 50;

/** What another client has seen for this long must survive. */
const SEEN_MS = 100;

const SEED = Number(process.env.CRASH_SEED ?? 20_260_101);

/** A writer's own keys in the order of its document frames, so that an acknowledgement tells which keys it covers. */
class Writer {
  readonly client: SyncClient;
  readonly #name: string;
  readonly #keyOfFrame = new Map<number, string>();
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  constructor(name: string, client: SyncClient) {
    this.#name = name;
    this.client = client;
  }

  start(random: Random): void {
    this.#timer = setInterval(() => {
      const key = `${this.#name}-${this.#count++}`;
      // Small edits and large ones, so that a kill may hit a row that spans pages.
      this.client.doc.getMap('nodes').set(key, 'x'.repeat(random.int(20) === 0 ? 30_000 : 40));
      this.#keyOfFrame.set(this.client.documentFrames, key);
    }, WRITE_INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.client.drop();
  }

  acknowledged(): string[] {
    return [...this.#keyOfFrame].filter(([frame]) => frame <= this.client.saved).map(([, key]) => key);
  }
}

describe('kill -9 under load', () => {
  let dataDir: string;
  let sceneId = '';
  const promised = new Set<string>();

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'diorama-crash-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  const start = (): Promise<ServerProcess> =>
    startServer({
      dataDir,
      // Compacted about twice a second, so that kills hit compactions as well.
      env: { DEMO: 'false', RENDER_WORKERS: '0', LOG_LEVEL: 'warn', LOG_COMPACT_ROWS: '40' },
    });

  const open = async (server: ServerProcess): Promise<SyncClient> => {
    const client = new SyncClient({ url: server.url, sceneId, token: server.token });
    await Promise.race([
      client.synced,
      client.closed.then(({ code, reason }) => {
        throw new Error(`closed with ${code} ${reason}\n${server.logs()}`);
      }),
    ]);
    return client;
  };

  /** Opens the scene as the restarted server has it, and returns which of the promised keys it lacks. */
  const missing = async (server: ServerProcess): Promise<string[]> => {
    const reader = await open(server);
    const nodes = reader.doc.getMap('nodes');
    const lost = [...promised].filter((key) => !nodes.has(key));
    await reader.close();
    return lost;
  };

  /** Lets writers write and kills the server at a random moment. Returns how many keys it promised. */
  const killUnderLoad = async (server: ServerProcess, round: number, random: Random): Promise<number> => {
    const seenAt = new Map<string, number>();
    const observer = await open(server);
    observer.doc.getMap('nodes').observe((event) => {
      for (const key of event.keys.keys()) seenAt.set(key, performance.now());
    });
    const writers = await Promise.all(
      Array.from({ length: WRITERS }, async (_, at) => new Writer(`${round}-${at}`, await open(server))),
    );
    for (const writer of writers) writer.start(random);
    // First enough to prove something, however slow the machine is; then a random moment, which is the point of the test.
    await observer.until(() => seenAt.size >= ENOUGH_WRITES);
    await delay(random.int(700));
    const killedAt = performance.now();
    await server.kill('SIGKILL');
    for (const writer of writers) writer.stop();
    observer.drop();
    const seen = [...seenAt].filter(([, at]) => at <= killedAt - SEEN_MS).map(([key]) => key);
    const acknowledged = writers.flatMap((writer) => writer.acknowledged());
    for (const key of [...seen, ...acknowledged]) promised.add(key);
    return new Set([...seen, ...acknowledged]).size;
  };

  it(
    `LOG-10: over ${ROUNDS} kills, nothing that was acknowledged or seen for ${SEEN_MS} ms is lost`,
    { timeout: 480_000 },
    async () => {
      const random = seededRandom(SEED);
      let server = await start();
      const created = await fetch(`${server.url}/v1/scenes`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        body: '{}',
      });
      sceneId = ((await created.json()) as { scene_id: string }).scene_id;
      for (let round = 1; round <= ROUNDS; round++) {
        const promises = await killUnderLoad(server, round, random);
        expect(promises, `round ${round} wrote too little to prove anything`).toBeGreaterThan(
          ENOUGH_WRITES / 2,
        );
        server = await start();
        expect(await missing(server), `lost after kill ${round} with CRASH_SEED=${SEED}`).toEqual([]);
      }
      const exit = await server.stop();
      expect(exit).toEqual({ code: 0, signal: null });
    },
  );
});
