import type { Worker } from 'node:worker_threads';
import { startThread } from './thread.js';

/** What a thread that runs `answerTasks` is sent, and what it answers. */
export interface NumberedTask<Task> {
  readonly id: number;
  readonly task: Task;
}

export type TaskReply<Output> =
  | { readonly id: number; readonly ok: true; readonly output: Output }
  | { readonly id: number; readonly ok: false; readonly message: string };

export interface TaskThreadOptions {
  /** File of the thread, which calls `answerTasks`. */
  readonly entry: string;
  /** What it is called in errors. */
  readonly name: string;
  /** A thread with nothing to do ends after so long. Default 10,000 ms. */
  readonly idleMs?: number;
}

interface Waiting<Output> {
  readonly resolve: (output: Output) => void;
  readonly reject: (error: Error) => void;
}

const IDLE_MS = 10_000;

/**
 * A thread for work now and then. It starts with the first task, and again should it have died.
 *
 * It ends when there has been nothing to do for a while: what a thread has once decoded it keeps as a heap that nobody collects, since a thread
 * collects when it works.
 */
export class TaskThread<Task, Output> {
  readonly #options: TaskThreadOptions;
  readonly #waiting = new Map<number, Waiting<Output>>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(options: TaskThreadOptions) {
    this.#options = options;
  }

  run(task: Task): Promise<Output> {
    clearTimeout(this.#idle);
    const id = ++this.#lastId;
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      // First, since what cannot be copied throws and is waited for by nobody.
      worker.postMessage({ id, task } satisfies NumberedTask<Task>);
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** What is under way is rejected. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#worker?.terminate();
  }

  #start(): Worker {
    // Not the flags of whoever started us: a test runner's would let it look for our sources.
    const worker = startThread(this.#options.entry, { execArgv: [] });
    worker.unref();
    worker.on('message', (reply: TaskReply<Output>) => this.#answered(worker, reply));
    worker.on('error', (error) =>
      this.#stopped(worker, error instanceof Error ? error : new Error(String(error))),
    );
    worker.on('exit', () =>
      this.#stopped(worker, new Error(`The thread of ${this.#options.name} has ended`)),
    );
    return worker;
  }

  #answered(worker: Worker, reply: TaskReply<Output>): void {
    // What one says that has failed already has been rejected.
    if (this.#worker !== worker) return;
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    this.#endWhenIdle();
    if (reply.ok) waiting?.resolve(reply.output);
    else waiting?.reject(new Error(reply.message));
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idle);
    if (this.#waiting.size > 0) return;
    this.#idle = setTimeout(() => this.#end(), this.#options.idleMs ?? IDLE_MS).unref();
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  #stopped(worker: Worker, error: Error): void {
    // Another one may have been started since.
    if (this.#worker !== worker) return;
    clearTimeout(this.#idle);
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
