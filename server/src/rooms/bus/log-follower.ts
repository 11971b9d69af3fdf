import { DioramaError } from '@diorama/shared';
import type { StoredScene } from '../../log/load.js';
import type { Logger } from '../../observability/logger.js';
import type { BusMetrics } from './bus-metrics.js';
import { LogPositions } from './log-positions.js';

export interface LogFollowerOptions {
  readonly sceneId: string;
  /** The document holds every row up to here. */
  readonly seq: number;
  /** Reads the log behind `after`. */
  readonly read: (after: number) => Promise<StoredScene>;
  /** Applies and shows what has been read. */
  readonly apply: (stored: StoredScene) => void;
  /** More of the log is held than before. */
  readonly moved: () => void;
  /** The scene is not there any more. */
  readonly deleted: () => void;
  /** A row that is known to exist may be on its way for so long before the log is read. */
  readonly gapMs: number;
  readonly metrics: BusMetrics;
  readonly logger: Logger;
}

const RETRY_MS = 1_000;

/**
 * How much of a scene's log is in the document, where several servers write it.
 *
 * What is missing is on its way, as a rule; where it does not come, it is read from the log, which is the truth.
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

  /** The row `seq` is in the document. */
  hold(seq: number): void {
    this.#positions.hold(seq);
    this.#moved();
  }

  /** The row `seq` exists: it is read unless it arrives at once. */
  exists(seq: number): void {
    this.#positions.exists(seq);
    this.#watchGap();
  }

  /** The row `seq` exists and will not arrive: the log is read. */
  isMissing(seq: number): void {
    if (seq > this.position) {
      this.#positions.exists(seq);
      this.#resync();
    }
    this.#moved();
  }

  /** Reads what the log has behind `position`. Rejects when it cannot be read. */
  async catchUp(): Promise<void> {
    // A reading under way may have begun before what the caller knows of.
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
