import type { SceneLog } from '../../log/scene-log.js';
import type { Logger } from '../../observability/logger.js';
import type { Bus } from './bus.js';

/** An open room, as far as its log goes. */
export interface WatchedRoom {
  readonly sceneId: string;
  /** The log goes at least so far. */
  headIs(seq: number): void;
  /** What somebody may do may have changed without our hearing of it. */
  accessChanged(): void;
  /** The scene has been deleted. */
  evict(): void;
}

export interface LogWatchOptions {
  readonly log: SceneLog;
  readonly bus: Bus;
  readonly logger: Logger;
  /** The rooms that are open now. */
  readonly rooms: () => readonly WatchedRoom[];
  /** How often the log is looked at while other servers cannot be heard. Default 2,000 ms. */
  readonly lostMs?: number;
  /** How often it is looked at all the same while they can: a message may get lost and nobody be told. Default 5,000 ms. */
  readonly connectedMs?: number;
}

/** A server that has fallen silent may still write, cut off from the bus: for so long the log is looked at more often. */
const DOUBT_MS = 10 * 60_000;

/** Looks at certain times how far the logs of the open scenes go, and who may do what on them, in one statement each for all of them. */
export class LogWatch {
  readonly #options: LogWatchOptions;
  readonly #unwatch: () => void;
  #timer: NodeJS.Timeout | undefined;
  #doubtUntil = -Infinity;
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor(options: LogWatchOptions) {
    this.#options = options;
    this.#unwatch = options.bus.watch({
      lost: () => this.#schedule(),
      regained: () => void this.look(),
      gone: () => {
        this.#doubtUntil = performance.now() + DOUBT_MS;
        this.#schedule();
      },
    });
    this.#schedule();
  }

  /** Looks now; rooms whose log has moved on read what they lack. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      this.#schedule();
    });
    return this.#looking;
  }

  close(): void {
    this.#closed = true;
    this.#unwatch();
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const { bus, lostMs = 2_000, connectedMs = 5_000 } = this.#options;
    const isCertain = bus.isConnected && performance.now() > this.#doubtUntil;
    this.#timer = setTimeout(() => void this.look(), isCertain ? connectedMs : lostMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { bus, log, logger } = this.#options;
    if (!bus.isShared) return;
    const rooms = this.#options.rooms();
    if (rooms.length === 0) return;
    try {
      const heads = await log.heads(rooms.map((room) => room.sceneId));
      if (this.#closed) return;
      for (const room of rooms) {
        const head = heads.get(room.sceneId);
        if (head === undefined) room.evict();
        else room.headIs(head);
        // Also where we hear the others: the one through which it changed may not be heard.
        room.accessChanged();
      }
    } catch (error) {
      logger.warn({ err: error }, 'the log could not be looked at');
    }
  }
}
