import type { SceneAccess } from '../../access/scene-access.js';
import type { Logger } from '../../observability/logger.js';
import type { Seat } from './seat.js';

export interface LiveAccessOptions {
  readonly access: SceneAccess;
  readonly logger: Logger;
  /** When the roles cannot be looked up, they are again after this time. Default 500 ms. */
  readonly retryMs?: number;
}

/**
 * Keeps what open connections may do in step with members and links.
 *
 * After a change the roles of all connections of the scene are looked up at once. Everything that is due is looked up in
 * one statement, and one such look follows the other, so that an older answer never comes after a newer one.
 */
export class LiveAccess {
  readonly #options: LiveAccessOptions;
  readonly #seats = new Map<string, Set<Seat>>();
  #due = new Set<Seat>();
  #running: Promise<void> | undefined;

  constructor(options: LiveAccessOptions) {
    this.#options = options;
  }

  /** From now on the seat hears of changes; the first look at what its person may do comes after this. */
  enter(seat: Seat): void {
    const seats = this.#seats.get(seat.sceneId) ?? new Set();
    this.#seats.set(seat.sceneId, seats.add(seat));
  }

  leave(seat: Seat): void {
    seat.closed();
    this.#due.delete(seat);
    const seats = this.#seats.get(seat.sceneId);
    seats?.delete(seat);
    if (seats?.size === 0) this.#seats.delete(seat.sceneId);
  }

  /** Looks up what all on the scene may do. Resolves when they have been told; when that fails, it is tried again later. */
  reviewScene(sceneId: string): Promise<void> {
    return this.review(this.#seats.get(sceneId) ?? []);
  }

  /** The same for some connections. */
  review(seats: Iterable<Seat>): Promise<void> {
    for (const seat of seats) if (seat.changed()) this.#due.add(seat);
    if (this.#due.size === 0) return Promise.resolve();
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    // A turn later: what comes meanwhile is looked up together.
    await Promise.resolve();
    while (this.#due.size > 0) {
      const seats = [...this.#due];
      this.#due = new Set();
      if (!(await this.#judge(seats))) break;
    }
    this.#running = undefined;
  }

  async #judge(seats: readonly Seat[]): Promise<boolean> {
    const { access, logger, retryMs = 500 } = this.#options;
    try {
      const verdicts = await access.verdicts(
        seats.map(({ sceneId, identity }) => ({ sceneId, principal: identity })),
      );
      seats.forEach((seat, at) => seat.judge(verdicts[at] ?? 'forbidden'));
      return true;
    } catch (error) {
      logger.error({ err: error }, 'roles could not be looked up; trying again');
      setTimeout(() => void this.review(seats), retryMs).unref();
      return false;
    }
  }
}
