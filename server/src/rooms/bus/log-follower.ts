import { DioramaError } from '@diorama/shared';
import type { StoredScene } from '../../log/load.js';
import type { Logger } from '../../observability/logger.js';
import type { BusMetrics } from './bus-metrics.js';
import { LogPositions } from './log-positions.js';

export interface LogFollowerOptions {
  readonly sceneId: string;
  /** The document holds every row up to here. */
  readonly seq: number;
  /** Reads the log after the position `after`. */
  readonly read: (after: number) => Promise<StoredScene>;
  /** Applies and relays what was read. */
  readonly apply: (stored: StoredScene) => void;
  /** The document holds more of the log than before. */
  readonly moved: () => void;
  /** The scene has been deleted. */
  readonly deleted: () => void;
  /** How long a row that is known to exist may take to arrive over the bus before the log is read. */
  readonly gapMs: number;
  readonly metrics: BusMetrics;
  readonly logger: Logger;
}

const RETRY_MS = 1_000;

/**
 * Tracks which rows of the log are in the document when several servers write it.
 *
 * A missing row usually arrives over the bus. If it does not, it is read from the log, the source of truth.
 */
export class LogFollower {
  readonly #options: LogFollowerOptions;
  readonly #positions: LogPositions;
  #gapTimer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #closed = false;

  constructor(options: LogFollowerOptions) {
    this.#options = options;
    this.#positions = new LogPositions(options.seq);
  }

  /** Every row up to here is in the document. */
  get position(): number {
    return this.#positions.seen;
  }

  /** Whether rows are known to exist that are not in the document. */
  get hasGap(): boolean {
    return this.#positions.hasGap;
  }

  /** Row `seq` is in the document. */
  hold(seq: number): void {
    this.#positions.hold(seq);
    this.#moved();
  }

  /** Row `seq` exists. The log is read unless the row arrives soon. */
  exists(seq: number): void {
    this.#positions.exists(seq);
    this.#watchGap();
  }

  /** Row `seq` exists and will not arrive over the bus: reads the log. */
  isMissing(seq: number): void {
    if (seq > this.position) {
      this.#positions.exists(seq);
      this.#resync();
    }
    this.#moved();
  }

  /** Reads the log after `position`. Rejects if it cannot be read. */
  async catchUp(): Promise<void> {
    // A read that is already running may have started before the rows that the caller needs were written.
    await this.#reading?.catch(() => undefined);
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#gapTimer);
  }

  #moved(): void {
    this.#watchGap();
    this.#options.moved();
  }

  #watchGap(): void {
    if (!this.#positions.hasGap || this.#gapTimer !== undefined || this.#closed) return;
    const before = this.position;
    this.#gapTimer = setTimeout(() => {
      this.#gapTimer = undefined;
      if (this.#positions.hasGap && this.position === before) this.#resync();
      else this.#watchGap();
    }, this.#options.gapMs);
    this.#gapTimer.unref();
  }

  #resync(): void {
    this.catchUp().catch((error: unknown) => {
      if (this.#closed) return;
      if (error instanceof DioramaError && error.code === 'scene_not_found') {
        this.#options.deleted();
        return;
      }
      this.#options.logger.warn({ err: error, scene: this.#options.sceneId }, 'the log could not be read');
      setTimeout(() => this.#watchGap(), RETRY_MS).unref();
    });
  }

  async #read(): Promise<void> {
    if (this.#closed) return;
    this.#options.metrics.resynced();
    const after = this.position;
    const stored = await this.#options.read(after);
    if (this.#closed) return;
    if (stored.seq > after) this.#options.apply(stored);
    this.#positions.holdAll(stored.seq);
    this.#moved();
  }
}
