import type { AccessChanges } from '../access/access-changes.js';
import type { SceneAccess } from '../access/scene-access.js';
import type { Logger } from '../observability/logger.js';
import type { Seat } from './seat.js';

export interface LiveAccessOptions {
  readonly access: SceneAccess;
  readonly changes: AccessChanges;
  readonly logger: Logger;
  /** When the roles cannot be looked up, they are again after this time. Default 500 ms. */
  readonly retryMs?: number;
}

/**
 * Keeps what open connections may do in step with members and links.
 *
 * After a change the roles of all connections of the scene are looked up at once; reviews of a scene come one after the
 * other, so that an older answer never follows a newer one.
 */
export class LiveAccess {
  readonly #options: LiveAccessOptions;
  readonly #seats = new Map<string, Set<Seat>>();
  readonly #due = new Map<string, Set<Seat>>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: LiveAccessOptions) {
    this.#options = options;
    options.changes.subscribe((sceneId) => this.review(sceneId));
  }

  /** From now on the seat hears of changes; the first look at what its person may do comes after this. */
  enter(seat: Seat): void {
    const seats = this.#seats.get(seat.sceneId) ?? new Set();
    this.#seats.set(seat.sceneId, seats.add(seat));
  }

  leave(seat: Seat): void {
    seat.closed();
    const seats = this.#seats.get(seat.sceneId);
    seats?.delete(seat);
    if (seats?.size === 0) this.#seats.delete(seat.sceneId);
  }

  /** Every scene: for when changes may have been missed. */
  async reviewAll(): Promise<void> {
    for (const sceneId of [...this.#seats.keys()]) await this.review(sceneId);
  }

  /** Looks up what these people may do. Resolves when they have been told; when that fails, it is tried again later. */
  review(sceneId: string, seats: Iterable<Seat> = this.#seats.get(sceneId) ?? []): Promise<void> {
    const due = this.#due.get(sceneId) ?? new Set();
    for (const seat of seats) if (seat.changed()) due.add(seat);
    if (due.size > 0) this.#due.set(sceneId, due);
    const running = this.#running.get(sceneId) ?? this.#run(sceneId);
    this.#running.set(sceneId, running);
    return running;
  }

  async #run(sceneId: string): Promise<void> {
    // A turn later: the caller has remembered that this is running.
    await Promise.resolve();
    try {
      for (let seats = this.#take(sceneId); seats.length > 0; seats = this.#take(sceneId))
        await this.#judge(sceneId, seats);
    } finally {
      this.#running.delete(sceneId);
    }
  }

  #take(sceneId: string): Seat[] {
    const due = [...(this.#due.get(sceneId) ?? [])];
    this.#due.delete(sceneId);
    return due;
  }

  async #judge(sceneId: string, seats: readonly Seat[]): Promise<void> {
    const { access, logger, retryMs = 500 } = this.#options;
    try {
      const roles = await access.rolesOf(
        sceneId,
        seats.map((seat) => seat.identity),
      );
      seats.forEach((seat, at) =>
        seat.judge(roles === undefined ? 'scene_not_found' : (roles[at] ?? 'forbidden')),
      );
    } catch (error) {
      logger.error({ err: error, scene: sceneId }, 'roles could not be looked up; trying again');
      setTimeout(() => void this.review(sceneId, seats), retryMs).unref();
    }
  }
}
