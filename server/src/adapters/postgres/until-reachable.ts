import { DioramaError } from '@diorama/shared';
import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '../../database/unavailable.js';

export interface UntilReachableOptions<T> {
  readonly open: () => Promise<T>;
  /** How long it is tried. */
  readonly forMs: number;
  /** Default 500 ms. */
  readonly pauseMs?: number;
  /** Told once, and why, when the first try was in vain. */
  readonly waiting: (reason: string) => void;
}

/** No such database, or no right to it: nobody mends that by waiting. */
const HOPELESS = /^(28|3D)/;

/** Opens a database that may be starting at the same time as the server. Rejects at once with what waiting does not mend. */
export async function untilReachable<T>(options: UntilReachableOptions<T>): Promise<T> {
  const { open, forMs, pauseMs = 500, waiting } = options;
  const until = performance.now() + forMs;
  for (let tries = 1; ; tries++) {
    try {
      return await open();
    } catch (error) {
      if (!isAway(error) || performance.now() >= until) throw error;
      if (tries === 1) waiting(reasonOf(error));
    }
    await delay(pauseMs);
  }
}

function isAway(error: unknown): boolean {
  if (!(error instanceof DioramaError) || error.code !== 'storage_unavailable') return false;
  const code: unknown = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code !== 'string' || !HOPELESS.test(code);
}
