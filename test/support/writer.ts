import type { Random } from './random.js';
import { putNode } from './scene-edits.js';
import type { SyncClient } from './sync-client.js';

/** Writes keys of its own at an interval, and knows which of them were acknowledged. */
export class Writer {
  readonly client: SyncClient;
  readonly #name: string;
  readonly #keyOfFrame = new Map<number, string>();
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  constructor(name: string, client: SyncClient) {
    this.#name = name;
    this.client = client;
  }

  /** How many keys it has written. */
  get count(): number {
    return this.#count;
  }

  start(random: Random, intervalMs = 20): void {
    this.#timer = setInterval(() => {
      if (!this.client.isOpen) return;
      const key = `${this.#name}-${this.#count++}`;
      putNode(this.client.doc, key, 'x'.repeat(10 + random.int(60)));
      this.#keyOfFrame.set(this.client.documentFrames, key);
    }, intervalMs);
  }

  /** The key that was written last. */
  get lastKey(): string {
    return `${this.#name}-${this.#count - 1}`;
  }

  pause(): void {
    clearInterval(this.#timer);
  }

  /** Keys of frames that the server says are stored. */
  acknowledged(): string[] {
    return [...this.#keyOfFrame].filter(([frame]) => frame <= this.client.saved).map(([, key]) => key);
  }
}
