import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../processes/compiled-entry.js';
import type { CompactionReply, CompactionTask } from './compaction-worker.js';

interface Waiting {
  readonly resolve: (snapshot: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** The thread that makes snapshots. It starts with the first task, and again should it have died. */
export class CompactionThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;

  /** The snapshot, as it is stored, of what these updates (V1) make together. */
  run(updates: readonly Uint8Array[]): Promise<Uint8Array> {
    const id = ++this.#lastId;
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, updates } satisfies CompactionTask);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(compiledEntry(import.meta.url, './compaction-worker.js'));
    worker.unref();
    worker.on('message', (reply: CompactionReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.ok) waiting?.resolve(reply.snapshot);
      else waiting?.reject(new Error(reply.message));
    });
    worker.on('error', (error) => this.#stopped(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => this.#stopped(new Error('The compaction thread has ended')));
    return worker;
  }

  #stopped(error: Error): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
