import { putNode } from './scene-edits.js';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from './random.js';
import type { ServerProcess } from './server-process.js';
import { SyncClient } from './sync-client.js';

const WRITERS = 6;
const WRITE_INTERVAL_MS = 15;

/** A kill comes after an observer has seen so many writes. */
const ENOUGH_WRITES = 50;

/** At most so long after that. */
const KILL_WITHIN_MS = 700;

/** What another client has seen for this long must survive. */
export const SEEN_MS = 100;

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
      putNode(this.client.doc, key, 'x'.repeat(random.int(20) === 0 ? 30_000 : 40));
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

export interface KillRound {
  /** How many writes the server had promised to keep when it was killed: acknowledged, or seen for long enough. */
  readonly promised: number;
  readonly acknowledged: number;
  /** Which of all promises, of this round and those before, the restarted server does not keep. */
  readonly lost: readonly string[];
  /** Those of them that it had acknowledged. */
  readonly lostAcknowledged: readonly string[];
}

export interface KillRoundsOptions {
  /** Starts the server on its data, the first time and after each kill. */
  readonly start: () => Promise<ServerProcess>;
  readonly random: Random;
}

/** Kills a server under load again and again, and looks each time whether it has kept all its promises. */
export class KillRounds {
  readonly #options: KillRoundsOptions;
  readonly #promised = new Set<string>();
  readonly #acknowledged = new Set<string>();
  #server: ServerProcess | undefined;
  #sceneId = '';
  #round = 0;

  constructor(options: KillRoundsOptions) {
    this.#options = options;
  }

  /** Lets writers write, kills the server at a random moment, starts it again and reads what it has. */
  async next(): Promise<KillRound> {
    const server = this.#server ?? (await this.#first());
    this.#round++;
    const round = await this.#killUnderLoad(server);
    const restarted = await this.#options.start();
    this.#server = restarted;
    const lost = await this.#missing(restarted);
    return { ...round, lost, lostAcknowledged: lost.filter((key) => this.#acknowledged.has(key)) };
  }

  /** Ends the server as a supervisor would. */
  async stop(): ReturnType<ServerProcess['stop']> {
    if (this.#server === undefined) throw new Error('no server was started');
    return this.#server.stop();
  }

  async #first(): Promise<ServerProcess> {
    const server = await this.#options.start();
    const created = await fetch(`${server.url}/v1/scenes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    this.#sceneId = ((await created.json()) as { scene_id: string }).scene_id;
    this.#server = server;
    return server;
  }

  async #open(server: ServerProcess): Promise<SyncClient> {
    const client = new SyncClient({ url: server.url, sceneId: this.#sceneId, token: server.token });
    await Promise.race([
      client.synced,
      client.closed.then(({ code, reason }) => {
        throw new Error(`closed with ${code} ${reason}\n${server.logs()}`);
      }),
    ]);
    return client;
  }

  async #missing(server: ServerProcess): Promise<string[]> {
    const reader = await this.#open(server);
    const nodes = reader.doc.getMap('nodes');
    const lost = [...this.#promised].filter((key) => !nodes.has(key));
    await reader.close();
    return lost;
  }

  async #killUnderLoad(server: ServerProcess): Promise<Pick<KillRound, 'promised' | 'acknowledged'>> {
    const { random } = this.#options;
    const seenAt = new Map<string, number>();
    const observer = await this.#open(server);
    observer.doc.getMap('nodes').observe((event) => {
      for (const key of event.keys.keys()) seenAt.set(key, performance.now());
    });
    const writers = await Promise.all(
      Array.from(
        { length: WRITERS },
        async (_, at) => new Writer(`${this.#round}-${at}`, await this.#open(server)),
      ),
    );
    for (const writer of writers) writer.start(random);
    // First enough to prove something, however slow the machine is; then a random moment, which is the point of it.
    await observer.until(() => seenAt.size >= ENOUGH_WRITES);
    await delay(random.int(KILL_WITHIN_MS));
    const killedAt = performance.now();
    await server.kill('SIGKILL');
    for (const writer of writers) writer.stop();
    observer.drop();
    const seen = [...seenAt].filter(([, at]) => at <= killedAt - SEEN_MS).map(([key]) => key);
    const acknowledged = writers.flatMap((writer) => writer.acknowledged());
    const promised = new Set([...seen, ...acknowledged]);
    for (const key of promised) this.#promised.add(key);
    for (const key of acknowledged) this.#acknowledged.add(key);
    return { promised: promised.size, acknowledged: acknowledged.length };
  }
}

/** A round that promised less proves nothing. */
export const LEAST_PROMISES = ENOUGH_WRITES / 2;

/** Configuration of a server that is killed: compacted about twice a second, so that kills hit compactions as well. */
export const KILLED_SERVER_ENV = {
  DEMO: 'false',
  RENDER_WORKERS: '0',
  LOG_LEVEL: 'warn',
  LOG_COMPACT_ROWS: '40',
};
