import type { SceneLog } from '../../log/scene-log.js';
import type { Logger } from '../../observability/logger.js';
import type { Bus } from './bus.js';

/** An open room whose log is polled. */
export interface WatchedRoom {
  readonly sceneId: string;
  /** The log has at least this many rows. */
  headIs(seq: number): void;
  /** Access to the scene may have changed without a message. */
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
  /** Polling interval while the bus is disconnected. Default 2,000 ms. */
  readonly lostMs?: number;
  /** Polling interval while the bus is connected, since a message may get lost unnoticed. Default 5,000 ms. */
  readonly connectedMs?: number;
}

/** A server that has gone silent may still write while cut off from the bus, so poll more often for this long. */
const DOUBT_MS = 10 * 60_000;

/**
 * Polls how far the logs of the open scenes reach, and who has access to them, in one statement each for all scenes.
 */
export class LogWatch {
  readonly #options: LogWatchOptions;
  readonly #unwatch: () => void;
  #timer: NodeJS.Timeout | undefined;
  #doubtUntil = -Infinity;
  #polling: Promise<void> | undefined;
  #closed = false;

  constructor(options: LogWatchOptions) {
    this.#options = options;
    this.#unwatch = options.bus.watch({
      lost: () => this.#schedule(),
      regained: () => void this.poll(),
      gone: () => {
        this.#doubtUntil = performance.now() + DOUBT_MS;
        this.#schedule();
      },
    });
    this.#schedule();
  }

  /** Polls now. Rooms whose log has grown read what they lack. */
  poll(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined;
      this.#schedule();
    });
    return this.#polling;
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
    this.#timer = setTimeout(() => void this.poll(), isCertain ? connectedMs : lostMs);
    this.#timer.unref();
  }

  async #poll(): Promise<void> {
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
        // Also while the bus is connected: the server that made the change may be cut off from it.
        room.accessChanged();
      }
    } catch (error) {
      logger.warn({ err: error }, 'the log could not be looked at');
    }
  }
}
