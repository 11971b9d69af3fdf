import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's heap, as far as it takes part here. */
export interface CollectedHeap {
  /** Memory that is held for objects that live a moment. */
  readonly youngBytes: () => number;
  /** Collects what lives a moment: takes a few milliseconds, and gives back what is held for more of it where little is made. */
  readonly collectYoung: () => void;
  /** Collects everything: takes a millisecond and a half for each megabyte that stays. */
  readonly collectAll: () => void;
}

export interface MemoryAtRestOptions {
  /** Whether nobody has anything open: then little stays. */
  readonly isEmpty: () => boolean;
  readonly heap?: CollectedHeap;
  /** How busy the event loop has been since `before`, or since it began. */
  readonly loop?: (before?: EventLoopUtilization) => EventLoopUtilization;
}

const LOOK_EVERY_MS = 5_000;
/** The part of its time for which the event loop of a server at rest is busy at the most: timers, heartbeats, polls. */
const AT_REST = 0.03;
/** Less work than this leaves nothing that would be worth a pause. */
const WORTH_MS = 1_000;
/** What V8 holds for young objects where hardly any are made. */
const YOUNG_AT_REST_BYTES = 8 * 1024 * 1024;

/**
 * Gives memory back once the server has worked and come to rest.
 *
 * V8 collects when something is allocated: what the last rooms held before everybody left would stay for as long as nobody
 * comes, and so would the room for young objects that grew while large scenes were opened.
 */
export class MemoryAtRest {
  readonly #isEmpty: () => boolean;
  readonly #heap: CollectedHeap;
  readonly #loop: (before?: EventLoopUtilization) => EventLoopUtilization;
  #before: EventLoopUtilization;
  /** Since everything was collected. */
  #workedMs = 0;

  constructor({ isEmpty, heap, loop }: MemoryAtRestOptions) {
    this.#isEmpty = isEmpty;
    this.#heap = heap ?? ownHeap();
    this.#loop = loop ?? ((before) => performance.eventLoopUtilization(before));
    this.#before = this.#loop();
  }

  start(): void {
    setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  look(): void {
    const { active, utilization } = this.#loop(this.#before);
    this.#before = this.#loop();
    this.#workedMs += active;
    if (utilization > AT_REST) return;
    if (this.#isEmpty() && this.#workedMs >= WORTH_MS) {
      this.#heap.collectAll();
      this.#workedMs = 0;
    } else if (this.#heap.youngBytes() > YOUNG_AT_REST_BYTES) this.#heap.collectYoung();
    // Its own work is no reason for the next one.
    this.#before = this.#loop();
  }
}

function ownHeap(): CollectedHeap {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
  setFlagsFromString('--no-expose-gc');
  return {
    youngBytes: () =>
      getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.physical_space_size ?? 0,
    collectYoung: () => gc({ type: 'minor' }),
    collectAll: () => gc(),
  };
}
