import * as Y from 'yjs';
import type { Random } from '../random.js';
import { message, putNode } from '../scene-edits.js';
import { SyncClient } from '../sync-client.js';

const NODES = 40;

/** Somebody who works on a scene while others attack it. */
export class HonestClient {
  readonly client: SyncClient;
  readonly #name: string;
  readonly #random: Random;
  #timer: NodeJS.Timeout | undefined;
  #edits = 0;
  /** Milliseconds from each edit to its acknowledgement. */
  readonly latencies: number[] = [];
  #pending: { frame: number; at: number }[] = [];

  private constructor(name: string, client: SyncClient, random: Random) {
    this.#name = name;
    this.client = client;
    this.#random = random;
    client.webSocket.on('message', () => this.#acknowledged());
  }

  static async open(
    options: { url: string; token: string; sceneId: string },
    name: string,
    random: Random,
  ): Promise<HonestClient> {
    const client = new SyncClient(options);
    await client.synced;
    client.setPresence({ user: { name, color: '#336699' } });
    return new HonestClient(name, client, random);
  }

  get edits(): number {
    return this.#edits;
  }

  start(everyMs: number): void {
    this.#timer = setInterval(() => this.#edit(), everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.client.allSaved();
  }

  #edit(): void {
    const { doc } = this.client;
    const random = this.#random;
    const id = `${this.#name}-${random.int(NODES)}`;
    const node = doc.getMap('nodes').get(id);
    const at = this.#edits++;
    if (!(node instanceof Y.Map)) putNode(doc, id, at);
    else if (random.int(20) === 0) doc.getMap('nodes').delete(id);
    else if (random.int(10) === 0)
      doc
        .getMap('comments')
        .set(
          `${this.#name}-${random.int(5)}`,
          new Y.Map<unknown>([
            ['messages', Y.Array.from([message(`${at}`, this.client.welcome?.name ?? '')])],
          ]),
        );
    else node.set('value', at);
    this.#pending.push({ frame: this.client.documentFrames, at: performance.now() });
  }

  #acknowledged(): void {
    const now = performance.now();
    this.#pending = this.#pending.filter(({ frame, at }) => {
      if (frame > this.client.saved) return true;
      this.latencies.push(now - at);
      return false;
    });
  }
}
