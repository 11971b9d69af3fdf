import { DioramaError } from '@diorama/shared';
import type { Logger } from '../../observability/logger.js';
import { InspectorChild, type InspectorBounds } from './inspector-child.js';
import type { Inspector, InspectorRequest, JobInput, JobKind, JobOutput } from './jobs.js';

export interface InspectorPoolOptions extends Partial<InspectorBounds> {
  readonly logger: Logger;
  /** Processes at most; they start when there is work. Default 2. */
  readonly size?: number;
  /** An idle process ends after this, and gives back what native decoders keep. Default 60,000. */
  readonly idleMs?: number;
  /** A process ends after this many jobs. Default 200. */
  readonly jobsPerProcess?: number;
  /** Another program that speaks the protocol, for tests. */
  readonly entry?: string;
}

export const INSPECTOR_BOUNDS: InspectorBounds = Object.freeze({
  timeoutMs: 120_000,
  memoryBytes: 3 * 2 ** 30,
  heapBytes: 2 ** 30,
});

interface Waiting {
  readonly start: (slot: Slot) => void;
  readonly refuse: (error: Error) => void;
}

class Slot {
  child: InspectorChild | undefined;
  jobs = 0;
  idle: NodeJS.Timeout | undefined;
}

/**
 * Inspector processes, and the queue in front of them.
 *
 * A file that crashes, hangs or outgrows its process fails alone: the process is killed and the next job gets a new one.
 */
export class InspectorPool implements Inspector {
  readonly #options: InspectorPoolOptions;
  readonly #free: Slot[];
  readonly #all: readonly Slot[];
  readonly #queue: Waiting[] = [];
  #nextId = 1;
  #closed = false;

  constructor(options: InspectorPoolOptions) {
    this.#options = options;
    this.#all = Array.from({ length: options.size ?? 2 }, () => new Slot());
    this.#free = [...this.#all];
  }

  async run<K extends JobKind>(kind: K, input: JobInput<K>): Promise<JobOutput<K>> {
    const slot = await this.#takeSlot();
    try {
      const child = this.#childOf(slot);
      const request = { id: this.#nextId++, kind, input } as InspectorRequest;
      return (await child.perform(request)) as JobOutput<K>;
    } finally {
      await this.#giveBack(slot);
    }
  }

  /** The processes that run now. */
  pids(): number[] {
    return this.#all.flatMap(({ child }) => (child?.usable && child.pid !== undefined ? [child.pid] : []));
  }

  /** Ends all processes. Jobs that run or wait fail with `draining`. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue.splice(0)) waiting.refuse(new DioramaError('draining'));
    for (const slot of this.#all) clearTimeout(slot.idle);
    await Promise.all(this.#all.flatMap(({ child }) => (child === undefined ? [] : [child.close()])));
  }

  #takeSlot(): Promise<Slot> {
    if (this.#closed) return Promise.reject(new DioramaError('draining'));
    const slot = this.#free.pop();
    if (slot !== undefined) return Promise.resolve(slot);
    return new Promise((start, refuse) => this.#queue.push({ start, refuse }));
  }

  #childOf(slot: Slot): InspectorChild {
    clearTimeout(slot.idle);
    if (this.#closed) throw new DioramaError('draining');
    if (slot.child?.usable) return slot.child;
    slot.jobs = 0;
    slot.child = new InspectorChild({
      ...INSPECTOR_BOUNDS,
      ...this.#options,
      onTrouble: (trouble) => this.#options.logger.warn(trouble, 'asset inspector'),
    });
    return slot.child;
  }

  async #giveBack(slot: Slot): Promise<void> {
    slot.jobs++;
    if (slot.jobs >= (this.#options.jobsPerProcess ?? 200)) await slot.child?.close();
    const next = this.#queue.shift();
    if (next !== undefined) {
      next.start(slot);
      return;
    }
    slot.idle = setTimeout(() => slot.child?.kill(), this.#options.idleMs ?? 60_000);
    slot.idle.unref();
    this.#free.push(slot);
  }
}
