import { DioramaError } from '@diorama/shared';
import type { Attempt } from '../http/attempt.js';
import type { Logger } from '../observability/logger.js';
import type { Claim, IdempotencyStore, KeyOwner, StoredAnswer } from './idempotency-store.js';

export interface IdempotentRequestsOptions {
  readonly store: IdempotencyStore;
  readonly logger: Logger;
  /** A server that has not renewed its claim for this long is taken for dead. Default 15,000 ms. */
  readonly leaseMs?: number;
  /** How long a request waits for the answer to the one before it. Default 20,000 ms. */
  readonly waitMs?: number;
  /** How often it looks whether another server has answered. Default 200 ms. */
  readonly pollMs?: number;
}

interface Running {
  readonly fingerprint: string;
  readonly answer: Promise<StoredAnswer>;
}

const nameOf = ({ tenant, subject, key }: KeyOwner): string => JSON.stringify([tenant, subject, key]);

const reused = (): DioramaError =>
  new DioramaError('idempotency_key_reused', 'Another request came with this Idempotency-Key before');

/**
 * Does the work of requests with the same `Idempotency-Key` once, and answers all of them alike.
 *
 * Answers of success are kept; a request that failed may be tried again. Work that may have had its effect before its
 * server died is tried again with the same `effectKey`, so that it can find what it did.
 */
export class IdempotentRequests {
  readonly #store: IdempotencyStore;
  readonly #logger: Logger;
  readonly #leaseMs: number;
  readonly #waitMs: number;
  readonly #pollMs: number;
  readonly #running = new Map<string, Running>();

  constructor(options: IdempotentRequestsOptions) {
    this.#store = options.store;
    this.#logger = options.logger;
    this.#leaseMs = options.leaseMs ?? 15_000;
    this.#waitMs = options.waitMs ?? 20_000;
    this.#pollMs = options.pollMs ?? 200;
  }

  /** Throws what `work` throws, `idempotency_key_reused` and `idempotency_in_progress`. */
  async run(
    owner: KeyOwner,
    fingerprint: string,
    work: (attempt: Attempt) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer> {
    const name = nameOf(owner);
    const running = this.#running.get(name);
    if (running !== undefined) {
      if (running.fingerprint !== fingerprint) throw reused();
      return running.answer;
    }
    const answer = this.#runHere(owner, fingerprint, work).finally(() => this.#running.delete(name));
    this.#running.set(name, { fingerprint, answer });
    return answer;
  }

  async #runHere(
    owner: KeyOwner,
    fingerprint: string,
    work: (attempt: Attempt) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer> {
    for (const since = performance.now(); ;) {
      const result = await this.#store.claim(owner, fingerprint, this.#leaseMs);
      switch (result.kind) {
        case 'claimed':
          return this.#work(owner, result, work);
        case 'answered':
          return result.answer;
        case 'reused':
          throw reused();
        case 'running':
          if (performance.now() - since > this.#waitMs) throw new DioramaError('idempotency_in_progress');
          await new Promise((resolve) => setTimeout(resolve, this.#pollMs));
      }
    }
  }

  async #work(
    owner: KeyOwner,
    { effectKey, attempt }: Claim,
    work: (attempt: Attempt) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer> {
    const renewal = setInterval(
      () => void this.#quietly('renewed', this.#store.renew(owner, attempt, this.#leaseMs)),
      this.#leaseMs / 3,
    );
    try {
      const answer = await work({ effectKey, isRepeated: attempt > 1, mayBeRepeated: true });
      await this.#quietly('answered', this.#store.answer(owner, attempt, answer));
      return answer;
    } catch (error) {
      const hadNoEffect = error instanceof DioramaError && error.status < 500;
      const done = hadNoEffect ? this.#store.forget(owner, attempt) : this.#store.release(owner, attempt);
      await this.#quietly('given back', done);
      throw error;
    } finally {
      clearInterval(renewal);
    }
  }

  /** Without it the key stays taken until its lease ends, which the caller need not hear of. */
  async #quietly(what: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#logger.warn({ err: error }, `an idempotency key could not be ${what}`);
    }
  }
}
