import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../processes/compiled-entry.js';
import type { VersionTaskName, VersionTasks } from './version-tasks.js';
import type { VersionReply, VersionTask } from './version-worker.js';

interface Waiting {
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
}

/** The thread that decodes, compares and encodes versions. It starts with the first task, and again should it have died. */
export class VersionThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;

  run<K extends VersionTaskName>(
    name: K,
    input: VersionTasks[K]['input'],
  ): Promise<VersionTasks[K]['output']> {
    const id = ++this.#lastId;
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, name, input } satisfies VersionTask);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(compiledEntry(import.meta.url, './version-worker.js'), {
      // Not those of whoever started us: a test runner's would let it look for our sources.
      execArgv: [],
    });
    worker.unref();
    worker.on('message', (reply: VersionReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.ok) waiting?.resolve(reply.output as never);
      else waiting?.reject(new Error(reply.message));
    });
    worker.on('error', (error) =>
      this.#stopped(worker, error instanceof Error ? error : new Error(String(error))),
    );
    worker.on('exit', () => this.#stopped(worker, new Error('The thread of versions has ended')));
    return worker;
  }

  #stopped(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
